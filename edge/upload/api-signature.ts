/** Checks that an upload was signed with the API secret, a short while ago. */

import { apiSignedStrings, Problem } from "#transformation";
import { digest, hashEquals } from "../access/hash.ts";

/** Cloudinary's own window. */
const VALID_SECONDS = 3600;
const CLOCK_TOLERANCE_SECONDS = 300;

/** @throws Problem `unauthorized` or `invalid-signature` */
export async function checkApiSignature(
  fields: ReadonlyMap<string, string>,
  config: { apiKey: string; apiSecret: string },
  now: number,
): Promise<void> {
  const signature = fields.get("signature");
  if (fields.get("api_key") === undefined || signature === undefined) {
    throw new Problem("unauthorized", "Uploads must be signed: api_key, timestamp and signature are needed.", {
      parameter: "signature",
    });
  }
  const timestamp = Number(fields.get("timestamp"));
  const isFresh = timestamp > now - VALID_SECONDS && timestamp < now + CLOCK_TOLERANCE_SECONDS;
  const isKnown = hashEquals(fields.get("api_key") ?? "", config.apiKey);
  const algorithm = signature.length === 64 ? "SHA-256" : "SHA-1";
  const expected = await Promise.all(
    apiSignedStrings(fields).map((text) => digest(algorithm, text + config.apiSecret, "hex")),
  );
  const isSigned = expected.some((hash) => hashEquals(hash, signature));
  if (!isKnown || !isSigned)
    throw new Problem("invalid-signature", "Invalid Signature: api_key or signature do not fit the parameters.", {
      parameter: "signature",
    });
  if (!isFresh)
    throw new Problem("invalid-signature", "Stale request: the timestamp is more than an hour off.", {
      parameter: "timestamp",
    });
}
