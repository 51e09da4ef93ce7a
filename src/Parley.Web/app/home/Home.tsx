import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../language/language';
import { Icon } from '../shared/icons';
import { isOver, take } from './intake';
import { refreshJobs, stopRefreshing } from './jobList';
import { Recorder } from './Recorder';
import { Recordings } from './Recordings';
import { SpeakerCount } from './SpeakerCount';
import { recallWish, setWish, wish } from './speakerWish';
import { Uploads } from './Uploads';
import { WordOptions } from './WordOptions';
import { recallWordWish } from './wordWish';

export function Home(): JSX.Element {
  const isRecording = useSignal(false);
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => {
    recallWish();
    recallWordWish();
    void refreshJobs();
    return stopRefreshing;
  }, []);

  return (
    <div class="home">
      <section class="hero" aria-labelledby="hero-title">
        <h1 id="hero-title">{t('home.title')}</h1>
        <p class="lead">{t('home.lead')}</p>
        <div class={isOver.value ? 'drop over' : 'drop'}>
          <div class="drop-actions">
            <button type="button" class="button primary" onClick={() => chooser.current?.click()}><Icon name="upload" />{t('drop.choose')}</button>
            <button type="button" class="button" onClick={() => isRecording.value = true}><Icon name="mic" />{t('drop.record')}</button>
          </div>
          <p class="muted drop-hint">{t(isOver.value ? 'drop.over' : 'drop.hint')}</p>
          <input ref={chooser} hidden type="file" multiple accept="audio/*,video/*,.m4a,.amr,.flac,.opus,.wma,.mkv"
            onChange={event => {
              take(event.currentTarget.files);
              event.currentTarget.value = '';
            }} />
        </div>
        <div class="hero-options">
          <SpeakerCount value={wish.value} onChange={setWish} />
          <WordOptions />
          <p class="muted small-text">{t('home.kept')}</p>
        </div>
      </section>
      <Uploads choose={() => chooser.current?.click()} />
      <Recordings />
      {isRecording.value && <Recorder onClose={() => isRecording.value = false} onDone={file => take([file])} />}
    </div>
  );
}
