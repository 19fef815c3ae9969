import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copiedFragment } from "./copied-samples.ts";
import { fragmentTiming, type SegmentJob } from "./index.ts";
import { sampleRun } from "./sample-run.ts";

describe("samples of a copy", () => {
  /** A job for pictures in an order of decoding, of which ffmpeg has copied some more at either end. */
  const jobOf = (samples: number, firstTick: number): SegmentJob =>
    ({
      media: "video",
      sequence: 7,
      expected: { firstTick, samples, sampleTicks: 1000 },
      copy: { zeroTick: 333, untilSeconds: "9" },
    }) as SegmentJob;

  /** A fragment as ffmpeg writes it where decoding times only count: version 1, a word a field. */
  function plainFragment(presentationTicks: readonly number[]): Uint8Array {
    const words = (...values: readonly number[]) =>
      values.flatMap((value) => [24, 16, 8, 0].map((shift) => (value >> shift) & 255));
    const box = (type: string, ...content: readonly (readonly number[])[]) => {
      const payload = content.flat();
      return [...words(8 + payload.length), ...[...type].map((letter) => letter.charCodeAt(0)), ...payload];
    };
    const entries = presentationTicks.flatMap((tick, index) =>
      words(1, 1, index === 0 ? 0x02000000 : 0x01010000, tick - index),
    );
    const moof = (dataOffset: number) =>
      box(
        "moof",
        box("mfhd", words(0, 1)),
        box(
          "traf",
          box("tfhd", words(0x020000, 1)),
          box("tfdt", words(0x01000000, 0, 0)),
          box("trun", words(0x01000f01, presentationTicks.length, dataOffset), entries),
        ),
      );
    const data = presentationTicks.map((_, index) => index & 255);
    return Uint8Array.from([...moof(moof(0).length + 8), ...box("mdat", data)]);
  }

  it("lie in their slots, whatever order they are decoded in and however coarse their source counts", () => {
    const reordered = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 60 }).map((keys) => [
      0,
      ...keys
        .map((key, index) => ({ key, index: index + 1 }))
        .sort((a, b) => a.key - b.key)
        .map(({ index }) => index),
    ]);
    fc.assert(
      fc.property(reordered, fc.nat(1000), fc.integer({ min: -400, max: 400 }), (slots, first, jitter) => {
        const firstTick = first * 1000;
        const before = [-2, -1].map((slot) => 333 + firstTick + slot * 1000);
        const own = slots.map((slot) => 333 + firstTick + slot * 1000 + (slot % 2 === 0 ? 0 : jitter));
        const behind = [333 + firstTick + slots.length * 1000];
        // The key picture is the first that is wanted; what lies before it was decoded to get there.
        const media = plainFragment([...before, ...own, ...behind]);
        const trun = sampleRun(media);
        expect(trun).toHaveLength(slots.length + 3);
        const copied = copiedFragment(withSync(media, before.length, trun.length), jobOf(slots.length, firstTick));
        expect(fragmentTiming(copied)).toEqual({
          firstTick,
          samples: slots.length,
          totalTicks: slots.length * 1000,
          sequence: 7,
        });
        expect(sampleRun(copied).map(({ presentationTick }) => presentationTick)).toEqual(
          slots.map((slot) => firstTick + slot * 1000),
        );
        expect([...copied.subarray(-slots.length)]).toEqual(slots.map((_, index) => (index + 2) & 255));
      }),
    );
  });

  /** Marks another sample than the first as the one that decoding may begin with. */
  function withSync(media: Uint8Array, index: number, samples: number): Uint8Array {
    const copy = media.slice();
    const entries = copy.length - 8 - samples - 16 * samples;
    new DataView(copy.buffer).setUint32(entries + 16 * index + 8, 0x02000000);
    return copy;
  }

  it.each([
    ["one is missing", [0, 1000, 3000]],
    ["two are shown at once", [0, 1000, 1000, 2000]],
    ["none begins a segment", [1000, 0, 2000, 3000]],
  ])("are refused where %s", (_, ticks) => {
    expect(() => copiedFragment(plainFragment(ticks.map((tick) => tick + 333)), jobOf(4, 0))).toThrow(
      expect.objectContaining({ code: "encode-failed" }),
    );
  });
});
