import type { ComponentChildren } from 'preact';

/** A region with its own scroll bar, which the keyboard can reach. */
export function Scrolling({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard cannot scroll the region.
    <section class="scrolls" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
