import { copy } from '../shared/clipboard';
import { t } from '../language/language';
import { reveal, type Following } from './Following';
import { rowId } from './highlights';
import type { PlayerModel } from './PlayerModel';
import type { RecordingModel } from './RecordingModel';
import type { Shortcut } from './shortcuts';

/** What single keys do with a transcript; those for the sound only where there is some. */
export function keysOf(model: RecordingModel, player: PlayerModel | null, following: Following | null, showKeys: () => void): Shortcut[] {
  return [...player && following ? soundKeys(model, player, following) : [], ...textKeys(model, following), { keys: ['?'], shown: '?', what: 'key.help', run: showKeys }];
}

function soundKeys(model: RecordingModel, player: PlayerModel, following: Following): Shortcut[] {
  const toSentence = (direction: 1 | -1): void => {
    const at = following.current.value === null ? -1 : model.byId.value.get(following.current.value)?.index ?? -1;
    const next = model.sentences.value[Math.max(0, at + direction)];
    if (next) {
      player.seek(next.start + 0.001);
      reveal(next.id);
    }
  };
  return [
    { keys: [' ', 'k'], shown: t('key.space'), what: 'key.play', run: () => player.toggle() },
    { keys: ['ArrowLeft'], shown: '←', what: 'key.back', run: () => player.skip(-5) },
    { keys: ['ArrowRight'], shown: '→', what: 'key.skip', run: () => player.skip(5) },
    { keys: ['p'], shown: 'P', what: 'key.previous', run: () => toSentence(-1) },
    { keys: ['n'], shown: 'N', what: 'key.next', run: () => toSentence(1) },
    { keys: ['['], shown: '[', what: 'key.slower', run: () => player.shiftRate(-1) },
    { keys: [']'], shown: ']', what: 'key.faster', run: () => player.shiftRate(1) },
    { keys: ['f'], shown: 'F', what: 'key.follow', run: () => following.resume() },
  ];
}

function textKeys(model: RecordingModel, following: Following | null): Shortcut[] {
  // The sentence with the focus, else the one that is heard, else the first.
  const focused = (): string | null => document.activeElement?.closest<HTMLElement>('.sentence')?.dataset['id'] ?? following?.current.value ?? model.sentences.value[0]?.id ?? null;
  const edit = (): void => {
    const id = focused();
    if (id !== null && document.getElementById(rowId(id))) {
      model.editing.value = id;
      reveal(id);
    }
  };
  const copyCurrent = (): void => {
    const sentence = model.byId.value.get(focused() ?? '')?.sentence;
    if (sentence)
      void copy(sentence.text);
  };
  return [
    { keys: ['/'], shown: '/', what: 'key.search', run: () => document.getElementById('transcript-search')?.focus() },
    { keys: ['e'], shown: 'E', what: 'key.edit', run: edit },
    { keys: ['c'], shown: 'C', what: 'key.copy', run: copyCurrent },
  ];
}
