import { describe, expect, it } from "vitest";
import { Problem } from "#transformation";
import { dynamicServerData } from "./cmsd.ts";
import { problemResponse } from "./responses.ts";

describe("what a player is told of a slow answer", () => {
  it.each([
    ["nothing, where nothing held it back", {}, undefined],
    ["how long it took to be made", { queue: 12.2, encode: 250.4 }, '"edgereel";rd=263'],
    ["duress, where it waited longer than it took", { queue: 900, encode: 250 }, '"edgereel";rd=1150;du'],
  ])("is %s", (_, timings, told) => {
    expect(dynamicServerData(timings)).toBe(told);
  });

  it("is duress, where there was no encoder for it at all", () => {
    const busy = problemResponse(new Problem("origin-busy", "All encoders are busy."));
    expect(busy.headers.get("cmsd-dynamic")).toBe('"edgereel";du');
    expect(problemResponse(new Problem("not-found", "Nothing.")).headers.get("cmsd-dynamic")).toBeNull();
  });
});
