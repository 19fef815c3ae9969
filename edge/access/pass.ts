/**
 * Passes: what a token's bounds leave is decided where a playlist is written, since it takes the plan; a pass says so to
 * the segments, which are served without one. It is made out to a folder, to the bounds and, within a time window, to
 * the numbers of segments. It opens nothing without a token of the same bounds.
 */

import type { SegmentRun } from "#media";
import { base64url, hashEquals } from "./hash.ts";

export interface Passes {
  passFor(folder: string, bounds: string, run: SegmentRun | undefined): Promise<string>;
  /** What a pass opens of a folder: `all` of it, or a run of its segments; undefined for a pass that is none. */
  check(pass: string, folder: string, bounds: string): Promise<SegmentRun | "all" | undefined>;
}

const PASS = /^(?:(0|[1-9]\d{0,6})-(0|[1-9]\d{0,6})\.)?([A-Za-z0-9_-]{22})$/;

/** 128 bits: 22 characters of base64url. */
const MAC_BYTES = 16;

export function passesOf(secret: string): Passes {
  const bytesOf = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
  let key: Promise<CryptoKey> | undefined;
  async function macOf(...parts: readonly string[]): Promise<string> {
    key ??= crypto.subtle.importKey("raw", bytesOf(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = await crypto.subtle.sign("HMAC", await key, bytesOf(["pass", ...parts].join("\n")));
    return base64url(mac.slice(0, MAC_BYTES));
  }
  const spelled = (run: SegmentRun | undefined): string => (run ? `${run.first}-${run.last}.` : "");
  return {
    async passFor(folder, bounds, run) {
      return spelled(run) + (await macOf(folder, spelled(run), bounds));
    },
    async check(pass, folder, bounds) {
      const [, first, last, mac] = PASS.exec(pass) ?? [];
      if (mac === undefined) return undefined;
      const run = first === undefined ? undefined : { first: Number(first), last: Number(last) };
      return hashEquals(mac, await macOf(folder, spelled(run), bounds)) ? (run ?? "all") : undefined;
    },
  };
}
