/** The samples of a copied segment, each in its place on the grid: ffmpeg copies more of them, at the source's own times. */

import { Problem, rational, round } from "#transformation";
import type { SegmentJob } from "./jobs/job.ts";
import { box, joined, letters, words } from "./joined-file.ts";
import { sampleRun } from "./sample-run.ts";

interface PlacedSample {
  /** Its place in order of presentation, counted from the segment's first. */
  readonly slot: number;
  readonly bytes: Uint8Array;
  readonly isSync: boolean;
}

/** Flags of `tfhd` and `trun` (ISO/IEC 14496-12 8.8.7, 8.8.8). */
const BASE_IS_MOOF = 0x020000;
const [DEFAULT_DURATION, DEFAULT_FLAGS] = [0x08, 0x20];
const [DATA_OFFSET, SAMPLE_SIZE, SAMPLE_FLAGS, COMPOSITION_OFFSET] = [0x01, 0x200, 0x400, 0x800];

/** `sample_depends_on`: on no other, or on others, being no sync sample (8.8.3.1). */
const [SYNC, NO_SYNC] = [0x02000000, 0x01010000];
const IS_NO_SYNC = 0x00010000;

const [SAMPLE_TABLE_BYTES, BOX_BYTES] = [{ video: 12, audio: 4 }, 24 + 96 + 8];

/** Bytes of a copied segment that are no samples: `styp`, `moof` with an entry a sample, the header of `mdat`. */
export const copiedOverheadBytes = (media: "video" | "audio", samples: number): number =>
  BOX_BYTES + SAMPLE_TABLE_BYTES[media] * samples;

/** The samples that lie within a segment's span, in the order in which they are decoded. */
function placed(media: Uint8Array, { expected, copy }: SegmentJob): readonly PlacedSample[] {
  return sampleRun(media).flatMap(({ presentationTick, start, bytes, flags }) => {
    const tick = presentationTick - (copy?.zeroTick ?? 0) - expected.firstTick;
    const slot = round(rational(tick, expected.sampleTicks));
    if (slot < 0 || slot >= expected.samples) return [];
    return [{ slot, bytes: media.subarray(start, start + bytes), isSync: (flags & IS_NO_SYNC) === 0 }];
  });
}

/**
 * A fragment of exactly those samples that are expected: decoded in their order from the first tick on, each shown in
 * its slot, as encoded segments have it.
 * @throws Problem `encode-failed` where they do not fill the segment's slots, or nothing can be decoded from its start
 */
export function copiedFragment(media: Uint8Array, job: SegmentJob): Uint8Array {
  const samples = placed(media, job);
  const slots = new Set(samples.map(({ slot }) => slot));
  const { samples: wanted } = job.expected;
  if (slots.size !== samples.length || samples.length !== wanted)
    throw new Problem("encode-failed", `${samples.length} samples in ${slots.size} places instead of ${wanted}.`);
  if (!samples[0]?.isSync || samples[0].slot !== 0)
    throw new Problem("encode-failed", "It does not begin with a key picture.");
  // The offset to the data is known when the size of the boxes before it is.
  const bytes = movieFragment(job, samples, 0).length;
  return joined([
    movieFragment(job, samples, bytes + 8),
    words(8 + samples.reduce((sum, sample) => sum + sample.bytes.length, 0)),
    letters("mdat"),
    ...samples.map((sample) => sample.bytes),
  ]);
}

function movieFragment(
  { media, sequence, expected: { firstTick, sampleTicks } }: SegmentJob,
  samples: readonly PlacedSample[],
  dataOffset: number,
): Uint8Array {
  const isPicture = media === "video";
  const flags = DATA_OFFSET | SAMPLE_SIZE | (isPicture ? SAMPLE_FLAGS | COMPOSITION_OFFSET : 0);
  const version = 1 << 24;
  const entries = samples.map(({ slot, bytes, isSync }, index) =>
    words(bytes.length, ...(isPicture ? [isSync ? SYNC : NO_SYNC, (slot - index) * sampleTicks] : [])),
  );
  const tfdt = words(version, Math.floor(firstTick / 2 ** 32), firstTick % 2 ** 32);
  const track = 1;
  return box(
    "moof",
    box("mfhd", words(0, sequence)),
    box(
      "traf",
      box(
        "tfhd",
        words(BASE_IS_MOOF | DEFAULT_DURATION | DEFAULT_FLAGS, track, sampleTicks, isPicture ? NO_SYNC : SYNC),
      ),
      box("tfdt", tfdt),
      box("trun", words(version | flags, samples.length, dataOffset), ...entries),
    ),
  );
}

/** The samples of a segment's fragment, where it is one that was copied. */
export const onGrid = (media: Uint8Array, job: SegmentJob): Uint8Array =>
  job.copy ? copiedFragment(media, job) : media;
