/** Obeys only jobs that the edge has signed a moment ago: a token over the digest of the request's body. */

import { createHash } from "node:crypto";
import { jwtVerify } from "jose";
import { Problem } from "#transformation";

/** Who a job token is for; a token of any other purpose does not fit. */
export const JOB_AUDIENCE = "edgereel-origin";

/** @throws Problem `unauthorized` for whatever is not signed, is too old, or was signed for another body */
export async function checkJobSignature(
  authorization: string | undefined,
  body: Uint8Array,
  secret: string,
): Promise<void> {
  const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
  if (!token) throw refused();
  const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
    algorithms: ["HS256"],
    audience: JOB_AUDIENCE,
    requiredClaims: ["exp"],
    maxTokenAge: "2 minutes",
    // Clocks of two machines.
    clockTolerance: 30,
  }).catch(() => {
    throw refused();
  });
  if (payload["body"] !== createHash("sha256").update(body).digest("base64url")) throw refused();
}

const refused = (): Problem => new Problem("unauthorized", "This origin takes signed jobs only.");
