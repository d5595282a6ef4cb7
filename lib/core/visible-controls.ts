/**
 * Shows characters that command terminals or turn text around, in the place of sending them: C0 and C1 controls, DEL,
 * Unicode's line separators and marks of direction. Tabs and line feeds are left to the caller.
 *
 * @param text of anybody
 * @returns `\x1b` for ESC, `\u202e` for a mark of direction
 */
export function visibleControls(text: string): string {
  return text.replaceAll(CONTROLS, (character) => {
    const code = character.charCodeAt(0)
    return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`
  })
}

const CONTROLS =
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
