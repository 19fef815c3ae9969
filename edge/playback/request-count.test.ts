import { describe, expect, it } from "vitest";
import type { DeliveryCount, PlaybackCounters } from "#catalog";
import { readCmcd } from "./cmcd.ts";
import { failedStart, requestCount } from "./request-count.ts";

const PLACE = { minute: 1000, cloud: "demo", publicId: "film", country: "DE", device: "desktop" };
const SEGMENT: DeliveryCount = {
  ...{ ...PLACE, product: "segment", codec: "av1", rung: "540p", tier: "edge", status: 200 },
  ...{ requests: 1, bytes: 1000, encodes: 0, encodeMilliseconds: 0 },
};
const STREAM: DeliveryCount = {
  ...SEGMENT,
  product: "multivariant",
  codec: "",
  rung: "multivariant",
  tier: "computed",
};

const counted = (cmcd: string, delivery = SEGMENT): PlaybackCounters => {
  const { minute, cloud, publicId, mode, codec, rung, country, device, ...counters } = requestCount(
    readCmcd(cmcd) ?? {},
    delivery,
  );
  return counters;
};

describe("what is counted of a request", () => {
  it("is of the same video, rung and viewer as the delivery, and of no session", () => {
    const count = requestCount(readCmcd('d=4000,sid="secret",cid="another"') ?? {}, SEGMENT);
    expect(count).toMatchObject({ ...PLACE, mode: "request", codec: "av1", rung: "540p" });
    expect(JSON.stringify(count)).not.toMatch(/secret|another/);
  });

  it.each<[string, string, DeliveryCount, PlaybackCounters]>([
    ["a view, where a player asks for the stream", 'ot=m,sid="a",su', STREAM, { views: 1 }],
    ["no view, where it asks for a rung's playlist", 'ot=m,sid="a",su', { ...STREAM, product: "playlist" }, {}],
    [
      "playing time, bits and throughput",
      "br=2000,d=4000,mtp=9000,ot=v",
      SEGMENT,
      {
        requestedMilliseconds: 4000,
        ratedMilliseconds: 4000,
        ratedBits: 8_000_000,
        bitRateTo2000: 4000,
        throughputReports: 1,
        throughputKilobits: 9000,
      },
    ],
    [
      "the picture's bit rate of several",
      "br=(128;a 2000;v),d=1000,v=2",
      SEGMENT,
      {
        requestedMilliseconds: 1000,
        ratedMilliseconds: 1000,
        ratedBits: 2_000_000,
        bitRateTo2000: 1000,
      },
    ],
    ["playing time without a bit rate", "d=4000", SEGMENT, { requestedMilliseconds: 4000 }],
    [
      "no playing time for sound, which players give the bit rate of the picture",
      "br=2000,d=4000,ot=a",
      { ...SEGMENT, rung: "audio0", codec: "aac" },
      {},
    ],
    ["none for key pictures and subtitles", "d=4000", { ...SEGMENT, rung: "iframes", codec: "h264" }, {}],
    ["a stall", "bs,d=4000", SEGMENT, { rebuffers: 1, requestedMilliseconds: 4000 }],
    [
      "how long stalls were, in version 2",
      "bs,bsd=(300 1200),v=2",
      SEGMENT,
      {
        rebuffers: 1,
        rebufferMilliseconds: 1500,
        requestedMilliseconds: 0,
      },
    ],
    [
      "a startup, where the player has measured it",
      "msd=750,v=2",
      SEGMENT,
      {
        startups: 1,
        timedStartups: 1,
        startupMilliseconds: 750,
        startupTo1000: 1,
        requestedMilliseconds: 0,
      },
    ],
  ])("is %s", (_, cmcd, delivery, counters) => {
    expect({ requestedMilliseconds: 0, ...counted(cmcd, delivery) }).toEqual({
      ...{ reports: 1, requestedMilliseconds: 0 },
      ...counters,
    });
  });

  it("is a view that failed, where the stream could not be had", () => {
    expect(failedStart(PLACE)).toMatchObject({ mode: "request", views: 1, failedStarts: 1, rung: "" });
  });
});
