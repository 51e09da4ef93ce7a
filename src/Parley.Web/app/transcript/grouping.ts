// What one person says without a break, and what changed between two transcripts. Pure.
import type { Sentence, Speaker, Transcript } from '../api/types';

export interface Turn {
  /** The id of its first sentence. */
  id: string;
  speaker: string | null;
  sentences: Sentence[];
}

/** A pause of so many seconds begins a new turn: long monologues stay readable. */
const LongPause = 8;
const LongTurn = 12;

const same = (a: readonly Sentence[], b: readonly Sentence[]): boolean => a.length === b.length && a.every((sentence, index) => sentence === b[index]);

/** Sentences in turns. Turns of `previous` that did not change are the same objects again, so that nothing of them is drawn anew. */
export function turnsOf(sentences: readonly Sentence[], previous: readonly Turn[] = []): Turn[] {
  const turns: Turn[] = [];
  for (const sentence of sentences) {
    const last = turns[turns.length - 1], speaker = sentence.speaker ?? null;
    const before = last?.sentences[last.sentences.length - 1];
    if (last && before && last.speaker === speaker && sentence.start - before.end < LongPause && last.sentences.length < LongTurn)
      last.sentences.push(sentence);
    else
      turns.push({ id: sentence.id, speaker, sentences: [sentence] });
  }
  const known = new Map(previous.map(turn => [turn.id, turn]));
  return turns.map(turn => {
    const old = known.get(turn.id);
    return old && old.speaker === turn.speaker && same(old.sentences, turn.sentences) ? old : turn;
  });
}

const equal = (a: Sentence, b: Sentence): boolean =>
  a.text === b.text && a.speaker === b.speaker && a.start === b.start && a.end === b.end && a.edited === b.edited && (a.words?.length ?? 0) === (b.words?.length ?? 0);

/** The next sentences, with the same objects as before where nothing changed. */
export function reuse(previous: readonly Sentence[], next: readonly Sentence[]): Sentence[] {
  const known = new Map(previous.map(sentence => [sentence.id, sentence]));
  return next.map(sentence => {
    const old = known.get(sentence.id);
    return old && equal(old, sentence) ? old : sentence;
  });
}

/** Sentences of a job that runs, and those that follow: their id is their place, from which on they replace what was there. Objects stay where nothing changed. */
export function extend(previous: readonly Sentence[], next: readonly Sentence[]): Sentence[] {
  const first = next[0];
  return first ? [...previous.slice(0, Number(first.id)), ...reuse(previous, next)] : [...previous];
}

/** The number that picks a colour: that of the speaker's id, so that it stays when others are merged away. */
export function colourOf(id: string | null | undefined): number {
  const number = /(\d+)$/.exec(id ?? '')?.[1];
  return number ? (Number(number) + 7) % 8 : 0;
}

/** Who speaks most in each of `count` equal parts of a recording: the number of a colour, -1 where nobody does. */
export function tints(sentences: readonly Sentence[], duration: number, count: number): number[] {
  const part = duration / count, best = new Array<number>(count).fill(-1);
  const spoken = Array.from({ length: count }, () => new Map<number, number>());
  for (const { start, end, speaker } of sentences) {
    const colour = colourOf(speaker);
    for (let index = Math.max(0, Math.floor(start / part)); index < count && index * part < end; index++) {
      const within = Math.min(end, (index + 1) * part) - Math.max(start, index * part), so = spoken[index]!;
      so.set(colour, (so.get(colour) ?? 0) + within);
    }
  }
  return best.map((_, index) => [...spoken[index]!].reduce((most, one) => one[1] > most[1] ? one : most, [-1, 0] as [number, number])[0]);
}

/** The transcript as text: a line with the name before each turn. */
export function plainText(transcript: Transcript, nameOf: (speaker: Speaker) => string): string {
  const names = new Map(transcript.speakers.map(speaker => [speaker.id, nameOf(speaker)]));
  return turnsOf(transcript.sentences).map(turn => {
    const text = join(turn.sentences.map(sentence => sentence.text));
    const name = turn.speaker === null ? undefined : names.get(turn.speaker);
    return name ? `${name}: ${text}` : text;
  }).join('\n\n');
}

/** Sentences behind one another: with a space, but none between Chinese, Japanese or full-width marks. */
export function join(texts: readonly string[]): string {
  return texts.reduce((all, text) => {
    const wide = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;
    return all === '' ? text : wide.test(all.slice(-1)) ? all + text : `${all} ${text}`;
  }, '');
}
