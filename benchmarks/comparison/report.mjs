// The results as Markdown.
import { median } from "./children.mjs";

// Below this two programs do not do the same work.
const sameWork = 0.97;

const figure = (value, digits = 2) => value.toFixed(digits);
const spread = values => `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
const percent = share => `${(100 * share).toFixed(1)} %`;

function table(heads, rows) {
  const line = cells => `| ${cells.join(" | ")} |`;
  return [line(heads), `|${heads.map((_, i) => i === 0 ? "---" : "---:").join("|")}|`, ...rows.map(line)].join("\n");
}

function recognitionTable(results) {
  const rows = results.recognition.map(row => {
    const valid = row.agreement >= sameWork;
    const seconds = median(row.seconds);
    return [
      `${row.program}, ${row.weights}, ${row.threads} ${row.threads === 1 ? "thread" : "threads"}${valid ? "" : " (**invalid**: other tokens)"}`,
      figure(seconds), spread(row.seconds), figure(row.audioSeconds / seconds, 1), figure(median(row.userSeconds)), figure(row.speedUp), figure(row.userSpeedUp),
      `${row.tokens}`, percent(row.agreement),
    ];
  });
  return table(["Recognition", "Seconds", "Spread", "Times real time", "User CPU (s)", "Speed-up", "by CPU", "Tokens", "Same"], rows);
}

function pipelineTable(results) {
  const rows = results.pipeline.map(row => {
    const seconds = median(row.seconds);
    return [
      `${row.minutes} min${row.isRounded ? ", rounded to 7 bits" : ""} (${row.seconds.length} ${row.seconds.length === 1 ? "run" : "runs"})`, figure(seconds), spread(row.seconds), figure(row.minutes * 60 / seconds, 1),
      figure(median(row.userSeconds)), figure(row.found.peakBytes / 2 ** 20, 0),
      ...["vad", "asr", "punctuation", "speakers"].map(stage => figure(row.found.stages[stage])),
    ];
  });
  return table(["Pipeline", "Seconds", "Spread", "Times real time", "User CPU (s)", "Peak (MiB)", "vad (s)", "asr (s)", "punctuation (s)", "speakers (s)"], rows);
}

function workerTable(results) {
  const rows = results.workers.map(row => {
    const seconds = median(row.seconds);
    return [
      `${row.count} ${row.count === 1 ? "worker" : "workers"}${row.optimize ? "" : ", networks as delivered"}`, figure(median(row.readySeconds)), figure(seconds), figure(row.audioSeconds / seconds, 1),
      figure(row.idle, 0), figure(row.own, 0), figure(row.peak, 0),
    ];
  });
  return table(["Jobs at once", "Ready after (s)", "Seconds for all", "Times real time", "Idle, each (MiB)", "of it its own (MiB)", "Peak, each (MiB)"], rows);
}

/** All of it, with what is inside each timer. */
export function report(results) {
  const { parley, sherpa } = results.check.versions;
  const parts = [["recognition", recognitionPart], ["pipeline", pipelinePart], ["workers", workerPart]].filter(([name]) => results[name].length > 0);
  return `# Parley and sherpa-onnx on one machine, in one run

${results.machine.join("\n")}
- Parley: .NET ${parley.dotnet}, ONNX Runtime ${parley.runtime}. sherpa-onnx ${sherpa.version}: ONNX Runtime ${sherpa.runtime}.
- Networks in the official sizes: voice activity and recogniser find what the demo's find, the others have random weights. The whole run took ${figure(results.wallSeconds, 0)} s.

${parts.map(([, write]) => write(results)).join("\n\n")}
`;
}

function recognitionPart(results) {
  const speech = results.lengths.reduce((sum, length) => sum + length, 0);
  const words = results.check.agreement >= sameWork ? "" : " **Too few: the comparison is invalid.**";
  return `## Recognition alone

${recognitionTable(results)}

Inside the timer, in both programs: ${results.lengths.length} segments (${results.lengths.map(length => figure(length, 1)).join(", ")} s; ${figure(speech, 1)} s in all), one after the other, from samples in memory
to text ("as its pipeline does it": as many segments at once as threads, one thread each, and the optimised file where there is one): features, normalisation, network, best tokens; Parley also computes probabilities and the times of words, for which sherpa-onnx has no step.
Loading is outside. Same file, same samples, as many threads. Medians of ${results.rounds} ${results.rounds === 1 ? "round" : "rounds"} after one to warm up, programs in turn (ABBA); speed-up: median of the
ratios of the rounds, sherpa-onnx with the file as exported = 1; spread: fastest and slowest round.
Same: tokens equal to sherpa-onnx's, which begins its first row of seven frames 30 ms later. With the demo model: ${percent(results.check.agreement)} of the tokens of a
minute.${words}`;
}

const pipelinePart = results => `## The whole pipeline

${pipelineTable(results)}

Inside the timer: reading the WAV file, features, voice activity, recognition, punctuation, speakers, transcript. Two speakers, \`samples/interview.wav\` repeated;
int8 weights (optimised where that was accepted), ${results.cores} threads, one process, models loaded and warm. Stages overlap; theirs are those of the last run.`;

const workerPart = results => `## Workers of the server's pool

${workerTable(results)}

Each worker transcribes half a minute at the same time, whole pipeline, int8, networks as \`parley models optimize\` made them; they share the cores. Ready: from starting the process to the first answer that it is
idle, with models loaded and warm (median of the workers, started one after the other). Seconds: mean of two runs. Memory: resident set before the first job, what of it no
other process shares (weights that are mapped from a file are shared), and the peak of the resident set after the jobs.`;
