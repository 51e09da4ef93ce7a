// Search within a transcript. Pure.
import type { Sentence } from '../api/types';

export interface Hit {
  sentence: string;
  /** Characters [start, end) of the sentence's text. */
  start: number;
  end: number;
}

/** Every place where a text stands, in order; upper and lower case are the same. */
export function hitsOf(sentences: readonly Sentence[], text: string): Hit[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '')
    return [];
  const hits: Hit[] = [];
  for (const sentence of sentences) {
    const within = sentence.text.toLowerCase();
    // A few letters change their length in lower case; their sentences are searched as they are.
    const searched = within.length === sentence.text.length ? within : sentence.text;
    for (let at = searched.indexOf(wanted); at >= 0; at = searched.indexOf(wanted, at + wanted.length))
      hits.push({ sentence: sentence.id, start: at, end: at + wanted.length });
  }
  return hits;
}

/** The index of the next hit in a direction, around the end; -1 without hits. */
export const nextHit = (count: number, at: number, direction: 1 | -1): number =>
  count === 0 ? -1 : at < 0 ? (direction > 0 ? 0 : count - 1) : (at + direction + count) % count;
