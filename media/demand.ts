/**
 * Renditions that are paid for by demand: what is too slow to be made while it is watched is made in idle time, where
 * the bytes that it will save are worth more than the encode and its room. Pure: what was watched is an argument.
 */

import { VIDEO_CODEC_NAMES, VIDEO_CODECS } from "./codecs.ts";
import type { RenditionOutlook } from "./outlook.ts";
import type { VideoRendition } from "./renditions.ts";

/** What was delivered of a rung in H.264 within the days that are looked back on. */
export interface RungDemand {
  /** `720p` */
  readonly rung: string;
  /** Of segments. */
  readonly requests: number;
  readonly bytes: number;
}

/** How far is looked back, and how much longer it is expected to go on like that: a film is watched most when it is new. */
export const DEMAND_DAYS = 7;
const EXPECTED_DEMANDS = 4;

/**
 * Delivered bytes that cost as much as a second of encoding: $0.00003 for a processor and its memory (Cloudflare
 * Containers), at $0.01 a gigabyte, the lowest that traffic costs anywhere.
 */
const BYTES_PER_ENCODE_SECOND = 3e6;

/** Delivered bytes that cost as much as a stored one in a year: $0.18 a gigabyte in R2. */
const BYTES_PER_STORED_BYTE = 18;

/** A rendition that is withheld, and how much of it is there. */
export interface WithheldRendition {
  readonly outlook: RenditionOutlook & { readonly rendition: VideoRendition };
  /** Segments that are missing. */
  readonly missing: number;
}

/** The decision on a rendition, with its numbers. */
export interface Purchase {
  readonly id: string;
  /** How often all of the rung was watched. */
  readonly views: number;
  /** Bytes that it will save. */
  readonly savedBytes: number;
  /** What is still to be made of it. */
  readonly encodeSeconds: number;
  readonly storedBytes: number;
  /** What that costs, as delivered bytes. */
  readonly costBytes: number;
  /** Whether it is to be made; what lies below it in its codec is, too, since players switch by every rung. */
  readonly isWorthwhile: boolean;
}

/** Video renditions that are too slow to be made while they are watched, as far as H.264 has them as well. */
export function withheldOf(
  outlooks: readonly RenditionOutlook[],
  madeOf: (outlook: RenditionOutlook) => number,
): readonly WithheldRendition[] {
  return outlooks.flatMap((outlook) => {
    const { rendition, keepsUp, segments } = outlook;
    if (rendition.kind !== "video" || keepsUp || rendition.codec === "h264" || !rendition.rung) return [];
    return [{ outlook: { ...outlook, rendition }, missing: segments - madeOf(outlook) }];
  });
}

function purchaseOf({ outlook, missing }: WithheldRendition, demand: readonly RungDemand[]): Purchase {
  const { rendition, segments, segmentEncodeSeconds, bytes } = outlook;
  const { requests, bytes: delivered } = demand.find(({ rung }) => rung === rendition.rung?.name) ?? {
    requests: 0,
    bytes: 0,
  };
  const { relativeBits, reach } = VIDEO_CODECS[rendition.codec];
  const encodeSeconds = missing * segmentEncodeSeconds;
  const storedBytes = (bytes * missing) / Math.max(1, segments);
  return {
    id: rendition.id,
    views: requests / Math.max(1, segments),
    savedBytes: delivered * EXPECTED_DEMANDS * reach * (1 - relativeBits),
    encodeSeconds,
    storedBytes,
    costBytes: encodeSeconds * BYTES_PER_ENCODE_SECOND + storedBytes * BYTES_PER_STORED_BYTE,
    isWorthwhile: false,
  };
}

/** The rungs from the lowest withheld one up that together save most beyond their cost; none where all cost more. */
function worthwhileRungs(ladder: readonly Purchase[]): number {
  let [net, best, rungs] = [0, 0, 0];
  for (const [index, { savedBytes, costBytes }] of ladder.entries()) {
    net += savedBytes - costBytes;
    if (net > best) [best, rungs] = [net, index + 1];
  }
  return rungs;
}

/** Decides which withheld renditions of a video are to be made; ladders come from the lowest rung up. */
export function decidePurchases(
  withheld: readonly WithheldRendition[],
  demand: readonly RungDemand[],
): readonly Purchase[] {
  return VIDEO_CODEC_NAMES.flatMap((codec) => {
    const ladder = withheld
      .filter(({ outlook }) => outlook.rendition.codec === codec)
      .map((each) => purchaseOf(each, demand));
    const worthwhile = worthwhileRungs(ladder);
    return ladder.map((purchase, index) => ({ ...purchase, isWorthwhile: index < worthwhile }));
  });
}
