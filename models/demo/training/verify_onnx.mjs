// Compares the exported models in ONNX Runtime with PyTorch's outputs for the same inputs.
//
//   node models/demo/training/verify_onnx.mjs BUNDLE REFERENCES
//
// REFERENCES is what `export.py --references` wrote. Needs the npm package onnxruntime-node. Fails when the best class differs anywhere
// or a value is further off than the tolerance.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ort from "onnxruntime-node";

const [bundle, references] = process.argv.slice(2);
const arrays = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array };
const tolerance = 5e-3;
let failed = false;

function read(entry) {
  const bytes = readFileSync(join(references, entry.file));
  return new arrays[entry.type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function bestClasses(values, classes) {
  const best = [];
  for (let start = 0; start < values.length; start += classes) {
    let at = 0;
    for (let k = 1; k < classes; k++) if (values[start + k] > values[start + at]) at = k;
    best.push(at);
  }
  return best;
}

for (const test of JSON.parse(readFileSync(join(references, "references.json"), "utf8"))) {
  const session = await ort.InferenceSession.create(join(bundle, test.stage, "model.onnx"), { intraOpNumThreads: 1 });
  const feeds = {};
  for (const [name, entry] of Object.entries(test.inputs)) feeds[name] = new ort.Tensor(entry.type, read(entry), entry.shape);
  const results = await session.run(feeds);
  for (const [name, entry] of Object.entries(test.outputs)) {
    const wanted = read(entry), found = results[name];
    const shape = found.dims.join("x") === entry.shape.join("x") && found.type === entry.type;
    let worst = 0;
    for (let i = 0; i < wanted.length; i++) worst = Math.max(worst, Math.abs(Number(found.data[i]) - Number(wanted[i])));
    const classes = entry.shape.at(-1);
    const same = !name.endsWith("logits") || bestClasses(found.data, classes).every((best, i) => best === bestClasses(wanted, classes)[i]);
    const good = shape && same && worst <= tolerance;
    failed ||= !good;
    console.log(`${good ? "ok  " : "FAIL"} ${test.stage} ${test.case} ${name} ${found.type}[${found.dims}] largest difference ${worst.toExponential(1)}`);
  }
}
process.exit(failed ? 1 : 0);
