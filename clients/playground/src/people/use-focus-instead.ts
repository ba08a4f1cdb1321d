import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * When a task has removed the control that had the focus, such as a person from a list, the returned element gets the
 * focus, so that the keyboard stays in the pane.
 *
 * @param change The focus is checked whenever it changes.
 */
export function useFocusInstead(change: unknown): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  const hadFocus = useRef(false);

  useLayoutEffect(() => {
    const pane = element.current?.closest('.pane');
    const notice = (event: Event) => {
      hadFocus.current = pane?.contains(event.target as Node) ?? false;
    };
    document.addEventListener('focusin', notice);
    return () => document.removeEventListener('focusin', notice);
  }, []);

  useLayoutEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) element.current?.focus();
  }, [change]);

  return element;
}
