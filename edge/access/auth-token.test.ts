import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { v2 as cloudinary } from "cloudinary";
import { describe, expect, it } from "vitest";
import { authTokenMessages, Problem, parseAuthToken, parseDeliveryUrl } from "#transformation";
import { deliveryAccess } from "./delivery-access.ts";
import { digest, hmacOf } from "./hash.ts";
import { fixedKeys } from "./key-sources.ts";
import { keyringOf } from "./keyring.ts";
import { passesOf } from "./pass.ts";

const KEY = "00112233FF99";
const NOW = 1_800_000_000;
const PATH = "/demo/video/authenticated/w_300/series/film.mp4";

const SETTINGS = {
  apiSecret: "a-secret",
  grantSecret: "a-grant-secret-for-tests-of-32-chars",
  playback: keyringOf(fixedKeys([])),
  passes: passesOf("a-grant-secret-for-tests-of-32-chars"),
  digest,
};

const access = deliveryAccess({ ...SETTINGS, authTokenKey: KEY });

type TokenOptions = Parameters<typeof cloudinary.utils.generate_auth_token>[0];

/** The value of a token as Cloudinary's SDK makes it. */
const tokenOf = (options: Partial<TokenOptions> & { url?: string; ip?: string }): string =>
  cloudinary.utils.generate_auth_token({ key: KEY, ...options } as TokenOptions).replace(/^__cld_token__=/, "");

const outcomeOf = (authToken: string, { path = PATH, ip }: { path?: string; ip?: string } = {}): Promise<string> =>
  access
    .checkDelivery(parseDeliveryUrl(path), { token: undefined, authToken, path, ip }, { original: false, now: NOW })
    .then(
      ({ token }) => (token === undefined ? "open" : "granted"),
      (error: unknown) => (error instanceof Problem ? error.code : String(error)),
    );

const LATER = { start_time: NOW - 60, expiration: NOW + 60 };

describe("Cloudinary's own token", () => {
  it.each([
    ["everything", { ...LATER, acl: "/*" }],
    ["a folder", { ...LATER, acl: "/demo/video/authenticated/*/series/*" }],
    ["a folder of a private CDN, without the cloud", { ...LATER, acl: "/video/authenticated/*" }],
    ["one of several patterns", { ...LATER, acl: ["/image/*", "/demo/video/*"] }],
    ["a character that may be any", { ...LATER, acl: "/demo/video/authenticated/w_30?/*" }],
    ["the one path", { ...LATER, url: PATH }],
    ["the one path of a private CDN", { ...LATER, url: PATH.replace("/demo", "") }],
    ["a start at zero", { start_time: 0, expiration: NOW + 60, acl: "/*" }],
  ])("opens %s, and what it has opened goes on with a grant", async (_, options) => {
    expect(await outcomeOf(tokenOf(options as never))).toBe("granted");
  });

  it.each([
    ["another folder", { ...LATER, acl: "/demo/video/authenticated/*/other/*" }],
    ["another path", { ...LATER, url: PATH.replace("film", "films") }],
    ["the beginning of a path", { ...LATER, acl: "/demo/video" }],
    ["yesterday", { start_time: NOW - 120, expiration: NOW - 60, acl: "/*" }],
    ["tomorrow", { start_time: NOW + 60, expiration: NOW + 120, acl: "/*" }],
    ["another key", { ...LATER, acl: "/*", key: "AABBCCDDEEFF" }],
  ])("does not open with one for %s", async (_, options) => {
    expect(await outcomeOf(tokenOf(options as never))).toBe("forbidden");
  });

  it("is bound to the address that it names", async () => {
    const token = tokenOf({ ...LATER, acl: "/*", ip: "203.0.113.9" });
    expect(await outcomeOf(token, { ip: "203.0.113.9" })).toBe("granted");
    expect(await outcomeOf(token, { ip: "203.0.113.8" })).toBe("forbidden");
    expect(await outcomeOf(token)).toBe("forbidden");
  });

  it("is refused with any one of its characters changed, left out or doubled", async () => {
    const token = tokenOf({ ...LATER, acl: "/demo/*" });
    expect(await outcomeOf(token)).toBe("granted");
    for (let at = 0; at < token.length; at++) {
      const [before, character = "", after] = [token.slice(0, at), token[at], token.slice(at + 1)];
      for (const other of [character === "1" ? "2" : "1", "", character + character, character.toUpperCase()])
        if (other !== character)
          expect(await outcomeOf(before + other + after), before + other + after).toBe("forbidden");
    }
  });

  it("opens nothing where the cloud has no key for it", async () => {
    const closed = deliveryAccess({ ...SETTINGS, authTokenKey: undefined });
    const credentials = { token: undefined, authToken: tokenOf({ ...LATER, acl: "/*" }), path: PATH };
    await expect(
      closed.checkDelivery(parseDeliveryUrl(PATH), credentials, { original: false, now: NOW }),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

const FILE = join(process.env["EDGEREEL_VECTORS"] ?? "../shared/vectors", "delivery-urls.json");

interface TokenVector {
  readonly kind: string;
  readonly url: string;
  readonly input: {
    readonly key?: string;
    readonly url?: string;
    readonly options?: { readonly auth_token: { readonly key: string } };
  };
}

describe.skipIf(!existsSync(FILE))(`the tokens in ${FILE} (skipped without it; EDGEREEL_VECTORS names it)`, () => {
  it("verify, one and all whose key is known", async () => {
    const { entries } = JSON.parse(readFileSync(FILE, "utf8")) as { entries: readonly TokenVector[] };
    let verified = 0;
    for (const { kind, url, input } of entries.filter((entry) => entry.kind.startsWith("auth_token"))) {
      const key = input.key ?? input.options?.auth_token.key;
      const [address = "", value = ""] = url.split(/__\w+_token__=/);
      const token = parseAuthToken(value);
      expect(token, url).toBeDefined();
      if (key === undefined || !token) continue;
      const path = kind === "auth_token_url" ? new URL(address).pathname : (input.url ?? "");
      const expected = await Promise.all(authTokenMessages(token, [path]).map((text) => hmacOf(key, text)));
      expect(expected, url).toContain(token.hmac);
      verified++;
    }
    expect(verified).toBeGreaterThan(8);
  });
});
