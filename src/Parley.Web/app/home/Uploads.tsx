import type { JSX } from 'preact';
import { locale, t } from '../language/language';
import { confirm } from '../shared/Dialog';
import { bytes, percent, roughly, span } from '../shared/format';
import { Icon } from '../shared/icons';
import { wordsFor } from '../shared/notices';
import { Progress } from '../shared/Progress';
import { dropUpload, pauseUpload, resumeUpload, uploads, type UploadItem } from './sending';

/** What is on its way to the server. */
export function Uploads({ choose }: { choose: () => void }): JSX.Element | null {
  if (uploads.value.length === 0)
    return null;
  return (
    <section class="panel" aria-labelledby="uploads-title">
      <h2 id="uploads-title" class="panel-title">{t('upload.title')}</h2>
      <ul class="rows">{uploads.value.map(item => <UploadRow key={item.id} item={item} choose={choose} />)}</ul>
    </section>
  );
}

function UploadRow({ item, choose }: { item: UploadItem; choose: () => void }): JSX.Element {
  const share = item.size > 0 ? Math.min(1, item.sent / item.size) : 1;
  return (
    <li class="row upload-row">
      <div class="row-main">
        <span class="row-name">{item.name}</span>
        <span class={item.state === 'failed' ? 'row-note refusal' : 'row-note muted'}>{note(item, share)}</span>
        <Progress value={share} label={t('upload.progress', { name: item.name })} isQuiet={item.state !== 'uploading'} />
      </div>
      <div class="row-actions">
        {item.state === 'uploading' && <button type="button" class="plain" aria-label={t('upload.pause', { name: item.name })} title={t('action.pause')} onClick={() => pauseUpload(item.id)}><Icon name="pause" /></button>}
        {item.state === 'paused' && <button type="button" class="plain" aria-label={t('upload.resume', { name: item.name })} title={t('action.resume')} onClick={() => resumeUpload(item.id)}><Icon name="play" /></button>}
        {item.state === 'failed' && <button type="button" class="button small" onClick={() => resumeUpload(item.id)}>{t('action.retry')}</button>}
        {item.state === 'asking' && <button type="button" class="button small" onClick={choose}>{t('upload.chooseAgain')}</button>}
        <button type="button" class="plain" aria-label={t('upload.drop', { name: item.name })} title={t('upload.dropShort')} onClick={() => void ask(item)}><Icon name="close" /></button>
      </div>
    </li>
  );
}

async function ask(item: UploadItem): Promise<void> {
  if (item.sent === 0 || await confirm(t('upload.dropTitle'), t('upload.dropText', { name: item.name }), t('upload.dropShort')))
    await dropUpload(item.id);
}

function note(item: UploadItem, share: number): string {
  const part = t('upload.part', { sent: bytes(item.sent), size: bytes(item.size), percent: percent(share) });
  switch (item.state) {
    case 'uploading': {
      const rest = item.rate && item.rate > 0 ? (item.size - item.sent) / item.rate : null;
      return rest === null || item.sent === 0 ? part : `${part} · ${t('time.left', { time: span(roughly(rest), locale.value) })}`;
    }
    case 'paused': return `${t('upload.paused')} · ${part}`;
    case 'asking': return t('upload.asking', { percent: percent(share) });
    case 'queueing': return t('upload.queueing');
    case 'failed': return item.problem && item.problem.status > 0 ? wordsFor(item.problem) : t('error.unreachable');
    case 'done': return part;
  }
}
