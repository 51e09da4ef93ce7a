// sherpa-onnx as a measured child: it speaks as Parley.Benchmarks does (a line of JSON when ready, one for each line of input) and ends with its input.
// Usage: node sherpa.mjs PACKAGES MODEL TOKENS THREADS LIST
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";

const [packages, model, tokens, threads, list] = process.argv.slice(2);
const sherpa = createRequire(resolve(packages, "package.json"))("sherpa-onnx-node");
const sampleRate = 16000;

const segments = readFileSync(list, "utf8").trim().split("\n").map(name => {
  const bytes = readFileSync(join(dirname(list), name));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
});
const recognizer = new sherpa.OfflineRecognizer({
  featConfig: { sampleRate, featureDim: 80 },
  modelConfig: { paraformer: { model }, tokens, numThreads: Number(threads), provider: "cpu", debug: 0 },
});

// Features, normalisation, network and decoding are inside the timer.
function recognize(samples) {
  const stream = recognizer.createStream();
  stream.acceptWaveform({ sampleRate, samples });
  recognizer.decode(stream);
  return recognizer.getResult(stream).tokens;
}

const write = value => process.stdout.write(JSON.stringify(value) + "\n");
write({ version: sherpa.version, runtime: sherpa.onnxruntimeVersion, model });
for await (const _ of createInterface({ input: process.stdin })) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const found = segments.map(recognize);
  const seconds = (performance.now() - start) / 1000;
  write({ seconds, userSeconds: process.cpuUsage(cpu).user / 1e6, found });
}
