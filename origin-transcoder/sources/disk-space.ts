/** Tells a disk that takes nothing more from every other failure. */

import { Problem } from "#transformation";

/** Full, over a quota, or mounted to be read only (errno(3)). */
const CODES: readonly unknown[] = ["ENOSPC", "EDQUOT", "EROFS"];

export const isOutOfSpace = (error: unknown): boolean =>
  error instanceof Error && "code" in error && CODES.includes(error.code);

/** As ffmpeg says it on standard error. */
export const complainsOfSpace = (complaints: string): boolean =>
  /No space left on device|Disk quota exceeded|Read-only file system/.test(complaints);

export const outOfSpace = (): Problem =>
  new Problem("storage-unavailable", "The encoder has no space left to work in.", { retryAfterSeconds: 10 });
