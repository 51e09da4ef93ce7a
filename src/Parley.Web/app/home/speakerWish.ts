import { signal } from '@preact/signals';
import { read, write } from '../shared/preferences';
import type { SpeakerWish } from '../api/types';

export type WishKind = 'auto' | 'exact' | 'range';

export interface Wish {
  kind: WishKind;
  exact: number;
  min: number;
  max: number;
}

export const MaxSpeakers = 50;

const clamp = (value: number, fallback: number): number => Number.isFinite(value) ? Math.min(MaxSpeakers, Math.max(1, Math.round(value))) : fallback;

/** A wish with whole numbers from 1 to 50 and a range that is one, whatever was typed. */
export function tidy(wish: Wish): Wish {
  const exact = clamp(wish.exact, 2), min = clamp(wish.min, 2), max = clamp(wish.max, 4);
  return { kind: wish.kind, exact, min: Math.min(min, max), max: Math.max(min, max) };
}

/** What the server is told of it; nothing when it shall find out by itself. */
export function fieldsOf(wish: Wish): SpeakerWish {
  const { kind, exact, min, max } = tidy(wish);
  return kind === 'exact' ? { num_speakers: exact } : kind === 'range' ? { min_speakers: min, max_speakers: max } : {};
}

export const wish = signal<Wish>({ kind: 'auto', exact: 2, min: 2, max: 4 });

const Key = 'parley.speakers';

/** The kind and numbers chosen last in this browser. */
export function recallWish(): void {
  try {
    const kept = JSON.parse(read(Key) ?? 'null') as Partial<Wish> | null;
    if (kept && (kept.kind === 'auto' || kept.kind === 'exact' || kept.kind === 'range'))
      wish.value = tidy({ kind: kept.kind, exact: Number(kept.exact), min: Number(kept.min), max: Number(kept.max) });
  } catch {
    // Something else wrote there.
  }
}

export function setWish(next: Wish): void {
  wish.value = next;
  write(Key, JSON.stringify(tidy(next)));
}
