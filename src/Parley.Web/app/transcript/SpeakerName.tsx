import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Speaker } from '../api/types';
import { t } from '../language/language';
import { handOver } from '../shared/focus';
import { nameOf, type RecordingModel } from './RecordingModel';
import { colourOf } from './grouping';

const MaxName = 100;

/** A speaker's name; a click makes it a field. Enter and leaving save, Esc does not. */
export function SpeakerName({ model, speaker, place, isRenaming }: { model: RecordingModel; speaker: Speaker; place: string; isRenaming: boolean }): JSX.Element {
  const dot = <span class={`dot speaker-${colourOf(speaker.id)}`} aria-hidden="true" />;
  if (isRenaming)
    return <span class="speaker-name editing">{dot}<NameField model={model} speaker={speaker} place={place} /></span>;
  return (
    <button type="button" id={buttonId(speaker, place)} class={`speaker-name speaker-${colourOf(speaker.id)}`} title={t('speaker.renameHint')} aria-label={t('speaker.rename', { name: nameOf(speaker) })}
      onClick={() => model.renaming.value = { speaker: speaker.id, place }}>
      {dot}<span class="speaker-text">{nameOf(speaker)}</span>
    </button>
  );
}

const buttonId = (speaker: Speaker, place: string): string => `name-${speaker.id}-${place}`;

function NameField({ model, speaker, place }: { model: RecordingModel; speaker: Speaker; place: string }): JSX.Element {
  const field = useRef<HTMLInputElement>(null), isDone = useRef(false);
  // Before the browser shows it: the next key is meant for the field.
  useLayoutEffect(() => {
    field.current!.focus({ preventScroll: true });
    field.current!.select();
  }, []);
  const close = (): void => {
    isDone.current = true;
    // Another name may be edited by the time the server answers.
    if (field.current)
      handOver(field.current, () => model.renaming.value = null, () => document.getElementById(buttonId(speaker, place)));
  };
  const save = async (): Promise<void> => {
    if (isDone.current)
      return;
    const name = field.current!.value.trim();
    if (name === (speaker.name ?? '') || name === nameOf(speaker)) {
      close();
      return;
    }
    isDone.current = true;
    isDone.current = await model.apply([{ op: 'rename_speaker', speaker: speaker.id, name }], close);
  };
  return (
    <input ref={field} class="name-field" maxLength={MaxName} defaultValue={nameOf(speaker)} aria-label={t('speaker.name')} autocomplete="off" spellcheck={false}
      onKeyDown={event => {
        if (event.key === 'Enter' && !event.isComposing) {
          void save();
        } else if (event.key === 'Escape') {
          close();
        }
        event.stopPropagation();
      }}
      onBlur={() => void save()} />
  );
}
