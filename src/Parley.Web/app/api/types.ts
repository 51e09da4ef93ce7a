// The shapes of /api/v1. Times are ISO 8601 in UTC, durations seconds.

export type JobState = 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled' | 'timed_out';

export interface JobOptions {
  diarize: boolean;
  num_speakers: number | null;
  min_speakers: number | null;
  max_speakers: number | null;
  language: string | null;
  itn: boolean;
}

export interface Job {
  id: string;
  file_name: string;
  state: JobState;
  /** 0 to 100. */
  progress: number;
  queue?: { position: number; wait_seconds: number | null } | null;
  remaining_seconds?: number | null;
  size: number;
  options: JobOptions;
  has_recording: boolean;
  derived_from?: string | null;
  created_at: string;
  started_at?: string | null;
  ended_at?: string | null;
  duration?: number | null;
  speakers?: number | null;
  processing_seconds?: number | null;
  cached?: boolean | null;
  revision?: number | null;
  error?: { code: string; detail: string } | null;
}

export interface Word {
  text: string;
  start: number;
  end: number;
  confidence?: number | null;
}

export interface Sentence {
  id: string;
  start: number;
  end: number;
  /** Id of a speaker; absent while the text is being made. */
  speaker?: string | null;
  text: string;
  edited?: boolean;
  words?: Word[];
}

export interface Speaker {
  id: string;
  label: string;
  name: string | null;
  talk_seconds: number;
  /** 0 to 1, of all speech. */
  share: number;
}

export interface Transcript {
  job: string;
  file_name: string;
  revision: number;
  duration: number;
  language: string | null;
  speakers: Speaker[];
  sentences: Sentence[];
}

export type Operation =
  | { op: 'rename_speaker'; speaker: string; name: string }
  | { op: 'merge_speakers'; from: string; into: string }
  | { op: 'assign_speaker'; sentences: string[]; speaker: string }
  | { op: 'edit_text'; sentence: string; text: string }
  | { op: 'split_sentence'; sentence: string; word: number };

export interface SpeakerWish {
  num_speakers?: number;
  min_speakers?: number;
  max_speakers?: number;
}

export interface Session {
  authentication: boolean;
  user: string | null;
}

export interface ServerStatus {
  version: string;
  uptime_seconds: number;
  state: string;
  checks?: Record<string, unknown>;
  engine: { mode: string; slots: number; models: string; bundles: string[]; devices: { stage: string; device: string; why?: string | null }[] };
  workers: {
    number: number; state: string; bundles: string[]; devices: string[]; jobs_done: number; restarts: number;
    memory_bytes: number | null; start_seconds: number | null; error: string | null;
  }[];
  queue: { waiting: number; max_waiting: number; running: number; accepting: boolean; seconds_per_job: number | null };
  history: { ended_at: string; audio_seconds: number; processing_seconds: number; rtf: number; cached: boolean }[];
  cache: { entries: number; bytes: number; hits: number; misses: number; projected: number };
  ended: Record<string, number>;
  errors: Record<string, number>;
  connections: number;
  uploads: number;
  versions: Record<string, string | null>;
  original?: Record<string, unknown>;
}

export const isActive = (job: Job): boolean => job.state === 'pending' || job.state === 'processing';
