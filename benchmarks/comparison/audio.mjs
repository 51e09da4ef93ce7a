// Recordings of any length from a sample, and the segments that are recognised.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const headerBytes = 44, bytesPerSecond = 2 * 16000, bytesPerSample = 4;

/** Repeats a sample (16 kHz, mono, 16 bit, the usual header) up to a length, as WAV. */
export function repeat(sample, seconds, path) {
  const bytes = readFileSync(sample);
  const speech = bytes.subarray(headerBytes);
  const length = Math.round(seconds * bytesPerSecond);
  const result = Buffer.alloc(headerBytes + length);
  bytes.copy(result, 0, 0, headerBytes);
  result.writeUInt32LE(headerBytes - 8 + length, 4);
  result.writeUInt32LE(length, headerBytes - 4);
  for (let at = 0; at < length; at += speech.length) speech.copy(result, headerBytes + at, 0, Math.min(speech.length, length - at));
  writeFileSync(path, result);
}

/** Leaves eight of the segments that list.txt names, from the shortest to the longest at even steps; gives their seconds. */
export function choose(folder, count = 8) {
  const list = join(folder, "list.txt");
  const seconds = name => statSync(join(folder, name)).size / bytesPerSample / 16000;
  const names = readFileSync(list, "utf8").trim().split("\n").sort((a, b) => seconds(a) - seconds(b));
  const chosen = [...new Set(Array.from({ length: count }, (_, i) => names[Math.round(i / (count - 1) * (names.length - 1))]))];
  writeFileSync(list, chosen.join("\n") + "\n");
  return chosen.map(seconds);
}
