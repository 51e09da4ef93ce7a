// Programs that load once and then work a round whenever they are told to, and the rounds in which several of them take turns.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that prints a line of JSON when it is ready, and one for each line that it is sent. */
export class MeasuredChild {
  #process;
  #lines;

  constructor(name, command, args) {
    this.name = name;
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#process.on("error", () => {}); // its output ends, and #next says so
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Starts a program and waits until it is ready; `ready` is what it said. */
  static async start(name, command, args) {
    const child = new MeasuredChild(name, command, args);
    child.ready = await child.#next();
    return child;
  }

  async round() {
    this.#process.stdin.write("round\n");
    return this.#next();
  }

  async stop() {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.stdin.end();
    await ended;
  }

  async #next() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.name} ended early; what it said stands above.`);
    return JSON.parse(value);
  }
}

/**
 * Lets programs take turns: one round each to warm up, then `rounds` each, forwards and backwards in turn (ABBA), so that what a shared machine does
 * meanwhile falls on all of them. Gives each program's rounds, in order.
 */
export async function takeTurns(children, rounds) {
  const results = new Map(children.map(child => [child, []]));
  for (const child of children) await child.round();
  for (let round = 0; round < rounds; round++) {
    for (const child of round % 2 === 0 ? children : [...children].reverse()) results.get(child).push(await child.round());
  }
  return results;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Share of tokens in which two programs agree: 1 - edit distance / tokens of the longer one, over all segments. */
export function agreement(first, second) {
  let edits = 0, tokens = 0;
  first.forEach((tokensOfFirst, i) => {
    edits += editDistance(tokensOfFirst, second[i]);
    tokens += Math.max(tokensOfFirst.length, second[i].length);
  });
  return tokens === 0 ? 0 : 1 - edits / tokens;
}

function editDistance(a, b) {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    previous = row;
  }
  return previous[b.length];
}
