import { describe, expect, it } from "vitest";
import { gridOf } from "#media";
import { type Rational, rational } from "#transformation";
import { picturesOnGrid, soundOnGrid } from "./copyable-packets.ts";
import type { ProbedPacket } from "./ffprobe.ts";

const packet = (facts: Partial<ProbedPacket>): ProbedPacket => ({
  stream: 0,
  pts: 0,
  dts: undefined,
  duration: undefined,
  bytes: 100,
  key: false,
  hidden: false,
  ...facts,
});

/** GOPs of `IPBB…`: each P is decoded before the two B that are shown before it. */
function decodingOrder(frames: number, gopFrames: number): readonly number[] {
  const shownAt: number[] = [];
  for (let gop = 0; gop < frames; gop += gopFrames) {
    shownAt.push(gop);
    const end = Math.min(frames, gop + gopFrames);
    for (let next = gop + 1; next < end; next += 3) {
      const anchor = Math.min(next + 2, end - 1);
      shownAt.push(anchor, ...[next, next + 1].filter((slot) => slot < anchor));
    }
  }
  return shownAt;
}

interface Facts {
  readonly frames?: number;
  readonly keyEvery?: number;
  readonly frameRate?: Rational;
  readonly timeBase?: Rational;
  readonly startTicks?: number;
  readonly changed?: (packets: ProbedPacket[]) => void;
}

function found({
  frames = 200,
  keyEvery = 50,
  frameRate = rational(25),
  timeBase = rational(1, 12_800),
  startTicks = 0,
  changed = () => {},
}: Facts) {
  const grid = gridOf(frameRate, frames);
  const seconds = (slot: number) => (slot * frameRate.den) / frameRate.num;
  const packets = decodingOrder(frames, keyEvery).map((slot) =>
    packet({
      pts: startTicks + Math.round((seconds(slot) * timeBase.den) / timeBase.num),
      key: slot % keyEvery === 0,
      bytes: slot + 1,
    }),
  );
  changed(packets);
  return picturesOnGrid(packets, { startTicks, timeBase }, grid);
}

const without = (index: number) => (packets: ProbedPacket[]) => void packets.splice(index, 1);
const changing = (index: number, facts: Partial<ProbedPacket>) => (packets: ProbedPacket[]) => {
  packets[index] = { ...(packets[index] as ProbedPacket), ...facts };
};

describe("pictures on the grid", () => {
  it("tell how much each GOP takes, and how far they are reordered", () => {
    expect(found({})).toEqual({
      frames: 200,
      gopFrames: 50,
      gopBytes: [0, 50, 100, 150].map((first) => 50 * first + (50 * 51) / 2),
      reorderedPictures: 1,
    });
  });

  it("end with a GOP that is not whole", () => {
    expect(found({ frames: 230 })?.gopBytes).toHaveLength(5);
  });

  it("may have more key pictures than the grid asks for", () => {
    expect(found({ keyEvery: 25 })).toMatchObject({ gopFrames: 50 });
  });

  it.each([
    [
      "NTSC in Matroska's milliseconds",
      { frameRate: rational(30_000, 1001), keyEvery: 60, timeBase: rational(1, 1000) },
    ],
    ["a beginning anywhere", { startTicks: 6_000_001 }],
    ["29.97 in ticks of 1/90000", { frameRate: rational(30_000, 1001), keyEvery: 60, timeBase: rational(1, 90_000) }],
  ])("are found with %s", (_, facts) => {
    expect(found(facts)).toBeDefined();
  });

  it.each([
    ["key pictures are too far apart", { keyEvery: 100 }],
    ["key pictures lie beside the grid", { keyEvery: 48 }],
    ["a picture is missing", { changed: without(7) }],
    ["a picture is shown between two slots", { changed: changing(7, { pts: 3300 }) }],
    ["two are shown at once", { changed: changing(7, { pts: 0 }) }],
    ["one has no time stamp", { changed: changing(7, { pts: undefined }) }],
    ["one is hidden by an edit list", { changed: changing(7, { hidden: true }) }],
    ["a key picture is none", { changed: changing(50, { key: false }) }],
    [
      // The last picture before the key is decoded behind it.
      "a GOP is open",
      {
        changed: (packets: ProbedPacket[]) => {
          packets.splice(51, 0, ...packets.splice(49, 1));
        },
      },
    ],
  ])("are not found where %s", (_, facts) => {
    expect(found(facts)).toBeUndefined();
  });
});

describe("frames of AAC on the grid", () => {
  const grid = gridOf(rational(25), 250);
  const frames = (count: number, stamp: (index: number) => number, hidden = 0) =>
    Array.from({ length: count }, (_, index) =>
      packet({ pts: stamp(index), key: true, bytes: index + 1, hidden: index < hidden }),
    );
  const exact = { timeBase: rational(1, 48_000), sampleRate: 48_000, zero: rational(0) };
  const milliseconds = { ...exact, timeBase: rational(1, 1000) };

  it("are counted from zero on, whatever primes the decoder before", () => {
    const sound = soundOnGrid(
      frames(470, (index) => (index - 1) * 1024, 1),
      exact,
      grid,
    );
    // Ten seconds are 468.75 frames; the first boundary is nearest to the 94th.
    expect(sound).toMatchObject({ frames: 250, gopFrames: 50 });
    const ends = [0, 94, 188, 281, 375, 469];
    expect(sound?.gopBytes).toEqual(
      ends.slice(1).map((end, gop) => {
        const numbers = Array.from({ length: end - (ends[gop] ?? 0) }, (_, index) => index + (ends[gop] ?? 0) + 2);
        return numbers.reduce((sum, number) => sum + number, 0);
      }),
    );
  });

  it("are found in milliseconds", () => {
    expect(
      soundOnGrid(
        frames(470, (index) => Math.floor((index * 1024) / 48)),
        milliseconds,
        grid,
      ),
    ).toBeDefined();
  });

  it.each([
    ["they begin later", frames(470, (index) => (index + 1) * 1024), exact],
    ["they end earlier", frames(468, (index) => index * 1024), exact],
    ["they begin between our own, as Apple's encoder primes", frames(475, (index) => index * 1024 - 2112), exact],
    ["there is a gap", frames(470, (index) => (index > 100 ? index + 1 : index) * 1024), exact],
    ["one is cut off by an edit list", frames(470, (index) => index * 1024, 1), exact],
    ["zero lies between them", frames(470, (index) => (index - 1) * 1024), { ...exact, zero: rational(1, 100) }],
    ["there are none", [], exact],
  ])("are not found where %s", (_, packets, clock) => {
    expect(soundOnGrid(packets, clock, grid)).toBeUndefined();
  });
});
