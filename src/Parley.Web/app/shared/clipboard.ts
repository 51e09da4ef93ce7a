import { t } from '../language/language';
import { notify } from './notices';

/** Copies text and says so. Without a secure connection browsers give scripts no clipboard; the old way serves there. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(t('copy.done'));
  } catch {
    const isDone = copyOldWay(text);
    notify(t(isDone ? 'copy.done' : 'copy.failed'), { isError: !isDone });
  }
}

function copyOldWay(text: string): boolean {
  const area = document.createElement('textarea'), before = document.activeElement;
  area.value = text;
  area.className = 'sr-only';
  area.setAttribute('aria-hidden', 'true');
  document.body.append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    if (before instanceof HTMLElement)
      before.focus({ preventScroll: true });
  }
}
