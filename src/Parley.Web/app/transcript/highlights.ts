// Words and hits are marked by the CSS Custom Highlight API: a transcript of any length stays plain text, and nothing is drawn anew.
// A browser without it still marks the sentence that is heard.
import type { Place } from './words';

const isSupported = typeof Highlight !== 'undefined' && typeof CSS !== 'undefined' && 'highlights' in CSS;

/** More marks than this nobody looks at; the count stays true. */
export const MaxMarks = 2000;

/** The element that holds nothing but a sentence's text; null while it is edited or gone. */
export const textElement = (id: string): HTMLElement | null => document.getElementById(rowId(id))?.querySelector<HTMLElement>('.text') ?? null;

export const rowId = (id: string): string => `sentence-${id}`;

export function rangeOf(id: string, place: Place): Range | null {
  const text = textElement(id)?.firstChild;
  if (!(text instanceof Text) || place.end > text.length)
    return null;
  const range = document.createRange();
  range.setStart(text, place.start);
  range.setEnd(text, place.end);
  return range;
}

export function mark(name: 'word' | 'hit' | 'hit-now', ranges: readonly (Range | null)[]): void {
  if (!isSupported)
    return;
  const real = ranges.filter(range => range !== null);
  if (real.length === 0)
    CSS.highlights.delete(name);
  else
    CSS.highlights.set(name, new Highlight(...real));
}

/** The character of a text under a point: that which is drawn there, not the nearest gap. Null beside the text. */
export function characterAt(element: HTMLElement, x: number, y: number): number | null {
  const text = element.firstChild;
  if (!(text instanceof Text))
    return null;
  let node: Node | null = null, offset = 0;
  if (document.caretPositionFromPoint) {
    const caret = document.caretPositionFromPoint(x, y);
    [node, offset] = [caret?.offsetNode ?? null, caret?.offset ?? 0];
  } else {
    const range = document.caretRangeFromPoint?.(x, y);
    [node, offset] = [range?.startContainer ?? null, range?.startOffset ?? 0];
  }
  if (node !== text)
    return null;
  for (const at of [offset - 1, offset]) {
    if (at < 0 || at >= text.length)
      continue;
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    if ([...range.getClientRects()].some(box => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom))
      return at;
  }
  return Math.min(offset, text.length - 1);
}
