import { describe, expect, it } from "vitest";
import { planDelivery } from "#media";
import { parseTransformation } from "#transformation";
import { sourceFacts, videoTrackFacts } from "../media/testing/sources.ts";
import { boundsOf, UNBOUNDED } from "./access/bounds.ts";
import { type ReadClaims, readClaims } from "./access/claims.ts";
import { highRangeWithin } from "./bounded-delivery.ts";

const colour = { range: "tv", primaries: "bt2020", transfer: "arib-std-b67", matrix: "bt2020nc" } as const;
const film = sourceFacts({ video: videoTrackFacts({ colour, pixelFormat: "yuv420p10le", bitDepth: 10 }) });
const plan = planDelivery(parseTransformation("sp_auto"), film);

describe("pictures in high dynamic range beside those in the standard one", () => {
  const idsWithin = (bounds = UNBOUNDED, codecs = ["h264", "h265", "av1"] as const) =>
    highRangeWithin(plan, codecs, bounds).map(({ rendition }) => rendition.id);

  it("are the same rungs, in the codecs that have ten bits", () => {
    expect(idsWithin()).toContain("1080p-av1");
    expect(idsWithin().some((id) => id.endsWith("h264"))).toBe(false);
  });

  it("keep to a token's bounds, and refuse nobody who has none left", () => {
    const boundsFor = (claims: Record<string, unknown>) => boundsOf(readClaims(claims) as ReadClaims);
    expect(idsWithin(boundsFor({ codecs: ["h265"] })).every((id) => id.endsWith("h265"))).toBe(true);
    expect(idsWithin(boundsFor({ codecs: ["h264"] }))).toEqual([]);
  });
});
