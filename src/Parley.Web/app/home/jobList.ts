import { signal } from '@preact/signals';
import { cancelJob, deleteJob, getJob, listJobs, Problem } from '../api/client';
import { isActive, type Job } from '../api/types';
import { route } from '../router';

const Page = 50;
const BusyPause = 1500;
const IdlePause = 15_000;

export const jobs = signal<Job[] | null>(null);
export const nextCursor = signal<string | null>(null);
export const query = signal('');

let timer = 0, asked = 0, shown = Page;

/** Fetches the list and, while anything happens in it, fetches it again. */
export async function refreshJobs(): Promise<void> {
  window.clearTimeout(timer);
  const turn = ++asked;
  try {
    const answer = await listJobs(query.value, null, Math.min(200, shown));
    if (turn !== asked)
      return;
    const older = shown > 200 ? (jobs.value ?? []).slice(200) : [];
    jobs.value = [...answer.jobs, ...older];
    if (older.length === 0)
      nextCursor.value = answer.next;
  } catch (error) {
    if (!(error instanceof Error))
      throw error;
    // The banner says what is wrong; the list stays as it was.
  }
  if (turn === asked)
    timer = window.setTimeout(() => document.hidden ? waitForSight() : void refreshJobs(), jobs.value?.some(isActive) ? BusyPause : IdlePause);
}

const waitForSight = (): void => document.addEventListener('visibilitychange', () => void refreshJobs(), { once: true });

export function stopRefreshing(): void {
  window.clearTimeout(timer);
  asked++;
}

export async function showMore(): Promise<void> {
  const turn = asked, answer = await listJobs(query.value, nextCursor.value, Page);
  if (turn !== asked)
    return;
  const known = new Set((jobs.value ?? []).map(job => job.id));
  jobs.value = [...jobs.value ?? [], ...answer.jobs.filter(job => !known.has(job.id))];
  nextCursor.value = answer.next;
  shown += Page;
}

export function search(text: string): void {
  query.value = text;
  shown = Page;
  void refreshJobs();
}

/** Shows a job that has just come to be. */
export async function noteJob(id: string): Promise<void> {
  try {
    const job = await getJob(id);
    jobs.value = [job, ...(jobs.value ?? []).filter(other => other.id !== id)];
  } catch {
    // The list tells, as soon as it can be fetched.
  }
  if (route.value.view === 'home')
    void refreshJobs();
}

/** Cancels; a job that had ended meanwhile is no error. */
export async function cancel(id: string): Promise<void> {
  try {
    await cancelJob(id);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'not_cancellable')
      throw error;
  }
  await refreshJobs();
}

export async function remove(id: string): Promise<void> {
  try {
    await deleteJob(id);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404)
      throw error;
  }
  jobs.value = (jobs.value ?? []).filter(job => job.id !== id);
}
