import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spellFilters } from "./filtergraph.ts";

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
});
