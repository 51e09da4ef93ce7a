import { signal } from '@preact/signals';
import { audioUrl } from '../api/client';

export const Rates = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** Plays one recording. `time` follows every frame while it plays. */
export class PlayerModel {
  readonly audio = new Audio();
  readonly time = signal(0);
  readonly isPlaying = signal(false);
  readonly rate = signal(1);
  readonly duration = signal(0);
  /** Whether there is something to play; false when the recording was not kept or the browser cannot play it. */
  readonly isPlayable = signal(true);

  private frame = 0;

  constructor(id: string) {
    const audio = this.audio;
    audio.preload = 'metadata';
    audio.addEventListener('play', () => {
      this.isPlaying.value = true;
      this.tick();
    });
    audio.addEventListener('pause', () => this.rest());
    audio.addEventListener('ended', () => this.rest());
    audio.addEventListener('seeking', () => this.time.value = audio.currentTime);
    audio.addEventListener('timeupdate', () => this.time.value = audio.currentTime);
    audio.addEventListener('durationchange', () => {
      if (Number.isFinite(audio.duration))
        this.duration.value = audio.duration;
    });
    audio.addEventListener('error', () => {
      this.rest();
      // A line that broke is mended by the next play; what the browser cannot read stays unreadable.
      if (audio.error?.code !== MediaError.MEDIA_ERR_NETWORK)
        this.isPlayable.value = false;
    });
    audio.addEventListener('loadedmetadata', () => this.isPlayable.value = true);
    audio.src = audioUrl(id);
  }

  toggle(): void {
    if (this.audio.paused)
      this.play();
    else
      this.audio.pause();
  }

  private play(): void {
    if (this.audio.error) {
      const at = this.time.value;
      this.audio.load();
      this.audio.currentTime = at;
    }
    void this.audio.play().catch(() => undefined);
  }

  /** Goes to a time and plays on, or begins to. */
  playFrom(seconds: number): void {
    this.seek(seconds);
    if (this.audio.paused)
      this.play();
  }

  seek(seconds: number): void {
    const end = this.duration.value || Infinity;
    this.audio.currentTime = Math.max(0, Math.min(end, seconds));
    this.time.value = this.audio.currentTime;
  }

  skip(seconds: number): void {
    this.seek(this.audio.currentTime + seconds);
  }

  setRate(rate: number): void {
    this.audio.playbackRate = rate;
    this.audio.preservesPitch = true;
    this.rate.value = rate;
  }

  /** One step faster or slower. */
  shiftRate(direction: 1 | -1): void {
    const at = Rates.findIndex(rate => rate >= this.rate.value);
    this.setRate(Rates[Math.max(0, Math.min(Rates.length - 1, at + direction))]!);
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
  }

  private rest(): void {
    this.isPlaying.value = false;
    cancelAnimationFrame(this.frame);
    this.time.value = this.audio.currentTime;
  }

  private tick = (): void => {
    this.time.value = this.audio.currentTime;
    this.frame = requestAnimationFrame(this.tick);
  };
}
