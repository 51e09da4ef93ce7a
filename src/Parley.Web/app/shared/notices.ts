import { signal } from '@preact/signals';
import { Problem, Unreachable } from '../api/client';
import { said, t } from '../language/language';

export interface Notice {
  id: number;
  text: string;
  isError: boolean;
  action?: { label: string; run: () => void };
}

export const notices = signal<Notice[]>([]);

let last = 0;

/** Says something in passing. What asks for a decision stays longer. */
export function notify(text: string, options: { isError?: boolean; action?: Notice['action'] } = {}): void {
  const notice: Notice = { id: ++last, text, isError: options.isError ?? false, ...(options.action ? { action: options.action } : {}) };
  notices.value = [...notices.value.slice(-2), notice];
  setTimeout(() => dismiss(notice.id), notice.action || notice.isError ? 10_000 : 3500);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter(notice => notice.id !== id);
}

/** What went wrong, in plain words: the server's own where it has said any. */
export function wordsFor(error: unknown): string {
  if (error instanceof Problem)
    return said(error.code, error.detail) || t('error.status', { status: error.status });
  return error instanceof Unreachable ? t('error.unreachable') : t('error.unknown');
}

/** Runs what may be refused, and says so when it is. Returns whether it went well. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    // A missing token opens the sign-in; a missing server shows the banner.
    if (!(error instanceof Problem && error.status === 401))
      notify(wordsFor(error), { isError: true });
    return false;
  }
}
