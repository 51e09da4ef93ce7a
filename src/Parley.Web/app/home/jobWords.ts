import type { Job } from '../api/types';
import { locale, t } from '../language/language';
import { roughly, span } from '../shared/format';

/** The state of a job in one line: place in the queue, time left where it can be said, why it failed. */
export function stateOf(job: Job): string {
  switch (job.state) {
    case 'pending': {
      const place = job.queue && job.queue.position > 1 ? t('job.place', { n: job.queue.position }) : t('job.next');
      const wait = job.queue?.wait_seconds;
      return wait != null && wait > 0 ? `${place} · ${t('job.wait', { time: span(roughly(wait), locale.value) })}` : place;
    }
    case 'processing':
      return job.remaining_seconds != null && job.remaining_seconds > 0
        ? `${t('job.processing')} · ${t('time.left', { time: span(roughly(job.remaining_seconds), locale.value) })}` : t('job.processing');
    case 'completed': {
      const parts = [job.duration != null ? span(job.duration, locale.value) : '', job.speakers != null && job.options.diarize ? t('job.speakers', { n: job.speakers }) : ''];
      return parts.filter(Boolean).join(' · ');
    }
    case 'failed': return job.error?.detail || t('job.failed');
    case 'cancelled': return t('job.cancelled');
    case 'timed_out': return job.error?.detail || t('job.timedOut');
  }
}
