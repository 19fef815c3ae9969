/**
 * What edgereel tells players with its answers (Common Media Server Data, CTA-5006): what an object is, as far as its
 * address says it, and how long it took where it had to be made. On a hit this is a choice among constant words.
 */

import type { DeliveryFacts } from "./delivered.ts";

/**
 * `CMSD-Static` of what streams are made of: object type and stream type; of manifests the format as well. Segments are
 * of no format: playlists of several name the same ones. Duration and bit rate are the playlists' to say: an address holds
 * neither.
 * @returns undefined for files, which are parts of no stream
 */
export function staticServerData({
  product,
  rendition,
}: Pick<DeliveryFacts, "product" | "rendition">): string | undefined {
  switch (product) {
    case "multivariant":
      return `ot=m,sf=${rendition === "mpd" ? "d" : "h"},st=v`;
    case "playlist":
      return rendition.startsWith("chapters") ? "ot=o,st=v" : "ot=m,sf=h,st=v";
    case "init":
      return "ot=i,st=v";
    case "key":
      return "ot=k,st=v";
    case "segment":
      return `ot=${OBJECT_TYPES.find(([kind]) => rendition.startsWith(kind))?.[1] ?? "v"},st=v`;
    default:
      return undefined;
  }
}

/** Segments that are no pictures, by the beginning of their rendition's name. */
const OBJECT_TYPES = [
  ["audio", "a"],
  ["subtitles", "c"],
] as const;

/** The name of this hop. */
const HOP = '"edgereel"';

/** What players are told of an origin that has no encoder left: to ask for less. */
export const DURESS = `${HOP};du`;

/**
 * `CMSD-Dynamic` of what had to be made: how long that held the answer back, and duress (`du`) where most of it was
 * waiting for an encoder. Absent on a hit, which nothing held back. `mb` is never told: whether a lower rung would be
 * there sooner depends on which of its segments are kept, and nothing here knows.
 */
export function dynamicServerData({ queue = 0, encode = 0 }: Readonly<Record<string, number>>): string | undefined {
  const delay = Math.round(queue + encode);
  if (delay === 0) return undefined;
  return `${HOP};rd=${delay}${queue > encode ? ";du" : ""}`;
}
