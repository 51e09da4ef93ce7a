import { computed, signal } from '@preact/signals';
import { getJob, getTranscript, postEdits, Problem, undoEdit } from '../api/client';
import { followJob } from '../api/events';
import { isActive, type Job, type Operation, type Sentence, type Speaker, type Transcript } from '../api/types';
import { t } from '../language/language';
import { notify, wordsFor } from '../shared/notices';
import { extend, reuse, turnsOf, type Turn } from './grouping';

/** One recording as the page knows it: its job, what was said so far, and its transcript with edits. */
export class RecordingModel {
  readonly job = signal<Job | null>(null);
  readonly transcript = signal<Transcript | null>(null);
  /** Sentences that are settled while the job runs; without speakers. */
  readonly said = signal<Sentence[]>([]);
  readonly isMissing = signal(false);
  /** Why nothing can be shown, in words. */
  readonly trouble = signal<string | null>(null);
  /** Whether every sentence must be on the page now: one far away is looked for. */
  readonly isWhole = signal(false);
  /** The id of the sentence whose text is being edited. */
  readonly editing = signal<string | null>(null);
  /** The speaker whose name is being edited, and where: `panel` or the id of a turn. */
  readonly renaming = signal<{ speaker: string; place: string } | null>(null);

  readonly sentences = computed<Sentence[]>(() => this.transcript.value?.sentences ?? this.said.value);
  readonly turns = computed<Turn[]>(() => {
    this.lastTurns = turnsOf(this.sentences.value, this.lastTurns);
    return this.lastTurns;
  });
  readonly byId = computed(() => new Map(this.sentences.value.map((sentence, index) => [sentence.id, { sentence, index }])));

  private lastTurns: Turn[] = [];
  private lastChange: Promise<boolean> = Promise.resolve(true);
  private conflicts = 0;
  private stopFollowing: (() => void) | null = null;
  private isClosed = false;

  constructor(readonly id: string) {}

  async open(): Promise<void> {
    this.trouble.value = null;
    try {
      const job = await getJob(this.id);
      if (this.isClosed)
        return;
      this.job.value = job;
      if (isActive(job))
        this.follow();
      else
        await this.ended(job);
    } catch (error) {
      if (error instanceof Problem && error.status === 404)
        this.isMissing.value = true;
      else
        this.trouble.value = wordsFor(error);
    }
  }

  close(): void {
    this.isClosed = true;
    this.stopFollowing?.();
  }

  private follow(): void {
    this.stopFollowing?.();
    this.stopFollowing = followJob(this.id, {
      onJob: job => this.job.value = job,
      onSaid: sentences => this.said.value = extend(this.said.value, sentences),
      onEnd: job => void this.ended(job),
      onGone: () => this.isMissing.value = true,
    });
  }

  private async ended(job: Job): Promise<void> {
    this.job.value = job;
    if (job.state !== 'completed')
      return;
    try {
      this.take(await getTranscript(this.id));
    } catch (error) {
      this.trouble.value = wordsFor(error);
    }
  }

  private take(transcript: Transcript): void {
    this.transcript.value = { ...transcript, sentences: reuse(this.sentences.value, transcript.sentences) };
  }

  speaker(id: string | null | undefined): Speaker | undefined {
    return this.transcript.value?.speakers.find(speaker => speaker.id === id);
  }

  /**
   * Changes the transcript on the server. Returns whether it was taken; when not, it has been said why.
   * `onTaken` also hears of a change that is taken later, on top of somebody else's.
   */
  apply(operations: Operation[], onTaken?: () => void): Promise<boolean> {
    return this.change(transcript => postEdits(this.id, transcript.revision, operations), () => this.apply(operations, onTaken), onTaken);
  }

  /** Takes the last change back. */
  undo(): Promise<boolean> {
    return this.change(transcript => transcript.revision === 0 ? null : undoEdit(this.id, transcript.revision), () => this.undo());
  }

  /** Changes wait for one another: each is made to what the one before has left, and none is lost because it came quickly. */
  private change(act: (transcript: Transcript) => Promise<Transcript> | null, again: () => Promise<boolean>, onTaken?: () => void): Promise<boolean> {
    const known = this.conflicts;
    return this.lastChange = this.lastChange.then(async () => {
      const transcript = this.transcript.value;
      if (known !== this.conflicts) {
        this.offer(again); // made before the work of others was seen
        return false;
      }
      try {
        const next = transcript && await act(transcript);
        if (!next)
          return false;
        this.take(next);
        onTaken?.();
        return true;
      } catch (error) {
        if (error instanceof Problem && (error.code === 'revision_conflict' || error.status === 412))
          await this.showOthersWork(again);
        else
          this.complain(error);
        return false;
      }
    });
  }

  /** Somebody else was faster: shows what they did, and offers to do ours on top of it. */
  private async showOthersWork(again: () => Promise<boolean>): Promise<void> {
    try {
      this.take(await getTranscript(this.id));
      this.conflicts++;
      this.offer(again);
    } catch (error) {
      this.complain(error);
    }
  }

  private offer(again: () => Promise<boolean>): void {
    notify(t('edit.conflict'), { action: { label: t('edit.applyAnyway'), run: () => void again() } });
  }

  private complain(error: unknown): void {
    // A missing token opens the sign-in.
    if (!(error instanceof Problem && error.status === 401))
      notify(wordsFor(error), { isError: true });
  }
}

/** The name that people gave, else the number in the present language. */
export function nameOf(speaker: Speaker | undefined): string {
  if (!speaker)
    return '';
  const number = /^Speaker ?(\d+)$/.exec(speaker.label)?.[1];
  return speaker.name ?? (number ? t('speaker.label', { n: Number(number) }) : speaker.label);
}

/** Takes the last change back and says so. */
export async function undo(model: RecordingModel): Promise<void> {
  if (await model.undo())
    notify(t('edit.undone'));
}
