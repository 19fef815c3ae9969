/** Measures: medians, and the processor time of processes as the kernel counts it. */

import { readdirSync, readFileSync } from "node:fs";

/** What a run took: seconds on the clock, and seconds of processors. */
export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** The middle value, which one disturbed run cannot move; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? upper)) / 2;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The kernel's USER_HZ: 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  /** Of the process itself. */
  readonly own: number;
  /** Of all its children that have ended. */
  readonly ended: number;
}

/** proc(5), `/proc/<pid>/stat`; undefined where there is no such process (any more). */
function timesOf(pid: number): ProcessTimes | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces; state is the first field behind it, ppid the second.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const seconds = (index: number): number => Number(fields[index]) / TICKS_PER_SECOND;
    return { parent: Number(fields[1]), own: seconds(11) + seconds(12), ended: seconds(13) + seconds(14) };
  } catch {
    return undefined;
  }
}

function allProcesses(): ReadonlyMap<number, ProcessTimes> {
  const found = new Map<number, ProcessTimes>();
  for (const name of readdirSync("/proc")) {
    const times = /^\d+$/.test(name) ? timesOf(Number(name)) : undefined;
    if (times) found.set(Number(name), times);
  }
  return found;
}

/**
 * Processor seconds of everything that a process has started and that it waits for, ended or not; its own left out.
 * Whoever starts services measures with this what a request costs in all of them.
 */
export function descendantsCpuSeconds(root: number = process.pid): number {
  const all = allProcesses();
  const isBelow = (pid: number): boolean => {
    const parent = all.get(pid)?.parent ?? 0;
    return parent === root || (parent > 1 && isBelow(parent));
  };
  const below = [...all].filter(([pid]) => isBelow(pid)).map(([, { own, ended }]) => own + ended);
  return sum(below) + (all.get(root)?.ended ?? 0);
}

/** Processor seconds of a process' ended children. */
export const endedChildrenCpuSeconds = (pid: number): number => timesOf(pid)?.ended ?? Number.NaN;

/** Processor seconds of a process itself. */
export const ownCpuSeconds = (pid: number): number => timesOf(pid)?.own ?? Number.NaN;

/** The ids of the processes of a name that this one has started. */
export const childrenNamed = (name: string): readonly number[] =>
  [...allProcesses()]
    .filter(([pid, { parent }]) => parent === process.pid && commandOf(pid) === name)
    .map(([pid]) => pid);

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}
