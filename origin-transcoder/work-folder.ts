/** The folders that the origin works in: its own alone, or shared with the user that ffmpeg runs as. */

import { chmod, chown, mkdir } from "node:fs/promises";
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
