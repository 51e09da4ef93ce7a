// What was measured on: what a reader needs to compare the table with another one.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

// Instruction sets that decide how fast matrix products are.
const telling = ["avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "asimddp", "i8mm"];

/** Lines of Markdown, without the versions of what was compared. */
export function describeMachine(root) {
  const flags = existsSync("/proc/cpuinfo") ? /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(" ") ?? [] : [];
  const present = telling.filter(flag => flags.includes(flag)), absent = telling.slice(0, 7).filter(flag => !flags.includes(flag));
  const commit = execFileSync("git", ["-C", root, "describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  return [
    `- ${cpus()[0].model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${arch()}, Linux ${release()}; `
      + `instructions: ${present.join(", ")}${arch() === "x64" ? `; not: ${absent.join(", ")}` : ""}`,
    `- load of the machine when the run began: ${loadavg()[0].toFixed(1)} (0 is a quiet machine; above that, others worked too)`,
    `- Parley ${commit}, Node.js ${process.version}`,
  ];
}

export const cores = availableParallelism();
