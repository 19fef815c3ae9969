/** Strict mode: which deliveries may cause an encode, and the proof of it that playlists hand on to what they name. */

import type { Names } from "#catalog";
import { type DeliveryUrl, Problem } from "#transformation";
import { hashEquals, hex } from "./hash.ts";
import { holdsNamesOnly } from "./named-only.ts";

export interface EncodePermits {
  /** @throws Problem `not-permitted` for a delivery that is neither signed nor named, where the cloud is strict */
  checkDelivery(url: DeliveryUrl, names: Names): void;
  /** What a rendition's folder is opened by: the same for everybody, for ever; undefined where nothing is asked for. */
  permitFor(folder: string): Promise<string | undefined>;
  /** @throws Problem `not-permitted` for a missing or forged permit, where the cloud is strict */
  checkRendition(folder: string, permit: string | undefined): Promise<void>;
}

const notPermitted = (): Problem =>
  new Problem("not-permitted", "This cloud encodes signed URLs and named transformations (t_) only.", {
    parameter: "signature",
  });

function isNamed({ transformation }: DeliveryUrl, { transformations }: Names): boolean {
  const allowed = transformations.filter(({ allowedForStrict }) => allowedForStrict).map(({ name }) => name);
  return holdsNamesOnly(transformation, new Set(allowed));
}

export function encodePermits({ isStrict, secret }: { isStrict: boolean; secret: string }): EncodePermits {
  const key = () =>
    crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
  const permitOf = async (folder: string): Promise<string> => {
    const mac = await crypto.subtle.sign("HMAC", await key(), new TextEncoder().encode(`encode ${folder}`));
    return hex(mac.slice(0, 12));
  };
  return {
    checkDelivery(url, names) {
      // A signature that does not fit has been refused before.
      if (isStrict && url.signature === undefined && !isNamed(url, names)) throw notPermitted();
    },
    permitFor: async (folder) => (isStrict ? permitOf(folder) : undefined),
    async checkRendition(folder, permit) {
      if (isStrict && !(permit !== undefined && hashEquals(permit, await permitOf(folder)))) throw notPermitted();
    },
  };
}
