/**
 * Whether the text has a UTF-8 form, and no ASCII control characters below U+0020.
 *
 * @param allowed The control characters that are allowed.
 */
export function isPlainText(text: string, allowed: string): boolean {
  if (!text.isWellFormed()) return false;
  for (const character of text) if (character < ' ' && !allowed.includes(character)) return false;
  return true;
}
