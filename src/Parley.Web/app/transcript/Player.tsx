import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { getWaveform } from '../api/client';
import type { Sentence } from '../api/types';
import { t } from '../language/language';
import { clock } from '../shared/format';
import { Icon } from '../shared/icons';
import { openMenu } from '../shared/Menu';
import { Rates, type PlayerModel } from './PlayerModel';
import { Waveform } from './Waveform';

const Points = 1600;
const Skip = 5;

/** The bar at the foot of the page: waveform, time, play, skip, speed. */
export function Player({ id, player, sentences, length }: { id: string; player: PlayerModel; sentences: readonly Sentence[]; length: number }): JSX.Element {
  const waveform = useSignal<{ duration: number; peaks: number[] } | null>(null);
  useEffect(() => {
    getWaveform(id, Points).then(made => {
      waveform.value = made;
      if (player.duration.value === 0)
        player.duration.value = made.duration;
    }).catch(() => undefined); // the slider alone serves, too
  }, [id]);
  const duration = player.duration.value || waveform.value?.duration || length;
  const isPlaying = player.isPlaying.value;
  return (
    <section class="player" aria-label={t('player.title')}>
      {waveform.value && waveform.value.peaks.length > 0 && <Waveform player={player} peaks={waveform.value.peaks} duration={waveform.value.duration} sentences={sentences} />}
      <div class="player-row">
        <button type="button" class="plain" aria-label={t('player.back', { n: Skip })} title={t('player.back', { n: Skip })} onClick={() => player.skip(-Skip)}><Icon name="back5" /></button>
        <button type="button" class="play" aria-label={t(isPlaying ? 'player.pause' : 'player.play')} onClick={() => player.toggle()}><Icon name={isPlaying ? 'pause' : 'play'} /></button>
        <button type="button" class="plain" aria-label={t('player.skip', { n: Skip })} title={t('player.skip', { n: Skip })} onClick={() => player.skip(Skip)}><Icon name="skip5" /></button>
        <Position player={player} duration={duration} />
        <button type="button" class="plain words" aria-haspopup="menu" aria-expanded="false" aria-label={t('player.speed', { rate: player.rate.value })} title={t('player.speed', { rate: player.rate.value })}
          onClick={event => openMenu(event.currentTarget, t('player.speedTitle'), Rates.map(rate => ({ label: `${rate}×`, run: () => player.setRate(rate), ...(rate === player.rate.value ? { icon: 'check' as const } : {}) })))}>
          {player.rate.value}×
        </button>
      </div>
    </section>
  );
}

function Position({ player, duration }: { player: PlayerModel; duration: number }): JSX.Element {
  const time = player.time.value, words = t('player.position', { at: clock(time), of: clock(duration) });
  return (
    <>
      <span class="player-time"><span>{clock(time)}</span><span class="muted"> / {clock(duration)}</span></span>
      <input type="range" class="slider" min={0} max={Math.max(0.1, duration)} step={0.1} value={time} aria-label={t('player.seek')} aria-valuetext={words}
        style={{ '--share': `${duration > 0 ? (time / duration * 100).toFixed(2) : 0}%` }}
        onInput={event => player.seek(event.currentTarget.valueAsNumber)} />
    </>
  );
}
