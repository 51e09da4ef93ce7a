import { effect, signal } from '@preact/signals';
import { mark, rangeOf, rowId } from './highlights';
import type { PlayerModel } from './PlayerModel';
import type { RecordingModel } from './RecordingModel';
import { placesOf, sentenceAtTime, wordAtTime } from './words';

/** Keeps the text with the sound: marks the sentence and the word that are heard, and scrolls along until the reader scrolls. */
export class Following {
  /** Whether the page scrolls along. */
  readonly isOn = signal(true);
  /** The id of the sentence that is heard. */
  readonly current = signal<string | null>(null);

  private row: HTMLElement | null = null;
  private word = -1;
  private readonly stops: (() => void)[] = [];

  constructor(private readonly model: RecordingModel, private readonly player: PlayerModel) {}

  start(): void {
    this.stops.push(effect(() => this.show(this.player.time.value)));
    const yieldToReader = (event: Event): void => {
      if (this.player.isPlaying.value && !(event.target as Element | null)?.closest?.('.menu, dialog, .player'))
        this.isOn.value = false;
    };
    const keys = (event: KeyboardEvent): void => {
      if (event.key === 'PageDown' || event.key === 'PageUp' || event.key === 'Home' || event.key === 'End')
        yieldToReader(event);
    };
    addEventListener('wheel', yieldToReader, { passive: true });
    addEventListener('touchmove', yieldToReader, { passive: true });
    addEventListener('keydown', keys);
    this.stops.push(() => {
      removeEventListener('wheel', yieldToReader);
      removeEventListener('touchmove', yieldToReader);
      removeEventListener('keydown', keys);
    });
  }

  stop(): void {
    for (const stop of this.stops)
      stop();
    mark('word', []);
  }

  resume(): void {
    this.isOn.value = true;
    if (this.current.value !== null)
      reveal(this.current.value);
  }

  private show(time: number): void {
    const sentences = this.model.sentences.value;
    const at = sentenceAtTime(sentences, time), sentence = at >= 0 && (time > 0 || this.player.isPlaying.value) ? sentences[at] : undefined;
    const row = sentence ? document.getElementById(rowId(sentence.id)) : null;
    if (sentence && !row)
      this.model.isWhole.value = true;
    if (row !== this.row) {
      this.row?.classList.remove('now');
      this.row?.removeAttribute('aria-current');
      row?.classList.add('now');
      row?.setAttribute('aria-current', 'true');
      [this.row, this.word] = [row, -1];
      const isNew = this.current.peek() !== (sentence?.id ?? null);
      this.current.value = sentence?.id ?? null;
      if (sentence && isNew && this.isOn.peek() && this.player.isPlaying.peek())
        reveal(sentence.id);
    }
    const word = sentence ? wordAtTime(sentence, time) : -1;
    if (word === this.word && word >= 0)
      return;
    this.word = word;
    const place = sentence && word >= 0 && time <= sentence.end + 0.5 ? placesOf(sentence)[word] : null;
    mark('word', place ? [rangeOf(sentence!.id, place)] : []);
    if (this.row)
      this.row.dataset['word'] = String(word);
  }
}

/** Scrolls a sentence into the middle of what the player leaves free, when it is not in sight. One that was only just asked for is drawn before. */
export function reveal(id: string, always = false): void {
  queueMicrotask(() => bringIntoSight(id, always));
}

function bringIntoSight(id: string, always: boolean): void {
  const row = document.getElementById(rowId(id));
  if (!row)
    return;
  const box = row.getBoundingClientRect(), top = 130, bottom = innerHeight - 190;
  if (always || box.top < top || box.bottom > bottom) {
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    // Far away is jumped to: the heights of what was never drawn are guesses, and a long way there would be a blur.
    const isFar = box.top < -innerHeight * 2 || box.top > innerHeight * 3;
    row.scrollIntoView({ block: 'center', behavior: isCalm || isFar ? 'instant' : 'smooth' });
    if (isFar)
      requestAnimationFrame(() => row.scrollIntoView({ block: 'center', behavior: 'instant' }));
  }
}
