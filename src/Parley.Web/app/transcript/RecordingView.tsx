import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';
import { isReachable, session } from '../api/client';
import { isActive } from '../api/types';
import { t } from '../language/language';
import { Icon } from '../shared/icons';
import { Lost } from '../shared/Lost';
import { Following } from './Following';
import { JobProgress } from './JobProgress';
import { keysOf } from './keys';
import { Player } from './Player';
import { PlayerModel } from './PlayerModel';
import { RecordingHead } from './RecordingHead';
import { RecordingModel, undo } from './RecordingModel';
import { RediarizeDialog } from './RediarizeDialog';
import { handleClick, moveFocus } from './sentenceActions';
import { listen } from './shortcuts';
import { ShortcutsDialog } from './ShortcutsDialog';
import { Speakers } from './Speakers';
import { Turns } from './Turns';

/** One recording: while it is made its progress and what was said so far, then transcript, speakers and player. */
export function RecordingView({ id }: { id: string }): JSX.Element | null {
  const model = useMemo(() => new RecordingModel(id), [id]);
  useEffect(() => () => model.close(), [model]);
  useEffect(() => {
    if (isReachable.value && session.value !== null && model.transcript.peek() === null && !model.isMissing.peek())
      void model.open();
  }, [model, isReachable.value]);
  const job = model.job.value, saidCount = model.said.value.length;
  useEffect(() => {
    // Whoever reads the newest line sees the next one, too.
    if (saidCount > 0 && document.documentElement.scrollHeight - innerHeight - scrollY < 240)
      scrollTo({ top: document.documentElement.scrollHeight });
  }, [saidCount]);
  useEffect(() => {
    document.title = job ? `${job.file_name} · Parley` : 'Parley';
  }, [job?.file_name]);

  if (model.isMissing.value)
    return <Lost isRecording />;
  if (!job)
    return model.trouble.value ? <p class="refusal trouble" role="alert">{model.trouble.value}</p> : <div class="recording" aria-busy="true"><div class="ghost title-ghost" /></div>;
  if (model.transcript.value)
    return <Finished model={model} />;
  return (
    <div class="recording">
      <RecordingHead model={model} job={job} onKeys={null} />
      {model.trouble.value ? <p class="refusal trouble" role="alert">{model.trouble.value}</p> : <JobProgress job={job} />}
      <div class="transcript live" aria-live="off"><Turns model={model} /></div>
      {isActive(job) && model.said.value.length > 0 && <p class="muted typing">{t('live.more')}</p>}
    </div>
  );
}

function Finished({ model }: { model: RecordingModel }): JSX.Element {
  const job = model.job.value!, transcript = model.transcript.value!;
  const player = useMemo(() => job.has_recording ? new PlayerModel(model.id) : null, [model]);
  const following = useMemo(() => player && new Following(model, player), [player]);
  const dialog = useSignal<'keys' | 'rediarize' | null>(null);
  useEffect(() => {
    following?.start();
    return () => {
      following?.stop();
      player?.close();
    };
  }, [player, following]);
  const canPlay = player?.isPlayable.value ?? false;
  const shortcuts = useMemo(() => keysOf(model, canPlay ? player : null, following, () => dialog.value = dialog.value === 'keys' ? null : 'keys'), [player, following, canPlay]);
  // Before the browser shows it: who sees the transcript may press keys.
  useLayoutEffect(() => listen(shortcuts, () => void undo(model)), [shortcuts]);
  useEffect(() => {
    document.querySelector('.sentence button')?.setAttribute('tabindex', '0');
  }, [transcript]);

  return (
    <div class={canPlay ? 'recording with-player' : 'recording'}>
      <RecordingHead model={model} job={job} onKeys={() => dialog.value = 'keys'} />
      {!canPlay && <p class="muted small-text silent">{t(job.has_recording ? 'player.unplayable' : 'player.none')}</p>}
      <div class="columns">
        <aside class="side"><Speakers model={model} transcript={transcript} onRediarize={() => dialog.value = 'rediarize'} /></aside>
        {/* Clicks of the mouse on words; every sentence has buttons for those without one. */}
        <div class={canPlay ? 'transcript playable' : 'transcript'} role="region" aria-label={t('transcript.title')}
          onClick={event => handleClick(event, model, canPlay ? player : null)}
          onKeyDown={event => {
            const target = event.target as HTMLElement;
            if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && target.matches('.at, .sentence-more')) {
              event.preventDefault();
              event.stopPropagation();
              moveFocus(target, event.key === 'ArrowDown' ? 1 : -1, model);
            }
          }}
          onFocusIn={event => rove(event.currentTarget, event.target as HTMLElement)}>
          {transcript.sentences.length === 0 ? <p class="empty muted">{t('transcript.empty')}</p> : <Turns model={model} />}
        </div>
      </div>
      {player && canPlay && following && (
        <>
          {!following.isOn.value && player.isPlaying.value && <button type="button" class="button follow" onClick={() => following.resume()}><Icon name="follow" />{t('player.follow')}</button>}
          <Player id={model.id} player={player} sentences={transcript.sentences} length={transcript.duration} />
        </>
      )}
      {dialog.value === 'keys' && <ShortcutsDialog shortcuts={shortcuts} onClose={() => dialog.value = null} />}
      {dialog.value === 'rediarize' && <RediarizeDialog id={model.id} speakers={transcript.speakers.length} onClose={() => dialog.value = null} />}
    </div>
  );
}

/** The sentence that was focused last is the one in the order of tabs. */
function rove(list: HTMLElement, target: HTMLElement): void {
  const row = target.closest<HTMLElement>('.sentence');
  if (!row)
    return;
  for (const button of list.querySelectorAll('.sentence [tabindex="0"]'))
    button.setAttribute('tabindex', '-1');
  for (const button of row.querySelectorAll('button'))
    button.setAttribute('tabindex', '0');
}
