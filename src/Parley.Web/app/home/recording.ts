import { signal } from '@preact/signals';

export type RecorderState = 'asking' | 'recording' | 'paused' | 'review' | 'denied' | 'unsupported';

const Types = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

/** One recording from the microphone, from the question for permission to a file. */
export class MicrophoneRecording {
  readonly state = signal<RecorderState>('asking');
  /** Seconds recorded, pauses left out. */
  readonly seconds = signal(0);
  /** Loudness from 0 to 1, for the meter. */
  readonly level = signal(0);
  readonly file = signal<File | null>(null);

  private stream: MediaStream | null = null;
  private recorder: MediaRecorder | null = null;
  private context: AudioContext | null = null;
  private parts: Blob[] = [];
  private frame = 0;
  private since = 0;
  private before = 0;
  private isClosed = false;

  async start(): Promise<void> {
    if (!navigator.mediaDevices?.getUserMedia || typeof MediaRecorder === 'undefined') {
      this.state.value = 'unsupported';
      return;
    }
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: true, autoGainControl: true } });
    } catch {
      this.state.value = 'denied';
      return;
    }
    if (this.isClosed) {
      this.release();
      return;
    }
    const type = Types.find(candidate => MediaRecorder.isTypeSupported(candidate));
    this.recorder = new MediaRecorder(this.stream, type ? { mimeType: type, audioBitsPerSecond: 96_000 } : {});
    this.recorder.ondataavailable = event => event.data.size > 0 && this.parts.push(event.data);
    this.recorder.onstop = () => this.finish();
    this.recorder.start(1000);
    this.since = performance.now();
    this.state.value = 'recording';
    this.measure();
  }

  pause(): void {
    this.before += performance.now() - this.since;
    this.recorder?.pause();
    this.state.value = 'paused';
  }

  resume(): void {
    this.since = performance.now();
    this.recorder?.resume();
    this.state.value = 'recording';
  }

  stop(): void {
    this.recorder?.stop();
  }

  /** Throws all away and begins again. */
  async again(): Promise<void> {
    this.release();
    [this.parts, this.before, this.seconds.value, this.file.value, this.state.value] = [[], 0, 0, null, 'asking'];
    await this.start();
  }

  close(): void {
    this.isClosed = true;
    if (this.recorder && this.recorder.state !== 'inactive') {
      this.recorder.onstop = null;
      this.recorder.stop();
    }
    this.release();
  }

  private finish(): void {
    const type = this.recorder?.mimeType || 'audio/webm';
    const extension = type.includes('mp4') ? 'm4a' : type.includes('ogg') ? 'ogg' : 'webm';
    const now = new Date(), two = (value: number): string => String(value).padStart(2, '0');
    const stamp = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`;
    this.file.value = new File(this.parts, `Recording ${stamp}.${extension}`, { type: type.split(';')[0]!, lastModified: now.getTime() });
    this.release();
    this.state.value = 'review';
  }

  private measure(): void {
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    this.context.createMediaStreamSource(this.stream!).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const tick = (): void => {
      this.frame = requestAnimationFrame(tick);
      if (this.state.value !== 'recording') {
        this.level.value = 0;
        return;
      }
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples)
        sum += sample * sample;
      // -60 dB is silence, 0 dB full scale.
      const decibel = 10 * Math.log10(sum / samples.length + 1e-9);
      this.level.value = Math.max(0, Math.min(1, (decibel + 60) / 60));
      this.seconds.value = (this.before + performance.now() - this.since) / 1000;
    };
    tick();
  }

  private release(): void {
    cancelAnimationFrame(this.frame);
    for (const track of this.stream?.getTracks() ?? [])
      track.stop();
    void this.context?.close().catch(() => undefined);
    [this.stream, this.context] = [null, null];
  }
}
