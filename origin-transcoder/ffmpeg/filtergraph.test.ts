import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spellFilters, spellGraph } from "./filtergraph.ts";

/** What ffmpeg understood: the metadata filter prints a value that it was given. */
function understood(value: string): string {
  const graph = spellFilters([
    { name: "metadata", options: { mode: "add", key: "said", value } },
    { name: "metadata", options: { mode: "print", key: "said", file: "-" } },
  ]);
  const output = execFileSync(
    "ffmpeg",
    ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=size=16x16:duration=0.04", "-vf", graph, "-f", "null", "-"],
    { encoding: "utf8" },
  );
  return output.slice(output.indexOf("said=") + 5).replace(/\n$/, "");
}

describe("spelling filters", () => {
  it.each([
    "plain",
    "a:b",
    "it's",
    "[in]",
    "a,b;c",
    "back\\slash",
    "'quoted'",
    "a=b",
    "%{pts}",
    "\\'",
    "a\\:b",
    "[0:v]crop=1:1:0:0[x];[x]null",
    "ünï",
  ])("hands %j to ffmpeg as it is", (value) => {
    expect(understood(value)).toBe(value);
  });

  it("hands any printable text to ffmpeg as it is", () => {
    const text = fc.stringMatching(/^[!-~]{1,24}$/);
    fc.assert(
      fc.property(text, (value) => {
        expect(understood(value)).toBe(value);
      }),
      { numRuns: 40 },
    );
  });

  it("chains filters, with and without options", () => {
    expect(spellFilters([{ name: "hflip" }, { name: "scale", options: { w: 640, h: 360 } }])).toBe(
      "hflip,scale=w=640:h=360",
    );
  });

  it("draws any text for what it is: nothing of it is an option, an expression or another filter", () => {
    const drawn = (text: string): Buffer => {
      const graph = spellFilters([
        {
          name: "drawtext",
          options: { text, expansion: "none", font: "DejaVu Sans", fontsize: 12, fontcolor: "white" },
        },
      ]);
      return execFileSync("ffmpeg", [
        ...["-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=size=96x32:duration=0.04", "-vf", graph],
        ...["-f", "rawvideo", "-pix_fmt", "gray", "-"],
      ]);
    };
    const blank = drawn(" ");
    const hostile = fc.array(
      fc.constantFrom(
        "%{pts}",
        "'",
        "\\",
        ":",
        ",",
        ";",
        "[0:v]",
        "=",
        "textfile=/etc/hostname",
        "$(a)",
        "ü",
        "漢",
        "x",
      ),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(hostile, (parts) => {
        expect(drawn(parts.join("")).equals(blank)).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it("names the streams of several inputs in a graph, for each stream of the output", () => {
    const [first, second] = [0, 1].map((input) => ({ input, streamIndex: 2 }));
    const joined = {
      name: "concat",
      options: { n: 2 },
      inputs: [first, second].map((stream) => ({ stream: stream as never, filters: [{ name: "null" }] })),
    };
    expect(
      spellGraph([
        { media: "video", filters: [joined, { name: "hflip" }] },
        { media: "audio", stream: { input: 2, streamIndex: 1 }, filters: [{ name: "anull" }] },
      ]),
    ).toBe("[0:2]null[s0l0];[1:2]null[s0l1];[s0l0][s0l1]concat=n=2,hflip[out0];[2:1]anull[out1]");
    const laid = { name: "overlay", inputs: [{ filters: [] }, { filters: [joined] }] };
    expect(
      spellGraph([{ media: "video", stream: { input: 3, streamIndex: 0 }, filters: [{ name: "vflip" }, laid] }]),
    ).toBe(
      "[3:0]vflip,split=1[s0l2];[s0l2]null[s0l0];[0:2]null[s0l3];[1:2]null[s0l4];[s0l3][s0l4]concat=n=2[s0l1];[s0l0][s0l1]overlay[out0]",
    );
  });

  it("spells sound as sound before a filter that makes a picture of it", () => {
    const mixed = {
      name: "amix",
      inputs: [{ filters: [] }, { stream: { input: 1, streamIndex: 0 }, filters: [{ name: "apad" }] }],
    };
    const sound = {
      media: "audio",
      stream: { input: 0, streamIndex: 1 },
      filters: [{ name: "volume" }, mixed],
    } as const;
    const drawn = { name: "showwavespic", inputs: [sound] };
    expect(spellGraph([{ media: "video", filters: [drawn, { name: "hflip" }] }])).toBe(
      "[0:1]volume,asplit=1[s0l3];[s0l3]anull[s0l1];[1:0]apad[s0l2];[s0l1][s0l2]amix[s0l0];[s0l0]showwavespic,hflip[out0]",
    );
  });
});
