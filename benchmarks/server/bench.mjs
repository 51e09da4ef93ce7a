// What the server adds to a job: uploads, answers from the cache, and a recording's way through it. What eng/bench-server.sh runs.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repeat } from "../comparison/audio.mjs";
import { median } from "../comparison/children.mjs";
import { describeMachine } from "../comparison/machine.mjs";

const { values: options } = parseArgs({
  options: {
    root: { type: "string" }, dotnet: { type: "string" }, output: { type: "string" }, models: { type: "string" },
    rounds: { type: "string", default: "5" }, megabytes: { type: "string", default: "512" }, answers: { type: "string", default: "5000" }, minutes: { type: "string", default: "10" },
  },
});
const { root, dotnet, output } = options;
const rounds = Number(options.rounds), megabytes = Number(options.megabytes), answers = Number(options.answers), minutes = Number(options.minutes);
const work = mkdtempSync(join(tmpdir(), "parley-bench-server-"));
const started = performance.now();
const say = text => process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let server, port;

/** The program as people run it, with one worker, on a port that is free. Waits until it takes jobs. */
async function start() {
  const program = join(root, "artifacts", "bin", "Parley.Cli", "release", "Parley.Cli.dll");
  const args = [program, "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", join(work, "data"), "--models", options.models];
  const log = openSync(join(work, "log"), "w");
  server = spawn(dotnet, args, { cwd: work, stdio: ["ignore", log, log], env: { ...process.env, FUNASR_MAX_CONCURRENT_TASKS: "1" } });
  closeSync(log);
  for (;;) {
    if (server.exitCode !== null) throw new Error(`The server ended: ${readFileSync(join(work, "log"), "utf8").slice(-2000)}`);
    port ??= /http:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(join(work, "log"), "utf8"))?.[1];
    if (port !== undefined && (await ask("GET", "/readyz").catch(() => ({ status: 0 }))).status === 200) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** One HTTP request; the body is a stream, text or nothing. */
function ask(method, path, headers = {}, body = null) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method, path, headers, agent }, async answer => {
      try {
        let text = "";
        for await (const part of answer.setEncoding("utf8")) text += part;
        resolve({ status: answer.statusCode, headers: answer.headers, text });
      } catch (error) {
        reject(error);
      }
    });
    asked.on("error", reject);
    if (body?.pipe) body.pipe(asked);
    else asked.end(body);
  });
}

function must(answer, ...statuses) {
  if (!statuses.includes(answer.status)) throw new Error(`Answer ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer;
}

/** A form with one file, sent as a stream. */
async function submit(file, fields = {}) {
  const boundary = "parley-bench-boundary";
  const head = Object.entries(fields).map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")
    + `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="recording.wav"\r\nContent-Type: audio/wav\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`, length = Buffer.byteLength(head) + statSync(file).size + Buffer.byteLength(tail);
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method: "POST", path: "/api/v1/jobs", agent, headers: { "content-type": `multipart/form-data; boundary=${boundary}`, "content-length": length } },
      async answer => {
        let text = "";
        for await (const part of answer.setEncoding("utf8")) text += part;
        resolve({ status: answer.statusCode, text });
      });
    asked.on("error", reject);
    asked.write(head);
    createReadStream(file, { highWaterMark: 1 << 20 }).on("error", reject).on("end", () => asked.end(tail)).pipe(asked, { end: false });
  });
}

/** Megabytes a second, from the first byte sent to the answer: the file is then hashed twice, on disk and flushed. */
async function upload(file, way) {
  const bytes = statSync(file).size, rates = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const job = await way(file, bytes);
    if (round > 0) rates.push(bytes / 1e6 / ((performance.now() - start) / 1000));
    must(await ask("POST", `/api/v1/jobs/${job}/cancel`), 200, 202, 409);
    must(await ask("DELETE", `/api/v1/jobs/${job}`), 200, 204, 409);
  }
  return rates;
}

const byForm = async file => JSON.parse(must(await submit(file), 200, 201, 202).text).id;

async function byTus(file, bytes) {
  const made = must(await ask("POST", "/api/v1/uploads", { "tus-resumable": "1.0.0", "upload-length": bytes, "upload-metadata": `filename ${Buffer.from("recording.wav").toString("base64")}` }), 201);
  const sent = must(await ask("PATCH", made.headers.location, {
    "tus-resumable": "1.0.0", "upload-offset": 0, "content-type": "application/offset+octet-stream", "content-length": bytes,
  }, createReadStream(file, { highWaterMark: 1 << 20 })), 200, 204);
  return sent.headers["parley-job"].split("/").at(-1);
}

/** Answers a second: as many callers as asked for, each asks again as soon as it is answered. */
async function perSecond(callers, call) {
  const rates = [];
  for (let round = 0; round <= rounds; round++) {
    let left = answers;
    const start = performance.now();
    await Promise.all(Array.from({ length: callers }, async (_, caller) => {
      while (left-- > 0) await call(caller);
    }));
    if (round > 0) rates.push(answers / ((performance.now() - start) / 1000));
  }
  return rates;
}

async function openSockets(count) {
  return Promise.all(Array.from({ length: count }, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const waiting = [];
    socket.onmessage = message => waiting.shift()?.(JSON.parse(message.data));
    const welcome = new Promise(resolve => waiting.push(resolve));
    await once(socket, "open");
    await welcome;
    return { ask: text => new Promise(resolve => { waiting.push(resolve); socket.send(text); }), close: () => socket.close() };
  }));
}

async function finished(job) {
  for (;;) {
    const state = JSON.parse(must(await ask("GET", `/api/v1/jobs/${job}`), 200).text);
    if (state.state === "completed") return state;
    if (state.state !== "pending" && state.state !== "processing") throw new Error(`The job ended as ${state.state}: ${JSON.stringify(state)}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

/** A recording from the first byte sent to the transcript in hand, and the pipeline's own share of that. */
async function throughServer(file) {
  const runs = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const job = JSON.parse(must(await submit(file, { force_refresh: "true" }), 200, 201, 202).text).id;
    await finished(job);
    const result = JSON.parse(must(await ask("GET", `/api/v1/jobs/${job}/result?format=json`), 200).text);
    const seconds = (performance.now() - start) / 1000;
    if (round > 0) runs.push({ seconds, pipeline: wallSeconds(result) });
    must(await ask("DELETE", `/api/v1/jobs/${job}`), 200, 204);
  }
  return runs;
}

function wallSeconds(result) {
  const found = result.receipt?.wall_seconds ?? result.metadata?.receipt?.wall_seconds ?? result.processing_time;
  if (!(found > 0)) throw new Error(`The result does not say how long the pipeline took: ${Object.keys(result)}`);
  return found;
}

const cell = (values, digits) => `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;

async function main() {
  const machine = describeMachine(root);
  say("starting the server ...");
  await start();
  const large = join(work, "large.wav"), speech = join(work, "speech.wav"), sample = join(root, "samples", "hello.wav");
  repeat(join(root, "samples", "interview.wav"), Math.round(megabytes * 1e6 / 32_000), large);
  repeat(join(root, "samples", "interview.wav"), minutes * 60, speech);

  say(`uploads of ${megabytes} MB ...`);
  const form = await upload(large, byForm), tus = await upload(large, byTus);

  say(`${answers} answers from the cache ...`);
  const first = JSON.parse(must(await submit(sample), 200, 201, 202).text).id;
  await finished(first);
  const bytes = readFileSync(sample);
  const question = JSON.stringify({ type: "upload_request", data: { file_name: "hello.wav", file_size: bytes.length, file_hash: createHash("md5").update(bytes).digest("hex") } });
  const sockets = await openSockets(8);
  const bySocket = await perSecond(sockets.length, async caller => {
    const answer = await sockets[caller].ask(question);
    if (answer.type !== "task_complete") throw new Error(`Not from the cache: ${JSON.stringify(answer).slice(0, 300)}`);
  });
  for (const socket of sockets) socket.close();
  const byResult = await perSecond(8, async () => must(await ask("GET", `/api/v1/jobs/${first}/result?format=json`), 200));

  say(`a recording of ${minutes} min through the server ...`);
  const through = await throughServer(speech);
  const added = through.map(run => 100 * (run.seconds - run.pipeline) / run.seconds);

  const text = ["| Server | Median (from, to) |", "|---|---:|",
    `| Upload of ${megabytes} MB in a form, MB/s | ${cell(form, 0)} |`,
    `| Upload of ${megabytes} MB by tus, MB/s | ${cell(tus, 0)} |`,
    `| Answers from the cache by WebSocket (8 connections), a second | ${cell(bySocket, 0)} |`,
    `| Transcripts by HTTP (8 connections), a second | ${cell(byResult, 0)} |`,
    `| A job of ${minutes} min, from the first byte sent to the transcript in hand, s | ${cell(through.map(run => run.seconds), 2)} |`,
    `| the pipeline's own share, s | ${cell(through.map(run => run.pipeline), 2)} |`,
    `| added by the server, % | ${cell(added, 2)} |`,
    "", `${rounds} rounds each after one to warm up. The client is a Node.js program on the same cores; uploads end when the server has answered: hashed, on disk and flushed. Models: ${options.models.split("/").at(-1)}.`,
    "", ...machine, ""].join("\n");
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, "server.md"), text);
  process.stdout.write(text);
}

async function end() {
  agent.destroy();
  if (server && server.exitCode === null) {
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
  }
  rmSync(work, { recursive: true, force: true });
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => end().finally(() => process.exit(130)));
try {
  await main();
} finally {
  await end();
}
