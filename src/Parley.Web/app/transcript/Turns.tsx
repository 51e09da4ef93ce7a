import { useSignal } from '@preact/signals';
import { Component, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Sentence, Speaker } from '../api/types';
import { locale, t } from '../language/language';
import { handOver } from '../shared/focus';
import { clock } from '../shared/format';
import { rowId } from './highlights';
import { nameOf, type RecordingModel } from './RecordingModel';
import { SpeakerName } from './SpeakerName';
import { colourOf, type Turn } from './grouping';

interface TurnProps {
  model: RecordingModel;
  turn: Turn;
  /** The speaker's name as it is shown: a new one draws the turn anew. */
  name: string;
  editing: string | null;
  isRenaming: boolean;
  language: string;
}

/** What the browser draws or leaves out at once while one scrolls. */
const TurnsOfStretch = 30;

interface StretchProps {
  model: RecordingModel;
  turns: Turn[];
  speakers: readonly Speaker[] | undefined;
  editing: string | null;
  renaming: string | null;
  language: string;
}

/** All that was said. The beginning is there at once; of a long transcript the rest follows while one reads. */
export function Turns({ model }: { model: RecordingModel }): JSX.Element {
  const turns = model.turns.value, editing = model.editing.value, renaming = model.renaming.value?.place ?? null;
  const shown = useSignal(2);
  const count = Math.ceil(turns.length / TurnsOfStretch), limit = Math.min(count, model.isWhole.value ? count : shown.value);
  useEffect(() => {
    if (limit >= count)
      return undefined;
    const timer = setTimeout(() => shown.value = shown.value * 2);
    return () => clearTimeout(timer);
  }, [limit, count]);
  return (
    <>
      {Array.from({ length: limit }, (_, index) => {
        const within = turns.slice(index * TurnsOfStretch, (index + 1) * TurnsOfStretch);
        const has = (id: string | null): boolean => id !== null && within.some(turn => turn.id === id || turn.sentences.some(sentence => sentence.id === id));
        return <Stretch key={index} model={model} turns={within} speakers={model.transcript.value?.speakers} editing={has(editing) ? editing : null}
          renaming={has(renaming) ? renaming : null} language={locale.value} />;
      })}
    </>
  );
}

class Stretch extends Component<StretchProps> {
  override shouldComponentUpdate(next: StretchProps): boolean {
    const { turns, speakers, editing, renaming, language } = this.props;
    return turns.length !== next.turns.length || turns.some((turn, index) => turn !== next.turns[index])
      || speakers !== next.speakers || editing !== next.editing || renaming !== next.renaming || language !== next.language;
  }

  override render({ model, turns, editing, renaming, language }: StretchProps): JSX.Element {
    return (
      <div class="stretch">
        {turns.map(turn => (
          <TurnBlock key={turn.id} model={model} turn={turn} name={nameOf(model.speaker(turn.speaker))} language={language}
            editing={editing !== null && turn.sentences.some(sentence => sentence.id === editing) ? editing : null} isRenaming={renaming === turn.id} />
        ))}
      </div>
    );
  }
}

/** One turn; drawn anew only when something of it changed. */
class TurnBlock extends Component<TurnProps> {
  override shouldComponentUpdate(next: TurnProps): boolean {
    return (Object.keys(next) as (keyof TurnProps)[]).some(key => next[key] !== this.props[key]);
  }

  override render({ model, turn, editing, isRenaming }: TurnProps): JSX.Element {
    const speaker = model.speaker(turn.speaker);
    return (
      <div role="group" class={`turn speaker-${colourOf(turn.speaker)}${turn.speaker === null ? ' nobody' : ''}`} aria-label={speaker ? nameOf(speaker) : undefined}>
        {speaker && <h3 class="turn-head"><SpeakerName model={model} speaker={speaker} place={turn.id} isRenaming={isRenaming} /></h3>}
        {turn.sentences.map(sentence => sentence.id === editing
          ? <SentenceEditor key={sentence.id} model={model} sentence={sentence} />
          : <SentenceRow key={sentence.id} sentence={sentence} canHear={model.job.value?.has_recording ?? false} canEdit={speaker !== undefined || model.transcript.value !== null} />)}
      </div>
    );
  }
}

function SentenceRow({ sentence, canHear, canEdit }: { sentence: Sentence; canHear: boolean; canEdit: boolean }): JSX.Element {
  const at = clock(sentence.start);
  return (
    <div class="sentence" id={rowId(sentence.id)} data-id={sentence.id} data-testid="sentence">
      {canHear ? <button type="button" class="at" data-action="play" tabIndex={-1} aria-label={t('sentence.play', { at })}>{at}</button> : <span class="at">{at}</span>}
      <p class="text" data-action="word">{sentence.text}</p>
      {sentence.edited && <span class="edited" role="img" title={t('sentence.edited')} aria-label={t('sentence.edited')} />}
      {canEdit && <button type="button" class="plain small sentence-more" data-action="more" tabIndex={-1} aria-haspopup="menu" aria-expanded="false" aria-label={t('sentence.more', { at })}></button>}
    </div>
  );
}

const MaxText = 10_000;

/** The text as a field. Enter saves, Esc does not; Shift+Enter has no meaning, a sentence is one line. */
function SentenceEditor({ model, sentence }: { model: RecordingModel; sentence: Sentence }): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null), row = useRef<HTMLDivElement>(null), isSaving = useSignal(false);
  const fit = (): void => {
    const area = field.current!;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  // Before the browser shows it: the next key is meant for the field.
  useLayoutEffect(() => {
    fit();
    field.current!.focus({ preventScroll: true });
    field.current!.setSelectionRange(field.current!.value.length, field.current!.value.length);
  }, []);
  const close = (): void => {
    // Another sentence may be edited by the time the server answers.
    if (row.current)
      handOver(row.current, () => model.editing.value = null, () => document.getElementById(rowId(sentence.id))?.querySelector('button'));
  };
  const save = async (): Promise<void> => {
    if (isSaving.value)
      return;
    const text = field.current!.value.replace(/\s*[\r\n]+\s*/g, ' ').trim();
    if (text === '' || text === sentence.text) {
      close();
      return;
    }
    isSaving.value = true;
    await model.apply([{ op: 'edit_text', sentence: sentence.id, text }], close);
    isSaving.value = false;
  };
  return (
    <div ref={row} class="sentence editing" id={rowId(sentence.id)} data-id={sentence.id} data-testid="sentence">
      <span class="at">{clock(sentence.start)}</span>
      <div class="editor">
        <textarea ref={field} class="editor-field" rows={1} maxLength={MaxText} defaultValue={sentence.text} readOnly={isSaving.value} aria-label={t('sentence.text')} aria-describedby="editor-hint" onInput={fit}
          onKeyDown={event => {
            if (event.key === 'Enter' && !event.isComposing) {
              event.preventDefault();
              void save();
            } else if (event.key === 'Escape') {
              close();
            }
            event.stopPropagation();
          }} />
        <div class="editor-row">
          <span id="editor-hint" class="muted small-text">{t('sentence.hint')}</span>
          <button type="button" class="button small" onClick={close}>{t('action.cancel')}</button>
          <button type="button" class="button small primary" disabled={isSaving.value} onClick={() => void save()}>{t('action.save')}</button>
        </div>
      </div>
    </div>
  );
}
