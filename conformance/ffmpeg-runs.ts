/** Counts what an origin runs: a program in the place of ffmpeg takes a note, then becomes the real one. */

import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { inject } from "vitest";

const notesIn = (folder: string): string => join(folder, "ffmpeg-runs.txt");

/** The ffmpeg of this machine. */
function realFfmpeg(): string {
  const real = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((directory) => join(directory, "ffmpeg"))
    .find(existsSync);
  if (!real) throw new Error("ffmpeg is needed; npm test installs it.");
  return real;
}

async function program(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Answers a search path on which the noting ffmpeg comes first. */
export async function notingPath(folder: string): Promise<string> {
  const path = join(folder, "bin", "ffmpeg");
  await program(path, `printf '%s\\n' "$*" >> '${notesIn(folder)}'\nexec '${realFfmpeg()}' "$@"`);
  return `${dirname(path)}${delimiter}${process.env["PATH"]}`;
}

/** An ffmpeg that notes how many pictures and sounds each run has decoded. */
export async function accountingFfmpeg(folder: string) {
  const account = join(folder, "ffmpeg-account.txt");
  await writeFile(account, "");
  const loud = 'for word do shift; [ "$word" = error ] && word=verbose; set -- "$@" "$word"; done';
  return {
    path: await program(join(folder, "accounting", "ffmpeg"), `${loud}\nexec '${realFfmpeg()}' "$@" 2>> '${account}'`),
    /** Of every run since the last call. */
    async decoded(): Promise<readonly number[]> {
      const text = await readFile(account, "utf8");
      await writeFile(account, "");
      return [...text.matchAll(/Input stream #0:\d+ .*?(\d+) frames decoded/g)].map((match) => Number(match[1]));
    },
  };
}

/** Every run that has read a source so far, as its arguments. */
export async function sourceRuns(): Promise<readonly string[]> {
  const notes = await readFile(notesIn(inject("service").folder), "utf8");
  return notes.split("\n").filter((line) => line !== "" && !line.includes("-f lavfi"));
}

/** Those that have made pictures from frame `first` of the source's grid on. */
export const runsFor = (runs: readonly string[], first: number): readonly string[] =>
  runs.filter((run) => run.includes(`trim=start_pts=${first}:`));

/** Answers when the origin does nothing and nothing waits. */
export async function originIdle(): Promise<void> {
  for (;;) {
    const health = await fetch(`http://127.0.0.1:${inject("service").originPort}/health`);
    const { running, waiting } = (await health.json()) as { running: number; waiting: number };
    if (running + waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
