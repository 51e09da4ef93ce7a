// Compares Parley with sherpa-onnx, and measures Parley's pipeline and workers: what eng/bench.sh runs. Writes report.md and results.json.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { choose, repeat } from "./audio.mjs";
import { agreement, MeasuredChild, median, takeTurns } from "./children.mjs";
import { cores, describeMachine } from "./machine.mjs";
import { report } from "./report.mjs";
import { Worker } from "./workers.mjs";

const { values: options } = parseArgs({
  options: {
    root: { type: "string" }, dotnet: { type: "string" }, models: { type: "string" }, packages: { type: "string" }, output: { type: "string" },
    rounds: { type: "string", default: "3" }, weights: { type: "string", default: "fp32,int8" },
    parts: { type: "string", default: "recognition,pipeline,workers" }, minutes: { type: "string", default: "1,10" },
  },
});
const { root, dotnet, models, packages, output } = options;
const rounds = Number(options.rounds);
if (!(rounds >= 1)) throw new Error("--rounds takes a number from 1.");
const weightsAsked = list("weights", ["fp32", "int8"]), parts = list("parts", ["recognition", "pipeline", "workers"]);
const minutesAsked = options.minutes.split(",").map(Number);
if (!minutesAsked.every(minutes => minutes >= 1)) throw new Error("--minutes takes numbers from 1, such as 1,10,60.");
const runsOfWorkers = 2;
const runsOfPipeline = minutes => minutes <= 10 ? 3 : 1;
const programs = join(root, "artifacts", "bin");
const benchmarks = join(programs, "Parley.Benchmarks", "release", "Parley.Benchmarks.dll");
const sherpaProgram = fileURLToPath(new URL("sherpa.mjs", import.meta.url));
const sample = join(root, "samples", "interview.wav");
// The same networks with weights rounded to 7 bits, where the processor has a use for them.
const rounded = `${models}-rounded`;
let isRounded = false;
const work = mkdtempSync(join(tmpdir(), "parley-bench-"));
const open = new Set(); // what runs and must not outlive this program
const started = performance.now();
const say = text => process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);

function list(option, known) {
  const given = options[option].split(",");
  if (!given.every(value => known.includes(value))) throw new Error(`--${option} takes some of ${known.join(",")}, separated by commas.`);
  return given;
}

async function keep(starting) {
  const running = await starting;
  open.add(running);
  return running;
}

async function stop(children) {
  for (const child of children) {
    open.delete(child);
    await child.stop();
  }
}

const parley = (command, ...args) => MeasuredChild.start(`Parley's ${command}`, dotnet, [benchmarks, command, ...args]);
const sherpa = (model, tokens, threads, list) =>
  MeasuredChild.start("sherpa-onnx", process.execPath, [sherpaProgram, packages, model, tokens, String(threads), list]);

function cut(bundle, folder) {
  execFileSync(dotnet, [benchmarks, "segments", "--models", bundle, "--audio", sample, "--output", folder], { stdio: ["ignore", "ignore", "inherit"] });
  return join(folder, "list.txt");
}

/** A trained model, the whole sample: both must find the same words, else nothing that follows compares like with like. */
async function checkWords() {
  const list = cut(join(root, "models", "demo"), join(work, "demo")), model = join(models, "demo-asr", "model.onnx");
  const children = [
    await keep(parley("recognize", "--models", join(root, "models", "demo"), "--segments", list)),
    await keep(sherpa(model, join(models, "demo-asr", "tokens.txt"), 1, list)),
  ];
  const [ours, theirs] = [await children[0].round(), await children[1].round()];
  const versions = { parley: children[0].ready, sherpa: children[1].ready };
  await stop(children);
  return { versions, agreement: agreement(ours.found, theirs.found) };
}

/** Programs that recognise the same segments with the same file and as many threads, in turn; Parley also with what it makes of the file, which no other program runs. */
async function compareRecognition(list, seconds, weights, threads) {
  const quantized = weights === "int8", file = join(models, "asr", quantized ? "model_quant.onnx" : "model.onnx"), tokens = join(models, "asr", "tokens.txt");
  const args = ["--models", models, "--segments", list, "--threads", String(threads), ...(quantized ? ["--quantized"] : [])];
  const children = [];
  const add = async (title, starting) => {
    const child = await keep(starting);
    child.title = title;
    children.push(child);
    return child;
  };
  await add("Parley", parley("recognize", ...args, "--original"));
  await add("sherpa-onnx", sherpa(file, tokens, threads, list));
  const optimised = await keep(parley("recognize", ...args));
  if (optimised.ready.model === file) await stop([optimised]); // there is no faster network on this machine
  else await add("Parley, optimised file", optimised);
  if (threads > 1) await add("Parley as its pipeline does it", parley("recognize", ...args, "--side-by-side"));
  if (quantized && isRounded) {
    const roundedArgs = args.map(argument => argument === models ? rounded : argument);
    await add("Parley, rounded to 7 bits", parley("recognize", ...roundedArgs));
    if (threads > 1) await add("Parley as its pipeline does it, rounded to 7 bits", parley("recognize", ...roundedArgs, "--side-by-side"));
  }
  const results = await takeTurns(children, rounds);
  await stop(children);
  const reference = results.get(children[1]);
  return children.map(child => {
    const own = results.get(child), tokensFound = own[0].found.reduce((sum, segment) => sum + segment.length, 0);
    return {
      program: child.title, weights, threads, audioSeconds: seconds, tokens: tokensFound,
      seconds: own.map(round => round.seconds), userSeconds: own.map(round => round.userSeconds),
      speedUp: median(own.map((round, i) => reference[i].seconds / round.seconds)),
      userSpeedUp: median(own.map((round, i) => reference[i].userSeconds / round.userSeconds)),
      agreement: agreement(own[0].found, reference[0].found),
    };
  });
}

/** The whole pipeline in one process, all cores. */
async function measurePipeline(minutes, times, bundle) {
  const audio = join(work, `${minutes}.wav`);
  repeat(sample, minutes * 60, audio);
  const child = await keep(parley("transcribe", "--models", bundle, "--quantized", "--threads", String(cores), "--audio", audio));
  const runs = [];
  for (let i = 0; i < times; i++) runs.push(await child.round());
  await stop([child]);
  const found = runs.at(-1).found;
  return { minutes, isRounded: bundle === rounded, seconds: runs.map(run => run.seconds), userSeconds: runs.map(run => run.userSeconds), loadSeconds: child.ready.loadSeconds, found };
}

/** So many workers, which share the cores, each with a recording of half a minute at the same time. */
async function measureWorkers(count, optimize) {
  const audio = join(work, "half.wav"), workers = [];
  repeat(sample, 30, audio);
  for (let number = 1; number <= count; number++) {
    workers.push(await keep(Worker.start({
      dotnet, program: join(programs, "Parley.Cli", "release", "Parley.Cli.dll"), bundle: models, quantized: true, optimize, folder: work, number, count,
    })));
  }
  const idle = median(workers.map(worker => worker.memory("VmRSS"))), own = median(workers.map(worker => worker.memory("RssAnon"))), seconds = [];
  for (let i = 0; i < runsOfWorkers; i++) {
    const start = performance.now();
    await Promise.all(workers.map(worker => worker.transcribe(audio)));
    seconds.push((performance.now() - start) / 1000);
  }
  const result = { count, optimize, audioSeconds: 30 * count, seconds, readySeconds: workers.map(worker => worker.readySeconds), idle, own, peak: median(workers.map(worker => worker.memory("VmHWM"))) };
  await stop(workers);
  return result;
}

async function main() {
  const machine = describeMachine(root);
  say("the words of a trained model, Parley and sherpa-onnx ...");
  const check = await checkWords();
  const segments = join(work, "segments"), list = cut(models, segments), lengths = choose(segments);
  const seconds = lengths.reduce((sum, length) => sum + length, 0);
  const probe = await keep(parley("recognize", "--models", rounded, "--segments", list, "--quantized"));
  isRounded = probe.ready.rewritten?.includes("rounded") ?? false;
  await stop([probe]);
  const recognition = [];
  for (const weights of parts.includes("recognition") ? weightsAsked : []) {
    for (const threads of [1, 2]) {
      say(`recognition: ${weights}, ${threads} ${threads === 1 ? "thread" : "threads"}, ${rounds} rounds ...`);
      recognition.push(...await compareRecognition(list, seconds, weights, threads));
    }
  }
  const pipeline = [];
  for (const minutes of parts.includes("pipeline") ? minutesAsked : []) {
    say(`pipeline: ${minutes} min of speech ...`);
    for (const bundle of isRounded ? [models, rounded] : [models]) pipeline.push(await measurePipeline(minutes, runsOfPipeline(minutes), bundle));
  }
  const workers = [];
  for (const [count, optimize] of parts.includes("workers") ? [[1, true], [2, true], [4, true], [2, false]] : []) {
    say(`workers: ${count} at once${optimize ? "" : ", networks as delivered"} ...`);
    workers.push(await measureWorkers(count, optimize));
  }
  const results = { machine, check, lengths, rounds, recognition, pipeline, workers, cores, wallSeconds: (performance.now() - started) / 1000 };
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, "results.json"), JSON.stringify(results, null, 1) + "\n");
  const text = report(results);
  writeFileSync(join(output, "report.md"), text);
  process.stdout.write(text);
  say(`done; report.md and results.json are in ${output}`);
}

async function end() {
  await Promise.allSettled([...open].map(child => child.stop()));
  rmSync(work, { recursive: true, force: true });
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => end().finally(() => process.exit(130)));
try {
  await main();
} finally {
  await end();
}
