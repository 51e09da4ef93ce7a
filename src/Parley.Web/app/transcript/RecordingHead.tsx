import type { JSX } from 'preact';
import { resultUrl } from '../api/client';
import type { Job, Transcript } from '../api/types';
import { locale, t } from '../language/language';
import { askAndRemove } from '../home/Recordings';
import { recordingHref } from '../router';
import { copy } from '../shared/clipboard';
import { moment, span } from '../shared/format';
import { Icon } from '../shared/icons';
import { openMenu } from '../shared/Menu';
import { nameOf, undo, type RecordingModel } from './RecordingModel';
import { SearchBox } from './SearchBox';
import { plainText } from './grouping';

const Formats = ['txt', 'srt', 'vtt', 'docx', 'json', 'rttm'] as const;

/** Name, facts, and what can be done with the whole transcript. `onKeys` is null where there is nothing to press keys for. */
export function RecordingHead({ model, job, onKeys }: { model: RecordingModel; job: Job; onKeys: (() => void) | null }): JSX.Element {
  const transcript = model.transcript.value;
  return (
    <>
      <header class="recording-head">
        <a class="back" href="#/"><Icon name="back" />{t('recording.back')}</a>
        <h1>{job.file_name}</h1>
        <p class="muted facts">{facts(job, transcript)}{job.derived_from && <> · <a href={recordingHref(job.derived_from)}>{t('recording.derived')}</a></>}</p>
      </header>
      {transcript && (
        <div class="tools" role="toolbar" aria-label={t('recording.tools')}>
          <SearchBox model={model} />
          <div class="tool-buttons">
            <button type="button" class="plain" disabled={transcript.revision === 0} aria-label={t('edit.undo')} title={t('edit.undo')} onClick={() => void undo(model)}><Icon name="undo" /></button>
            <button type="button" class="plain" aria-label={t('copy.all')} title={t('copy.all')} onClick={() => void copy(plainText(transcript, nameOf))}><Icon name="copy" /></button>
            {onKeys && <button type="button" class="plain keys-button" aria-label={t('key.title')} title={t('key.title')} onClick={onKeys}><Icon name="keyboard" /></button>}
            <button type="button" class="plain" aria-label={t('recording.delete')} title={t('recording.delete')} onClick={() => void askAndRemove(job).then(gone => {
              if (gone)
                location.hash = '#/';
            })}><Icon name="trash" /></button>
            <button type="button" class="button primary" aria-haspopup="menu" aria-expanded="false" aria-label={t('download.title')}
              onClick={event => openMenu(event.currentTarget, t('download.title'), Formats.map(format => ({ label: t(`download.${format}`), hint: `.${format}`, href: resultUrl(job.id, format) })))}>
              <Icon name="download" /><span class="wide-only">{t('download.title')}</span>
            </button>
          </div>
        </div>
      )}
    </>
  );
}

function facts(job: Job, transcript: Transcript | null): string {
  const parts = [moment(job.created_at, new Date(), locale.value)];
  if (transcript) {
    parts.push(span(transcript.duration, locale.value), t('job.speakers', { n: transcript.speakers.length }));
    if (job.cached)
      parts.push(t('recording.cached'));
    else if (job.processing_seconds != null)
      parts.push(t('recording.made', { time: span(Math.max(1, job.processing_seconds), locale.value) }));
  }
  return parts.join(' · ');
}
