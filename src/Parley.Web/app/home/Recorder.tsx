import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { t } from '../language/language';
import { confirm, Dialog } from '../shared/Dialog';
import { clock } from '../shared/format';
import { Icon } from '../shared/icons';
import { MicrophoneRecording } from './recording';

/** Records, lets one listen, then sends. Nothing leaves the browser before that. */
export function Recorder({ onClose, onDone }: { onClose: () => void; onDone: (file: File) => void }): JSX.Element {
  const recording = useMemo(() => new MicrophoneRecording(), []);
  useEffect(() => {
    void recording.start();
    return () => recording.close();
  }, []);
  const state = recording.state.value;
  const close = async (): Promise<void> => {
    if (recording.seconds.value < 2 || await confirm(t('record.discardTitle'), t('record.discardText'), t('record.discard')))
      onClose();
  };
  return (
    <Dialog title={t('record.title')} onClose={() => void close()}>
      {state === 'denied' || state === 'unsupported' ? <p>{t(`record.${state}`)}</p> : (
        <>
          <p class="record-time" role="timer" aria-label={t('record.time')}>{clock(recording.seconds.value)}</p>
          {state === 'review' ? <Review file={recording.file.value!} /> : <Meter recording={recording} />}
          <p class="muted record-note" role="status">{t(`record.${state}`)}</p>
        </>
      )}
      <div class="dialog-actions">
        {state === 'recording' && <button type="button" class="button" onClick={() => recording.pause()}><Icon name="pause" />{t('action.pause')}</button>}
        {state === 'paused' && <button type="button" class="button" onClick={() => recording.resume()}><Icon name="mic" />{t('action.resume')}</button>}
        {(state === 'recording' || state === 'paused') && <button type="button" class="button primary" onClick={() => recording.stop()}><Icon name="stop" />{t('record.stop')}</button>}
        {state === 'review' && <button type="button" class="button" onClick={() => void recording.again()}>{t('record.again')}</button>}
        {state === 'review' && <button type="button" class="button primary" onClick={() => {
          onDone(recording.file.value!);
          onClose();
        }}>{t('record.send')}</button>}
      </div>
    </Dialog>
  );
}

function Meter({ recording }: { recording: MicrophoneRecording }): JSX.Element {
  const level = recording.level.value;
  return (
    <div class="meter" role="meter" aria-label={t('record.level')} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(level * 100)}>
      {Array.from({ length: 24 }, (_, index) => <span key={index} class={index < Math.round(level * 24) ? 'on' : ''} />)}
    </div>
  );
}

function Review({ file }: { file: File }): JSX.Element {
  const url = useMemo(() => URL.createObjectURL(file), [file]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return <audio class="record-review" controls src={url} aria-label={t('record.review')} />;
}
