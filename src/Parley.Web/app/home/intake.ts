import { signal } from '@preact/signals';
import { t } from '../language/language';
import { route } from '../router';
import { notify } from '../shared/notices';
import { noteJob } from './jobList';
import { onJob, restoreUploads, sendFiles } from './sending';
import { fieldsOf, wish } from './speakerWish';
import { wordFields, wordWish } from './wordWish';

/** Whether files are being dragged over the page. */
export const isOver = signal(false);

/** The fields that go with a recording. It is kept, so that one can listen to it later. */
function fields(): Record<string, string> {
  const numbers = Object.entries(fieldsOf(wish.value)).map(([name, value]) => [name, String(value)] as const);
  return { diarize: 'true', keep_recording: 'true', ...Object.fromEntries(numbers), ...wordFields(wordWish.value) };
}

/** Sends files, from wherever they came, and shows them on their way. */
export function take(files: FileList | readonly File[] | null | undefined): void {
  const usable = [...files ?? []].filter(file => file.size > 0);
  if (files && usable.length < files.length)
    notify(t('drop.empty'), { isError: true });
  if (usable.length === 0)
    return;
  sendFiles(usable, fields());
  if (route.value.view !== 'home')
    location.hash = '#/';
}

/** Takes up uploads that a reload interrupted, and files that are dropped or pasted anywhere. Returns what ends the latter. */
export function beginIntake(): () => void {
  onJob.current = id => void noteJob(id);
  void restoreUploads();
  return watchDrops(over => isOver.value = over, take);
}

/** Files may be dropped anywhere on the page, and pasted. */
function watchDrops(setOver: (over: boolean) => void, onFiles: (files: FileList) => void): () => void {
  let depth = 0;
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  const listeners: [string, (event: Event) => void][] = [
    ['dragenter', event => {
      if (hasFiles(event as DragEvent)) {
        depth++;
        setOver(true);
      }
    }],
    ['dragleave', event => {
      if (hasFiles(event as DragEvent) && --depth <= 0) {
        depth = 0;
        setOver(false);
      }
    }],
    ['dragover', event => hasFiles(event as DragEvent) && event.preventDefault()],
    ['drop', event => {
      if (!hasFiles(event as DragEvent))
        return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      onFiles((event as DragEvent).dataTransfer!.files);
    }],
    ['paste', event => {
      const files = (event as ClipboardEvent).clipboardData?.files;
      if (files && files.length > 0)
        onFiles(files);
    }],
  ];
  for (const [name, listener] of listeners)
    addEventListener(name, listener);
  return () => {
    for (const [name, listener] of listeners)
      removeEventListener(name, listener);
  };
}
