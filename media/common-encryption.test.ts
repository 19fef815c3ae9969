import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BLOCK_BYTES, type SampleCodec, subsamplesOf } from "./subsamples.ts";

const nal = (header: readonly number[], length: number): number[] => {
  const payload = [...header, ...Array<number>(length - header.length).fill(0xab)];
  return [length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255, ...payload];
};

const obu = (type: number, length: number): number[] => {
  const size: number[] = [];
  for (let rest = length; ; rest >>= 7) {
    size.push((rest & 127) | (rest > 127 ? 128 : 0));
    if (rest <= 127) break;
  }
  return [(type << 3) | 2, ...size, ...Array<number>(length).fill(0xcd)];
};

const parts = (sample: readonly number[], codec: Exclude<SampleCodec, "aac">) =>
  subsamplesOf(Uint8Array.from(sample), codec).map(({ clear, encrypted }) => [clear, encrypted]);

describe("what of a picture is encrypted", () => {
  it("is the data of its slices, in whole blocks, behind their headers", () => {
    expect(parts(nal([0x65], 1000), "h264")).toEqual([
      [128, 864],
      [12, 0],
    ]);
    expect(parts(nal([0x26, 0x01], 1000), "h265")).toEqual(parts(nal([0x65], 1000), "h264"));
    expect(parts(obu(6, 1001), "av1")).toEqual(parts(nal([0x65], 1000), "h264"));
  });

  it("is nothing of parameters, delimiters and messages, which stay before the slice that they are for", () => {
    expect(parts([...nal([0x67], 20), ...nal([0x06], 600), ...nal([0x41], 204)], "h264")).toEqual([
      [24 + 604 + 128, 80],
    ]);
    expect(parts([...obu(2, 0), ...obu(1, 11), ...obu(6, 206)], "av1")).toEqual([
      [2 + 13 + 128, 80],
      [1, 0],
    ]);
    expect(parts(nal([0x40, 0x01], 700), "h265")).toEqual([[704, 0]]);
  });

  it("is nothing of a slice that is little more than its header", () => {
    expect(parts(nal([0x41], 100), "h264")).toEqual([[104, 0]]);
  });

  it("leaves in clear as much as there is, in as many parts as the field for it takes", () => {
    expect(parts([...nal([0x06], 150_000), ...nal([0x65], 204)], "h264")).toEqual([
      [65_535, 0],
      [65_535, 0],
      [150_004 + 128 - 131_070, 80],
    ]);
  });

  it("and what is not, are all bytes of it, whatever it is made of", () => {
    const unit = fc.tuple(fc.constantFrom(0x65, 0x41, 0x06, 0x67), fc.integer({ min: 1, max: 3000 }));
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 6 }), (units) => {
        const sample = units.flatMap(([header, length]) => nal([header], length));
        const found = parts(sample, "h264");
        expect(found.flat().reduce((sum, bytes) => sum + bytes, 0)).toBe(sample.length);
        for (const [, encrypted = 0] of found) expect(encrypted % BLOCK_BYTES).toBe(0);
      }),
    );
  });
});
