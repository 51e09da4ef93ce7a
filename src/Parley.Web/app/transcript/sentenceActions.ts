import { t } from '../language/language';
import { copy } from '../shared/clipboard';
import { openMenu, type MenuItem } from '../shared/Menu';
import { characterAt, rowId, textElement } from './highlights';
import type { PlayerModel } from './PlayerModel';
import { nameOf, type RecordingModel } from './RecordingModel';
import { colourOf } from './grouping';
import { wordAtCharacter, wordAtTime } from './words';

/** One listener for all sentences: play from here, play from the word, or the menu. `player` is null where there is nothing to play. */
export function handleClick(event: MouseEvent, model: RecordingModel, player: PlayerModel | null): void {
  const target = event.target as Element, row = target.closest<HTMLElement>('.sentence');
  const action = target.closest<HTMLElement>('[data-action]')?.dataset['action'];
  const known = row ? model.byId.value.get(row.dataset['id'] ?? '') : undefined;
  if (!row || !known || !action)
    return;
  const { sentence } = known;
  if (action === 'more') {
    showMenu(target.closest('button')!, sentence.id, model, player);
  } else if (player && action === 'play') {
    player.playFrom(sentence.start);
  } else if (player && action === 'word' && (getSelection()?.isCollapsed ?? true)) {
    const text = textElement(sentence.id), character = text && characterAt(text, event.clientX, event.clientY);
    const word = character === null ? undefined : sentence.words?.[wordAtCharacter(sentence, character)];
    player.playFrom(word?.start ?? sentence.start);
  }
}

export function showMenu(button: HTMLElement, id: string, model: RecordingModel, player: PlayerModel | null): void {
  const sentence = model.byId.value.get(id)?.sentence, transcript = model.transcript.value;
  if (!sentence || !transcript)
    return;
  const time = player?.time.value ?? 0, word = wordAtTime(sentence, time), isWithin = time < sentence.end && word > 0;
  const assign = (speaker: string): void => void model.apply([{ op: 'assign_speaker', sentences: [id], speaker }]);
  const items: MenuItem[] = [
    { label: t('sentence.edit'), icon: 'edit', hint: 'E', run: () => model.editing.value = id },
    { label: t('sentence.copy'), icon: 'copy', hint: 'C', run: () => void copy(sentence.text) },
    ...(isWithin ? [{ label: t('sentence.split', { word: sentence.words![word]!.text.trim() }), icon: 'down' as const, run: () => void model.apply([{ op: 'split_sentence', sentence: id, word }]) }] : []),
    ...transcript.speakers.filter(speaker => speaker.id !== sentence.speaker).map((speaker, index) => ({
      label: t('sentence.assign', { name: nameOf(speaker) }), speaker: colourOf(speaker.id), isFirstOfGroup: index === 0, run: () => assign(speaker.id),
    })),
    { label: t('sentence.assignNew'), icon: 'people', isFirstOfGroup: transcript.speakers.length < 2, run: () => assign('new') },
  ];
  openMenu(button, t('sentence.menu'), items);
}

/** Arrow keys within the transcript go from sentence to sentence; one of them is in the order of tabs. */
export function moveFocus(from: HTMLElement, direction: 1 | -1, model: RecordingModel): void {
  const row = from.closest<HTMLElement>('.sentence'), at = model.byId.value.get(row?.dataset['id'] ?? '')?.index;
  const next = at === undefined ? undefined : model.sentences.value[at + direction];
  const kind = from.classList.contains('sentence-more') ? '.sentence-more' : '.at';
  if (next)
    document.getElementById(rowId(next.id))?.querySelector<HTMLElement>(kind)?.focus();
}
