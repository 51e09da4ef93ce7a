// Where words stand in the text of their sentence, and which one is heard. Pure.
import type { Sentence } from '../api/types';

/** Characters [start, end) of a sentence's text. */
export interface Place {
  start: number;
  end: number;
}

const places = new WeakMap<Sentence, (Place | null)[]>();

/** The place of every word; null for a word that the text does not have where it is expected. Each word is looked for behind the one before it. */
export function placesOf(sentence: Sentence): (Place | null)[] {
  const known = places.get(sentence);
  if (known)
    return known;
  const text = sentence.text.toLowerCase();
  let from = 0;
  const found = (sentence.words ?? []).map(word => {
    const wanted = word.text.trim().toLowerCase();
    const start = wanted === '' ? -1 : text.indexOf(wanted, from);
    if (start < 0)
      return null;
    from = start + wanted.length;
    return { start, end: from };
  });
  places.set(sentence, found);
  return found;
}

/** The index of the word at a character: that which covers it, else the last before it; -1 for none. */
export function wordAtCharacter(sentence: Sentence, character: number): number {
  let best = -1;
  placesOf(sentence).forEach((place, index) => {
    if (place && place.start <= character)
      best = index;
  });
  return best >= 0 ? best : placesOf(sentence).findIndex(place => place !== null);
}

/** The index of the word that is heard at a time: the last that has begun; -1 before the first. */
export function wordAtTime(sentence: Sentence, time: number): number {
  const words = sentence.words ?? [];
  let low = 0, high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle]!.start <= time)
      low = middle + 1;
    else
      high = middle;
  }
  return low - 1;
}

/** The index of the last sentence that has begun at a time; -1 before the first. Sentences stand in the order of their starts. */
export function sentenceAtTime(sentences: readonly Sentence[], time: number): number {
  let low = 0, high = sentences.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sentences[middle]!.start <= time)
      low = middle + 1;
    else
      high = middle;
  }
  return low - 1;
}
