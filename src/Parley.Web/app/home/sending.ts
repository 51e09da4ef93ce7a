import { signal } from '@preact/signals';
import { DetailedError, Upload as TusUpload } from 'tus-js-client';
import { Base, noteExpired, noteUnreachable, problemOf, type Problem } from '../api/client';
import { change, forget, keep, keptFile, keptUploads, type KeptUpload } from './uploadShelf';

/** `asking`: the same file must be chosen again. `queueing`: all bytes are there, the queue has no room yet. */
export type UploadState = 'uploading' | 'paused' | 'asking' | 'queueing' | 'failed' | 'done';

export interface UploadItem {
  id: string;
  name: string;
  size: number;
  lastModified: number;
  sent: number;
  /** Bytes a second, smoothed; null before there is a measure. */
  rate: number | null;
  state: UploadState;
  problem: Problem | null;
  jobId: string | null;
}

// Small enough that a broken line costs little, large enough that requests cost nothing.
const ChunkBytes = 8 << 20;
const RetryDelays = [0, 1000, 3000, 5000, 10_000, 20_000];

export const uploads = signal<UploadItem[]>([]);

/** Told when a recording has become a job. */
export const onJob = { current: (_id: string): void => undefined };

const running = new Map<string, TusUpload>();
const files = new Map<string, { file: Blob; metadata: Record<string, string>; url: string | null }>();

const update = (id: string, values: Partial<UploadItem>): void => {
  uploads.value = uploads.value.map(item => item.id === id ? { ...item, ...values } : item);
};
const find = (id: string): UploadItem | undefined => uploads.value.find(item => item.id === id);
const isSame = (item: UploadItem, file: File): boolean => item.state === 'asking' && item.name === file.name && item.size === file.size && item.lastModified === file.lastModified;
const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, '0')).join('');

/** Sends files. One that was on its way before a reload goes on where it stopped. */
export function sendFiles(chosen: readonly File[], fields: Record<string, string>): void {
  for (const file of chosen) {
    const waiting = uploads.value.find(item => isSame(item, file));
    if (waiting)
      continueWith(waiting.id, file);
    else
      sendNew(file, fields);
  }
}

function sendNew(file: File, fields: Record<string, string>): void {
  const id = newId(), metadata = { filename: file.name, filetype: file.type, ...fields };
  files.set(id, { file, metadata, url: null });
  uploads.value = [{ id, name: file.name, size: file.size, lastModified: file.lastModified, sent: 0, rate: null, state: 'uploading', problem: null, jobId: null }, ...uploads.value];
  const kept = { id, name: file.name, size: file.size, lastModified: file.lastModified, url: null, metadata, startedAt: Date.now(), isPaused: false };
  void keep(kept, file).then(() => start(id));
}

function continueWith(id: string, file: Blob): void {
  const known = files.get(id);
  if (known)
    known.file = file;
  start(id);
}

/** Takes up what a reload interrupted. */
export async function restoreUploads(): Promise<void> {
  for (const kept of await keptUploads()) {
    if (!find(kept.id))
      await restore(kept);
  }
}

async function restore(kept: KeptUpload): Promise<void> {
  const offset = kept.url === null ? 0 : await offsetOf(kept.url);
  if (offset === null || (offset === kept.size && kept.size > 0 && kept.url !== null && await submit(kept.url, kept.size) !== null)) {
    await forget(kept.id); // it expired, or has become a job
    return;
  }
  const file = await keptFile(kept.id);
  files.set(kept.id, { file: file ?? new Blob(), metadata: kept.metadata, url: kept.url });
  const state: UploadState = file === null ? 'asking' : kept.isPaused ? 'paused' : 'uploading';
  uploads.value = [{ id: kept.id, name: kept.name, size: kept.size, lastModified: kept.lastModified, sent: offset, rate: null, state, problem: null, jobId: null }, ...uploads.value];
  if (state === 'uploading')
    start(kept.id);
}

/** Bytes that the server has; null when it does not know the upload any more. */
async function offsetOf(url: string): Promise<number | null> {
  try {
    const answer = await fetch(url, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' }, cache: 'no-store' });
    if (answer.status === 404 || answer.status === 410)
      return null;
    return Number(answer.headers.get('upload-offset') ?? 0);
  } catch {
    noteUnreachable();
    return 0;
  }
}

function start(id: string): void {
  const known = files.get(id), item = find(id);
  if (!known || !item)
    return;
  let measuredAt = performance.now(), measured = item.sent;
  const upload = new TusUpload(known.file, {
    endpoint: `${Base}/uploads`,
    uploadUrl: known.url,
    metadata: known.metadata,
    chunkSize: ChunkBytes,
    retryDelays: RetryDelays,
    storeFingerprintForResuming: false,
    onUploadUrlAvailable: () => {
      known.url = upload.url;
      void change(id, { url: upload.url });
    },
    onProgress: sent => {
      const now = performance.now(), before = find(id);
      if (now - measuredAt < 250 && sent < item.size)
        return;
      const fresh = Math.max(0, sent - measured) / Math.max(0.05, (now - measuredAt) / 1000);
      update(id, { sent, rate: before?.rate == null ? fresh : before.rate * 0.7 + fresh * 0.3 });
      [measuredAt, measured] = [now, sent];
    },
    onShouldRetry: error => mayRetry(error),
    onError: error => void fail(id, error),
    onSuccess: ({ lastResponse }) => void finish(id, lastResponse.getHeader('Parley-Job') ?? null),
  });
  running.set(id, upload);
  update(id, { state: 'uploading', problem: null });
  upload.start();
}

function mayRetry(error: Error | DetailedError): boolean {
  const status = error instanceof DetailedError ? error.originalResponse?.getStatus() ?? 0 : 0;
  return status === 0 || status === 409 || status === 423 || status >= 500;
}

async function fail(id: string, error: Error | DetailedError): Promise<void> {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  const status = response?.getStatus() ?? 0;
  if (status === 0)
    noteUnreachable();
  if (status === 401)
    noteExpired();
  const problem = await problemOf(status, response?.getBody() ?? '', response?.getHeader('Retry-After') ?? null);
  if (status === 429 && files.get(id)?.url && await offsetOf(files.get(id)!.url!) === find(id)?.size)
    await queue(id, problem);
  else
    update(id, { state: 'failed', problem });
}

/** All bytes have arrived and the queue is full: asks again until there is room. */
async function queue(id: string, problem: Problem): Promise<void> {
  update(id, { state: 'queueing', problem, sent: find(id)?.size ?? 0 });
  await new Promise(resolve => setTimeout(resolve, Math.min(60, problem.retryAfter ?? 10) * 1000));
  if (find(id)?.state === 'queueing')
    await finish(id, null);
}

async function finish(id: string, job: string | null): Promise<void> {
  const url = files.get(id)?.url, item = find(id);
  if (!item)
    return;
  const place = job ?? (url ? await submit(url, item.size, problem => {
    if (problem.status === 429)
      void queue(id, problem);
    else
      update(id, { state: 'failed', problem });
  }) : null);
  if (place === null)
    return;
  running.delete(id);
  files.delete(id);
  await forget(id);
  const jobId = place.split('/').pop()!;
  uploads.value = uploads.value.filter(other => other.id !== id);
  onJob.current(jobId);
}

/** An empty write at the end makes a job of an upload that is whole. Returns where the job is; null when it was refused. */
async function submit(url: string, size: number, refused?: (problem: Problem) => void): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: 'PATCH', headers: { 'tus-resumable': '1.0.0', 'upload-offset': String(size), 'content-type': 'application/offset+octet-stream' },
    });
    if (answer.ok)
      return answer.headers.get('parley-job') ?? url;
    refused?.(await problemOf(answer.status, await answer.text(), answer.headers.get('retry-after')));
  } catch {
    noteUnreachable();
    refused?.(await problemOf(0, '', null));
  }
  return null;
}

export function pauseUpload(id: string): void {
  void running.get(id)?.abort();
  update(id, { state: 'paused', rate: null });
  void change(id, { isPaused: true });
}

export function resumeUpload(id: string): void {
  void change(id, { isPaused: false });
  start(id);
}

/** Gives an upload up, here and on the server. */
export async function dropUpload(id: string): Promise<void> {
  const url = files.get(id)?.url;
  await running.get(id)?.abort();
  running.delete(id);
  files.delete(id);
  uploads.value = uploads.value.filter(item => item.id !== id);
  await forget(id);
  if (url)
    await fetch(url, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } }).catch(() => undefined);
}
