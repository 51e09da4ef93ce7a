import type { JSX } from 'preact';
import { isActive, type Job } from '../api/types';
import { askAndRemove } from '../home/Recordings';
import { cancel } from '../home/jobList';
import { stateOf } from '../home/jobWords';
import { t } from '../language/language';
import { attempt } from '../shared/notices';
import { Progress } from '../shared/Progress';

/** How far a job is, or how it ended without a transcript. */
export function JobProgress({ job }: { job: Job }): JSX.Element {
  if (job.state === 'completed')
    return <p class="muted">{t('transcript.loading')}</p>;
  if (!isActive(job)) {
    return (
      <section class="ended">
        <p class={job.state === 'cancelled' ? 'muted' : 'refusal'} role="status">{stateOf(job)}</p>
        <button type="button" class="button" onClick={() => void askAndRemove(job).then(gone => {
          if (gone)
            location.hash = '#/';
        })}>{t('action.delete')}</button>
      </section>
    );
  }
  const isPending = job.state === 'pending';
  return (
    <section class="job-progress" aria-label={t('job.progress', { name: job.file_name })}>
      <Progress value={isPending ? null : job.progress / 100} label={t('job.progress', { name: job.file_name })} />
      <p class="muted"><span role="status">{stateOf(job)}</span>{!isPending && <span> · {Math.round(job.progress)}%</span>}
        <button type="button" class="link" onClick={() => void attempt(() => cancel(job.id))}>{t('action.cancel')}</button></p>
    </section>
  );
}
