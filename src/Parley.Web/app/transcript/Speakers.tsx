import type { JSX } from 'preact';
import type { Speaker, Transcript } from '../api/types';
import { locale, t } from '../language/language';
import { percent, span } from '../shared/format';
import { Icon } from '../shared/icons';
import { openMenu, type MenuItem } from '../shared/Menu';
import { nameOf, type RecordingModel } from './RecordingModel';
import { SpeakerName } from './SpeakerName';
import { colourOf } from './grouping';

/** Who speaks, and how long: names to click, bars to compare. */
export function Speakers({ model, transcript, onRediarize }: { model: RecordingModel; transcript: Transcript; onRediarize: () => void }): JSX.Element {
  const renaming = model.renaming.value;
  return (
    <section class="speakers" aria-labelledby="speakers-title">
      <h2 id="speakers-title" class="side-title">{t('speaker.title')}</h2>
      <ul>
        {transcript.speakers.map(speaker => (
          <li key={speaker.id} class="speaker">
            <div class="speaker-head">
              <SpeakerName model={model} speaker={speaker} place="panel" isRenaming={renaming?.place === 'panel' && renaming.speaker === speaker.id} />
              <button type="button" class="plain small" aria-haspopup="menu" aria-expanded="false" aria-label={t('speaker.more', { name: nameOf(speaker) })}
                onClick={event => openMenu(event.currentTarget, nameOf(speaker), actions(model, transcript, speaker))}><Icon name="more" /></button>
            </div>
            <div class={`talk speaker-${colourOf(speaker.id)}`} role="img" aria-label={t('speaker.talk', { name: nameOf(speaker), time: span(speaker.talk_seconds, locale.value), percent: percent(speaker.share) })}>
              <div class="talk-fill" style={{ width: `${(speaker.share * 100).toFixed(2)}%` }} />
            </div>
            <p class="talk-note muted" aria-hidden="true"><span>{span(speaker.talk_seconds, locale.value)}</span><span>{percent(speaker.share)}</span></p>
          </li>
        ))}
      </ul>
      <button type="button" class="link" onClick={onRediarize}>{t('rediarize.open')}</button>
    </section>
  );
}

function actions(model: RecordingModel, transcript: Transcript, speaker: Speaker): MenuItem[] {
  const others = transcript.speakers.filter(other => other.id !== speaker.id);
  return [
    { label: t('speaker.renameShort'), icon: 'edit', run: () => model.renaming.value = { speaker: speaker.id, place: 'panel' } },
    ...(speaker.name ? [{ label: t('speaker.resetName'), icon: 'undo' as const, run: () => void model.apply([{ op: 'rename_speaker', speaker: speaker.id, name: '' }]) }] : []),
    ...others.map((other, index) => ({
      label: t('speaker.mergeInto', { name: nameOf(other) }), speaker: colourOf(other.id), isFirstOfGroup: index === 0,
      run: () => void model.apply([{ op: 'merge_speakers', from: speaker.id, into: other.id }]),
    })),
  ];
}
