import type { JSX } from 'preact';
import { t } from '../language/language';

/** Where an address leads nowhere. */
export function Lost({ isRecording = false }: { isRecording?: boolean }): JSX.Element {
  return (
    <section class="lost">
      <h1>{t(isRecording ? 'lost.recording' : 'lost.title')}</h1>
      <p class="muted">{t(isRecording ? 'lost.recordingText' : 'lost.text')}</p>
      <a class="button primary" href="#/">{t('lost.home')}</a>
    </section>
  );
}
