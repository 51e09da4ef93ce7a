// What is wished of the words of the next recordings: the models, words that are likely to be said, numbers in figures.
import { signal } from '@preact/signals';
import { read, write } from '../shared/preferences';

export interface WordWish {
  /** Name of a bundle; empty for the server's own choice. */
  model: string;
  hotwords: string;
  /** Off: as the server is set. */
  itn: boolean;
}

const Key = 'parley.words', None: WordWish = { model: '', hotwords: '', itn: false };

export const wordWish = signal<WordWish>(None);

/** Whether anything in particular is wished. */
export const isParticular = ({ model, hotwords, itn }: WordWish): boolean => model !== '' || hotwords.trim() !== '' || itn;

/** What the server is told of it. */
export function wordFields({ model, hotwords, itn }: WordWish): Record<string, string> {
  return {
    ...(model === '' ? {} : { model }),
    ...(hotwords.trim() === '' ? {} : { hotwords: hotwords.trim() }),
    ...(itn ? { itn: 'true' } : {}),
  };
}

/** What was wished last in this browser. */
export function recallWordWish(): void {
  try {
    const kept = JSON.parse(read(Key) ?? 'null') as Partial<WordWish> | null;
    if (kept)
      wordWish.value = { model: String(kept.model ?? ''), hotwords: String(kept.hotwords ?? ''), itn: kept.itn === true };
  } catch {
    // Something else wrote there.
  }
}

export function setWordWish(next: WordWish): void {
  wordWish.value = next;
  write(Key, JSON.stringify(next));
}
