import { eventsUrl, getJob, Problem } from './client';
import { isActive, type Job, type Sentence } from './types';

const FirstPause = 1500, LongestPause = 15_000;

export interface JobListener {
  onJob(job: Job): void;
  /** Sentences from a place on, which is the id of the first. */
  onSaid(sentences: Sentence[]): void;
  /** The job has ended; the stream is closed. */
  onEnd(job: Job): void;
  /** It was deleted meanwhile. */
  onGone(): void;
}

/** Follows one job, over lines and servers that break. Returns what ends it. */
export function followJob(id: string, listener: JobListener): () => void {
  let source: EventSource | null = null, timer = 0, isOver = false, pause = FirstPause;

  const open = (): void => {
    source = new EventSource(eventsUrl(id));
    source.addEventListener('job', event => listener.onJob(JSON.parse((event as MessageEvent<string>).data) as Job));
    source.addEventListener('said', event => listener.onSaid((JSON.parse((event as MessageEvent<string>).data) as { sentences: Sentence[] }).sentences));
    source.addEventListener('end', event => {
      close();
      listener.onEnd(JSON.parse((event as MessageEvent<string>).data) as Job);
    });
    source.onopen = () => pause = FirstPause;
    source.onerror = () => {
      // The browser would try again without a word, for ever.
      source?.close();
      if (!isOver)
        timer = window.setTimeout(() => void askWhy(), pause = Math.min(pause * 1.5, LongestPause));
    };
  };
  // The browser does not tell what is wrong: a plain question does, and brings the sign-in or the banner where they belong.
  const askWhy = async (): Promise<void> => {
    try {
      const job = await getJob(id);
      if (isOver)
        return;
      listener.onJob(job);
      if (!isActive(job)) {
        close();
        listener.onEnd(job);
      }
    } catch (error) {
      if (error instanceof Problem && error.status === 404)
        listener.onGone();
      if (error instanceof Problem && error.status < 500)
        return;
    }
    if (!isOver)
      open();
  };
  const close = (): void => {
    isOver = true;
    window.clearTimeout(timer);
    source?.close();
  };
  open();
  return close;
}
