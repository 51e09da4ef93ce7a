import { signal } from '@preact/signals';
import type { Job, Operation, ServerStatus, Session, SpeakerWish, Transcript } from './types';

export const Base = '/api/v1';

/** A refusal of the server: `detail` says what to do and is shown as it is. */
export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, readonly detail: string, readonly retryAfter: number | null) {
    super(detail);
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {}

/** Whether the server answers: `false` shows a banner, until it does again. */
export const isReachable = signal(true);

/** Who is signed in; null before the server has said so. */
export const session = signal<Session | null>(null);

/** Whether a session that was there has ended. */
export const hasExpired = signal(false);

export const needsToken = (): boolean => session.value !== null && session.value.authentication && session.value.user === null;

let watching = false;

/** Asks until the server is there again, ever less often, and tells the page. */
function watchForReturn(): void {
  isReachable.value = false;
  if (watching)
    return;
  watching = true;
  let pause = 1000;
  const ask = async (): Promise<void> => {
    try {
      const answer = await fetch(`${Base}/session`, { cache: 'no-store' });
      if (answer.status < 500) {
        watching = false;
        isReachable.value = true;
        if (session.value === null)
          await loadSession();
        return;
      }
    } catch {
      // Still away.
    }
    pause = Math.min(pause * 1.5, 8000);
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}

export const noteUnreachable = watchForReturn;

export async function problemOf(status: number, body: string, retryAfter: string | null): Promise<Problem> {
  let detail = '', code = `http_${status}`;
  try {
    const problem = JSON.parse(body) as { detail?: string; title?: string; code?: string };
    detail = problem.detail ?? problem.title ?? '';
    code = problem.code ?? code;
  } catch {
    // Not a problem document: a proxy, perhaps.
  }
  const seconds = Number(retryAfter);
  return new Problem(status, code, detail, retryAfter && seconds > 0 ? seconds : null);
}

/** Asks the server. Throws {@link Problem} or {@link Unreachable}. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(Base + path, { cache: 'no-store', ...init });
  } catch (error) {
    if (init.signal?.aborted)
      throw error;
    watchForReturn();
    throw new Unreachable();
  }
  if (answer.ok)
    return answer;
  const problem = await problemOf(answer.status, await answer.text().catch(() => ''), answer.headers.get('retry-after'));
  if (problem.status === 401)
    noteExpired();
  if (problem.status === 502 || problem.status === 503 || problem.status === 504)
    watchForReturn();
  throw problem;
}

/** The server asked for a token: what was there is no longer good. */
export function noteExpired(): void {
  hasExpired.value = session.value?.user != null;
  session.value = { authentication: true, user: null };
}

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  return await (await ask(path, init)).json() as T;
}

const send = (method: string, body?: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
  body: body === undefined ? null : JSON.stringify(body),
});

export async function loadSession(): Promise<void> {
  session.value = await json<Session>('/session');
}

export async function signIn(token: string): Promise<void> {
  await ask('/session', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  await loadSession();
  hasExpired.value = false;
}

export async function signOut(): Promise<void> {
  await ask('/session', { method: 'DELETE' });
  hasExpired.value = false;
  await loadSession();
}

export const path = (id: string): string => `/jobs/${encodeURIComponent(id)}`;

export const listJobs = (query: string, cursor: string | null, limit: number): Promise<{ jobs: Job[]; next: string | null }> => {
  const parameters = new URLSearchParams({ limit: String(limit) });
  if (query)
    parameters.set('q', query);
  if (cursor)
    parameters.set('cursor', cursor);
  return json(`/jobs?${parameters}`);
};

export const getJob = (id: string): Promise<Job> => json(path(id));
export const cancelJob = (id: string): Promise<Job> => json(`${path(id)}/cancel`, send('POST'));
export const deleteJob = (id: string): Promise<Response> => ask(path(id), send('DELETE'));
export const getTranscript = (id: string): Promise<Transcript> => json(`${path(id)}/transcript`);
export const getWaveform = (id: string, points: number): Promise<{ duration: number; peaks: number[] }> => json(`${path(id)}/waveform?points=${points}`);
export const postEdits = (id: string, revision: number, operations: Operation[]): Promise<Transcript> =>
  json(`${path(id)}/edits`, send('POST', { revision, operations }));
export const undoEdit = (id: string, revision: number): Promise<Transcript> =>
  json(`${path(id)}/edits/last`, send('DELETE', undefined, { 'if-match': `"${revision}"` }));
export const rediarize = (id: string, wish: SpeakerWish): Promise<Job> => json(`${path(id)}/rediarize`, send('POST', wish));
export const getStatus = (): Promise<ServerStatus> => json('/status');

export const audioUrl = (id: string): string => `${Base}${path(id)}/audio`;
export const resultUrl = (id: string, format: string): string => `${Base}${path(id)}/result?format=${format}&download=true`;
export const eventsUrl = (id: string): string => `${Base}${path(id)}/events`;
