import type { JWK } from "jose";
import { describe, expect, it } from "vitest";
import { parseDeliveryUrl, rational } from "#transformation";
import { type AdminScope, adminToken, type PlaybackClaims, playbackToken, type SigningKey } from "../../sdk/server.ts";
import { adminAccess } from "./admin-access.ts";
import { CLAIM_NAMES, readClaims } from "./claims.ts";
import { deliveryAccess } from "./delivery-access.ts";
import { digest } from "./hash.ts";
import { fixedKeys } from "./key-sources.ts";
import { keyringOf } from "./keyring.ts";
import { passesOf } from "./pass.ts";
import { SCOPE_NAMES, type Scope } from "./scopes.ts";
import { newTokenKey, TOKEN_ALGORITHM_NAMES, type TokenAlgorithmName } from "./token-algorithms.ts";

const GRANT_SECRET = "a-grant-secret-for-tests-of-32-chars";
const now = Date.now() / 1000;
const expiresAt = new Date((now + 3600) * 1000);

/** Each claim that there is, but for when the token holds. */
const CLAIMS: Required<PlaybackClaims> = {
  subject: "series/*",
  maxRung: "720p",
  codecs: ["h264", "h265"],
  window: [30.5, 60],
  countries: ["DE", "AT"],
  ip: ["203.0.113.0/24", "2001:db8::/48"],
  transformations: ["branded"],
  encodeSeconds: 60,
  newVariants: 3,
};

/** A key as the service makes it: its signing half as the keys API answers it, and its other half in the ring. */
async function keyFor(alg: TokenAlgorithmName): Promise<{ readonly key: SigningKey; readonly ring: JWK }> {
  const { signing, verifying } = await newTokenKey(`kid-${alg}`, alg);
  return { key: JSON.parse(JSON.stringify(signing)) as SigningKey, ring: verifying };
}

describe.each(TOKEN_ALGORITHM_NAMES)("what the SDK makes with a key that the service has made: %s", (alg) => {
  it("holds every claim there is, and the service reads each as it was meant", async () => {
    const { key, ring } = await keyFor(alg);
    const token = await playbackToken({ cloud: "demo", key, expiresAt, id: "one", ...CLAIMS });
    const verified = await keyringOf(fixedKeys([ring])).verify(token, { audience: "demo", now });
    const claims = readClaims(verified?.claims ?? {});
    expect(verified?.claims.jti).toBe("one");
    expect(Object.keys(claims ?? {}).sort()).toEqual([...CLAIM_NAMES].sort());
    expect(claims).toMatchObject({
      ...{ sub: "series/*", max_rung: 720, codecs: ["h264", "h265"], countries: ["DE", "AT"] },
      ...{ window: { from: rational(61, 2), to: rational(60) }, transformations: ["branded"] },
      ...{ encode_seconds: 60, new_variants: 3 },
    });
    expect(claims?.ip).toHaveLength(2);
  });

  it("opens what it is for", async () => {
    const { key, ring } = await keyFor(alg);
    const access = deliveryAccess({
      ...{ apiSecret: "secret", grantSecret: GRANT_SECRET, digest, authTokenKey: undefined },
      ...{ playback: keyringOf(fixedKeys([ring])), passes: passesOf(GRANT_SECRET) },
    });
    const token = await playbackToken({ cloud: "demo", key, expiresAt, subject: "film", notBefore: new Date() });
    const url = parseDeliveryUrl("/demo/video/authenticated/film.m3u8");
    const grant = await access.checkDelivery(url, { token }, { original: false, now });
    expect(grant).toMatchObject({ token, isPrivate: true });
  });

  it("lets administrators in, to what its scopes name", async () => {
    const { key, ring } = await keyFor(alg);
    const admin = adminAccess({
      ...{ cloud: "demo", apiKey: "key", apiSecret: "secret", admin: keyringOf(fixedKeys([ring])) },
    });
    // Of the same names on both sides, or this does not compile.
    const all: readonly AdminScope[] = SCOPE_NAMES satisfies readonly AdminScope[];
    const check = async (scopes: readonly AdminScope[], scope: Scope) => {
      const authorization = `Bearer ${await adminToken({ cloud: "demo", key, expiresAt, scopes })}`;
      return admin.check(new Request("https://edge.example/", { headers: { authorization } }), "demo", scope, now);
    };
    for (const scope of all) {
      await check([scope], scope satisfies Scope);
      await expect(
        check(
          all.filter((other) => other !== scope),
          scope,
        ),
      ).rejects.toMatchObject({ code: "forbidden" });
    }
  });
});
