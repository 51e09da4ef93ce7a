// Worker processes, started and asked as the server's pool does it: orders on standard input, jobs over HTTP on a Unix domain socket. Linux.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export class Worker {
  #process;
  #socket;

  /** Starts one of `count` workers that share the cores, and waits until it takes jobs; `readySeconds` says how long that took. */
  static async start({ dotnet, program, bundle, quantized, optimize, folder, number, count }) {
    const worker = new Worker();
    const start = performance.now();
    worker.#socket = join(folder, `worker-${number}-${randomUUID().slice(0, 8)}`);
    worker.#process = spawn(dotnet, [program, "worker"], { stdio: ["pipe", "ignore", "ignore"] });
    const setup = { bundle, stage_directories: {}, quantized, optimize, batch_seconds: 60, devices: { device: "cpu", priority: ["cpu"] }, number, pipelines: count };
    worker.#process.stdin.write(JSON.stringify({ setup, socket_path: worker.#socket, server_process_id: process.pid }) + "\n");
    for (let state = await worker.#state(); state !== "idle"; state = await worker.#state()) {
      if (state === "broken") throw new Error(`A worker cannot start: ${await worker.#ask("GET", "/status")}`);
      if (worker.#process.exitCode !== null) throw new Error(`A worker ended with status ${worker.#process.exitCode} before it was ready.`);
      await pause(10);
    }
    worker.readySeconds = (performance.now() - start) / 1000;
    return worker;
  }

  /** Transcribes a file and waits for the end of the answer. */
  async transcribe(path) {
    const answer = await this.#ask("POST", "/jobs", JSON.stringify({ job_id: randomUUID(), audio_path: path, file_name: "recording", speakers: {}, recognition: { hotwords: [] } }));
    const last = JSON.parse(answer.trim().split("\n").at(-1));
    if (!last.transcript) throw new Error(`A worker answered without a transcript: ${JSON.stringify(last).slice(0, 300)}`);
  }

  /** Megabytes: VmRSS is what it holds now, VmHWM the most that it ever held. */
  memory(field) {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)[1]) / 1024;
  }

  async stop() {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.stdin.end();
    await ended;
  }

  async #state() {
    try {
      return JSON.parse(await this.#ask("GET", "/status")).state;
    } catch {
      return "starting"; // nobody listens yet
    }
  }

  #ask(method, path, body) {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.#socket, method, path, host: "worker" }, async answer => {
        try {
          let text = "";
          for await (const part of answer.setEncoding("utf8")) text += part;
          resolve(text);
        } catch (error) {
          reject(error);
        }
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }
}
