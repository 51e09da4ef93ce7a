import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { isActive, type Job } from '../api/types';
import { locale, t } from '../language/language';
import { recordingHref } from '../router';
import { confirm } from '../shared/Dialog';
import { moment } from '../shared/format';
import { Icon } from '../shared/icons';
import { attempt } from '../shared/notices';
import { Progress } from '../shared/Progress';
import { stateOf } from './jobWords';
import { cancel, jobs, nextCursor, query, remove, search, showMore } from './jobList';

/** All recordings of this user, newest first. */
export function Recordings(): JSX.Element {
  const list = jobs.value, timer = useRef(0);
  const isEmpty = list?.length === 0;
  return (
    <section class="panel recordings" aria-labelledby="recordings-title">
      <header class="panel-head">
        <h2 id="recordings-title" class="panel-title">{t('jobs.title')}</h2>
        {(!isEmpty || query.value !== '') && (
          <label class="find">
            <Icon name="search" />
            <input type="search" placeholder={t('jobs.search')} aria-label={t('jobs.search')} defaultValue={query.value} onInput={event => {
              const text = event.currentTarget.value.trim();
              window.clearTimeout(timer.current);
              timer.current = window.setTimeout(() => search(text), 200);
            }} />
          </label>
        )}
      </header>
      {list === null ? <ul class="rows" aria-busy="true">{[0, 1, 2].map(key => <li key={key} class="row ghost" />)}</ul>
        : isEmpty ? <p class="empty muted">{query.value ? t('jobs.none', { text: query.value }) : t('jobs.empty')}</p>
          : <ul class="rows">{list.map(job => <JobRow key={job.id} job={job} />)}</ul>}
      {nextCursor.value && <button type="button" class="button more" onClick={() => void attempt(showMore)}>{t('jobs.more')}</button>}
      <p class="sr-only" role="status">{announcement(list)}</p>
    </section>
  );
}

/** Heard by screen readers when the number of those under way changes, and not at every per cent. */
function announcement(list: Job[] | null): string {
  const active = list?.filter(isActive).length ?? 0;
  return active > 0 ? t('jobs.active', { n: active }) : '';
}

function JobRow({ job }: { job: Job }): JSX.Element {
  const isFailed = job.state === 'failed' || job.state === 'timed_out';
  return (
    <li class={`row job ${job.state}`}>
      <div class="row-main">
        <a class="row-name" href={recordingHref(job.id)}>{job.file_name}</a>
        <span class={isFailed ? 'row-note refusal' : 'row-note muted'}>{stateOf(job)}</span>
        {isActive(job) && <Progress value={job.state === 'pending' ? 0 : job.progress / 100} label={t('job.progress', { name: job.file_name })} isQuiet={job.state === 'pending'} />}
      </div>
      <time class="row-time muted" dateTime={job.created_at}>{moment(job.created_at, new Date(), locale.value)}</time>
      <div class="row-actions">
        {isActive(job)
          ? <button type="button" class="plain" aria-label={t('job.cancel', { name: job.file_name })} title={t('action.cancel')} onClick={() => void attempt(() => cancel(job.id))}><Icon name="close" /></button>
          : <button type="button" class="plain" aria-label={t('job.delete', { name: job.file_name })} title={t('action.delete')} onClick={() => void askAndRemove(job)}><Icon name="trash" /></button>}
      </div>
    </li>
  );
}

/** Asks, then deletes. Returns whether it is gone. */
export async function askAndRemove(job: Job): Promise<boolean> {
  return await confirm(t('job.deleteTitle'), t('job.deleteText', { name: job.file_name }), t('action.delete')) && await attempt(() => remove(job.id));
}
