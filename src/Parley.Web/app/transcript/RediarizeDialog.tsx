import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { rediarize } from '../api/client';
import { SpeakerCount } from '../home/SpeakerCount';
import { fieldsOf, type Wish } from '../home/speakerWish';
import { t } from '../language/language';
import { recordingHref } from '../router';
import { Dialog } from '../shared/Dialog';
import { attempt } from '../shared/notices';

/** Sorts the voices again with another number of speakers; the words stay, the result is a new recording in the list. */
export function RediarizeDialog({ id, speakers, onClose }: { id: string; speakers: number; onClose: () => void }): JSX.Element {
  const wish = useSignal<Wish>({ kind: 'exact', exact: Math.max(1, speakers), min: Math.max(1, speakers - 1), max: speakers + 1 });
  const isBusy = useSignal(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    isBusy.value = true;
    const isDone = await attempt(async () => {
      const job = await rediarize(id, fieldsOf(wish.value));
      location.hash = recordingHref(job.id);
    });
    isBusy.value = false;
    if (isDone)
      onClose();
  };
  return (
    <Dialog title={t('rediarize.title')} onClose={onClose}>
      <form onSubmit={event => void submit(event)}>
        <p class="muted">{t('rediarize.text')}</p>
        <SpeakerCount value={wish.value} onChange={next => wish.value = next} />
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button>
          <button type="submit" class="button primary" disabled={isBusy.value}>{t('rediarize.start')}</button>
        </div>
      </form>
    </Dialog>
  );
}
