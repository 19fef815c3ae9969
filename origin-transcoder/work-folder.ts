/** The folders that the origin works in: its own alone, or shared with the user that ffmpeg runs as. */

import { chmod, chown, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { OriginConfig } from "./config.ts";
import type { Program } from "./ffmpeg/run.ts";

/** What ffmpeg does in a folder: it passes through to another one, reads what the origin has put there, or writes. */
export type Sharing = "passes" | "reads" | "writes";

const SHARED_MODES: Readonly<Record<Sharing, number>> = { passes: 0o710, reads: 0o750, writes: 0o770 };

/** Makes a folder where it is missing. Where ffmpeg is another user, that user's group may do what is said, and no more. */
export async function makeFolder(path: string, sharing: Sharing, { userId }: Pick<Program, "userId">): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (userId === undefined) return;
  await chown(path, process.getuid?.() ?? 0, userId);
  await chmod(path, SHARED_MODES[sharing]);
}

/** Folders of what jobs put down while they run, and what ffmpeg does in each. */
const TEMPORARY = { clips: "writes", drawings: "reads", tables: "reads", trials: "reads" } as const satisfies Record<
  string,
  Sharing
>;

/** Makes a folder for the time of a job, where it is missing; answers its path. */
export async function temporaryFolder(
  { workFolder, ffmpeg }: Pick<OriginConfig, "workFolder" | "ffmpeg">,
  name: keyof typeof TEMPORARY,
): Promise<string> {
  const path = join(workFolder, name);
  await makeFolder(path, TEMPORARY[name], ffmpeg);
  return path;
}

/** At the start: what an origin that was killed has left is nobody's. */
export async function emptyTemporaryFolders({ workFolder }: Pick<OriginConfig, "workFolder">): Promise<void> {
  for (const name of Object.keys(TEMPORARY)) await rm(join(workFolder, name), { recursive: true, force: true });
}
