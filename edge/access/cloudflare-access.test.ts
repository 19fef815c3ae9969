import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Problem } from "#transformation";
import { newKey, type TestKey } from "../testing/tokens.ts";
import { type AdminAccess, adminAccess } from "./admin-access.ts";
import { cloudflareAccess } from "./cloudflare-access.ts";
import { fixedKeys } from "./key-sources.ts";
import { keyringOf } from "./keyring.ts";
import type { Scope } from "./scopes.ts";

const NOW = 1_800_000_000;
const AUDIENCE = "f".repeat(64);

/** What the team's address answers with, as Cloudflare spells it. */
let certificates: () => { status: number; body: unknown };
let fetched: string[];
let server: Server;
let team: string;
let [own, young, stranger, elliptic]: TestKey[] = [];

beforeAll(async () => {
  [own, young, stranger, elliptic] = [
    ...[await newKey("RS256", "old"), await newKey("RS256", "young")],
    ...[await newKey("RS256", "old"), await newKey("ES256", "elliptic")],
  ];
  server = createServer((request, response) => {
    fetched.push(request.url ?? "");
    const { status, body } = certificates();
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  team = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const publish = (...keys: readonly (TestKey | undefined)[]): void => {
  certificates = () => ({ status: 200, body: { keys: keys.map((key) => key?.jwk), public_certs: [] } });
};

let admin: AdminAccess;

beforeEach(() => {
  fetched = [];
  publish(own, elliptic);
  admin = adminFor(["names:read", "keys:read"]);
});

/** The admin's doors behind a team's application, as a new isolate has them. */
const adminFor = (scopes: readonly Scope[]): AdminAccess =>
  adminAccess({
    ...{ cloud: "demo", apiKey: "key", apiSecret: "secret", admin: keyringOf(fixedKeys([])) },
    front: cloudflareAccess({ teamDomain: team, audience: AUDIENCE, scopes }),
  });

interface Signing {
  readonly key?: TestKey | undefined;
  readonly header?: Record<string, unknown>;
}

/** An assertion as Access makes it, but for what the claims say; undefined takes one away. */
function assertion(claims: Record<string, unknown> = {}, { key = own, header = {} }: Signing = {}): Promise<string> {
  const all = {
    ...{ aud: [AUDIENCE], iss: team, sub: "7335d417", email: "ada@example.com", type: "app", country: "DE" },
    ...{ iat: NOW - 60, nbf: NOW - 60, exp: NOW + 3600, ...claims },
  };
  const stated = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const { alg, kid, signing } = key as TestKey;
  return new SignJWT(stated as JWTPayload).setProtectedHeader({ alg, kid, ...header }).sign(signing);
}

const outcomeOf = (headers: Record<string, string>, { method = "GET", scope = "keys:read" as Scope } = {}) =>
  admin.check(new Request("https://edge.example/v1/demo/keys", { headers, method }), "demo", scope, NOW).then(
    () => "open",
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

const withAssertion = async (...made: Parameters<typeof assertion>): Promise<string> =>
  outcomeOf({ "cf-access-jwt-assertion": await assertion(...made) });

describe("whoever Cloudflare Access has let in", () => {
  it("may do what the application's scopes say, and nothing else", async () => {
    const headers = { "cf-access-jwt-assertion": await assertion() };
    expect(await outcomeOf(headers)).toBe("open");
    expect(await outcomeOf(headers, { scope: "names:read" })).toBe("open");
    expect(await outcomeOf(headers, { scope: "keys:write" })).toBe("forbidden");
  });

  it.each<[string, Record<string, unknown>, Signing?]>([
    ["is for another application", { aud: ["e".repeat(64)] }],
    ["is for none", { aud: undefined }],
    ["is another team's", { iss: "https://other.cloudflareaccess.com" }],
    ["is nobody's", { iss: undefined }],
    ["has ended", { exp: NOW - 6 }],
    ["never ends", { exp: undefined }],
    ["is not valid yet", { nbf: NOW + 6 }],
    ["is larger than any", { groups: "x".repeat(17_000) }],
    ["names a key that the team has not", {}, { header: { kid: "nobody" } }],
  ])("is sent away where the assertion %s", async (_, claims, signing) => {
    expect(await withAssertion(claims, signing)).toBe("unauthorized");
  });

  it("is sent away where somebody else has signed, or by another algorithm", async () => {
    expect(await withAssertion({}, { key: stranger })).toBe("unauthorized");
    expect(await withAssertion({}, { key: elliptic })).toBe("unauthorized");
    const secret = { ...(own as TestKey), alg: "HS256" as const, signing: new TextEncoder().encode(own?.jwk.n) };
    expect(await withAssertion({}, { key: secret })).toBe("unauthorized");
    const [header, claims, signature] = (await assertion()).split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none", kid: "old" })).toString("base64url");
    for (const forged of [`${none}.${claims}.`, `${none}.${claims}.${signature}`, `${header}.${claims}.`])
      expect(await outcomeOf({ "cf-access-jwt-assertion": forged })).toBe("unauthorized");
  });

  it("is forgiven clocks that are five seconds apart", async () => {
    expect([await withAssertion({ exp: NOW - 4 }), await withAssertion({ nbf: NOW + 4 })]).toEqual(["open", "open"]);
  });

  it("is nobody where the assertion stands elsewhere", async () => {
    const signed = await assertion();
    for (const headers of [{ authorization: `Bearer ${signed}` }, { cookie: `CF_Authorization=${signed}` }, {}])
      expect(await outcomeOf(headers as Record<string, string>)).toBe("unauthorized");
  });

  it("is not taken where a wrong key comes with it", async () => {
    const authorization = `Basic ${btoa("key:wrong")}`;
    expect(await outcomeOf({ authorization, "cf-access-jwt-assertion": await assertion() })).toBe("unauthorized");
  });

  it("changes nothing from a page of somebody else's, which a browser sends the same cookie from", async () => {
    const headers = { "cf-access-jwt-assertion": await assertion() };
    const from = (origin: string, method: string) => outcomeOf({ ...headers, origin }, { method });
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect(await from("https://evil.example", method)).toBe("unauthorized");
      expect(await from("null", method)).toBe("unauthorized");
      expect(await from("https://edge.example", method)).toBe("open");
    }
    expect(await from("https://evil.example", "GET")).toBe("open");
  });
});

describe("the team's keys", () => {
  it("are fetched once, from where Cloudflare keeps them", async () => {
    for (const _ of [1, 2, 3]) expect(await withAssertion()).toBe("open");
    expect(fetched).toEqual(["/cdn-cgi/access/certs"]);
  });

  it("follow each other, both good for a while", async () => {
    publish(own, young);
    expect([await withAssertion(), await withAssertion({}, { key: young })]).toEqual(["open", "open"]);
  });

  it("are our trouble where they cannot be had, not the administrator's", async () => {
    certificates = () => ({ status: 500, body: {} });
    expect(await withAssertion()).toBe("keys-unavailable");
  });

  it("are not asked for again and again by whoever makes up names of keys", async () => {
    for (const kid of ["a", "b", "c"]) expect(await withAssertion({}, { header: { kid } })).toBe("unauthorized");
    expect(fetched).toHaveLength(1);
  });
});
