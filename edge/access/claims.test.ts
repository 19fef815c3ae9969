import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FilmSpan } from "#media";
import { parseTransformation, rational } from "#transformation";
import { boundsOf } from "./bounds.ts";
import {
  CLAIM_NAMES,
  CLAIMS,
  type Deliverable,
  type ReadClaims,
  readClaims,
  refusingClaim,
  type Viewer,
} from "./claims.ts";
import { SCOPES } from "./scopes.ts";

const MANY = (entry: unknown) => Array.from({ length: 65 }, () => entry);

const span = (from: number, to: number): FilmSpan => ({ frameRate: rational(25), from: from * 25, to: to * 25 });

describe("a claim in a form that is not its own makes the whole token worthless", () => {
  const LISTS = [null, "", "DE", 7, true, {}, [], [7], [null], [["DE"]], ["DE", 7]];
  const NUMBERS = [null, "", "30", true, {}, [], [30], -1, 1e12, Number.NaN, Number.POSITIVE_INFINITY];
  const MALFORMED: Readonly<Record<string, readonly unknown[]>> = {
    sub: [null, 7, true, {}, [], ["film"]],
    countries: [...LISTS, ["de"], ["DEU"], ["D1"], ["DE "], MANY("DE")],
    ip: [...LISTS, ["203.0.113.300"], ["203.0.113.0/33"], ["203.0.113.1/24"], ["2001:db8::/129"], ["x"], ["1.2.3"]],
    transformations: [...LISTS, [""], ["a/b"], ["t_a,w_10"], ["*"], ["-"], ["a".repeat(65)], MANY("a")],
    max_rung: [null, "", "p", "720", "720P", "720p ", "0p", "-720p", 0, -1, 720.5, 9000, "9000p", true, [], [720], {}],
    codecs: [...LISTS, [""], ["H264"], ["h.264"], ["h264,av1"], MANY("av1")],
    window: [null, "", 30, {}, [], [30], [30, 60, 90], ["30", "60"], [60, 30], [30, 30], [-1, 5], [0, 1e21]],
    encode_seconds: NUMBERS,
    new_variants: NUMBERS,
  };

  it.each(CLAIM_NAMES)("%s", (name) => {
    expect(MALFORMED[name]?.length).toBeGreaterThan(5);
    for (const value of MALFORMED[name] ?? [])
      expect(readClaims({ sub: "*", [name]: value }), JSON.stringify(value)).toBeUndefined();
  });

  it("but claims that are not ours are nobody's business", () => {
    expect(readClaims({ sub: "film", exp: 1, name: "Ada", roles: [{}] })).toEqual({ sub: "film" });
  });
});

describe("what is claimed of the viewer", () => {
  const refusing = (payload: Record<string, unknown>, viewer: Partial<Viewer>) =>
    refusingClaim(readClaims({ sub: "*", ...payload }) ?? {}, "viewer", {
      ...{ publicId: "series/film", ip: "203.0.113.9", country: "DE" },
      ...viewer,
    });

  it.each<[Record<string, unknown>, Partial<Viewer>, string | undefined]>([
    [{ countries: ["DE", "AT"] }, {}, undefined],
    [{ countries: ["AT"] }, {}, "countries"],
    [{ countries: ["DE"] }, { country: undefined }, "countries"],
    // As Cloudflare names who comes by Tor.
    [{ countries: ["DE"] }, { country: "T1" }, "countries"],
    [{ ip: ["203.0.113.0/24"] }, {}, undefined],
    [{ ip: ["203.0.113.9"] }, {}, undefined],
    [{ ip: ["203.0.113.8"] }, {}, "ip"],
    [{ ip: ["203.0.114.0/24", "2001:db8::/48"] }, {}, "ip"],
    [{ ip: ["203.0.114.0/24", "2001:db8::/48"] }, { ip: "2001:db8:0:ffff::1" }, undefined],
    [{ ip: ["2001:db8::/48"] }, { ip: "2001:db8:1::1" }, "ip"],
    [{ ip: ["203.0.113.0/24"] }, { ip: "::ffff:203.0.113.9" }, undefined],
    [{ ip: ["::ffff:203.0.113.0/120"] }, {}, undefined],
    [{ ip: ["0.0.0.0/0"] }, { ip: "2001:db8::1" }, "ip"],
    [{ ip: ["0.0.0.0/0", "::/0"] }, { ip: undefined }, "ip"],
    [{ ip: ["0.0.0.0/0", "::/0"] }, { ip: "unknown" }, "ip"],
    [{ sub: "series/film" }, {}, undefined],
    [{ sub: "series/*" }, {}, undefined],
    [{ sub: "series/" }, {}, "sub"],
    [{ sub: "" }, {}, "sub"],
    [{ sub: "*/film" }, {}, "sub"],
    [{ sub: "series/FILM" }, {}, "sub"],
  ])("%j of %j is refused by %s", (payload, viewer, claim) => {
    expect(refusing(payload, viewer)).toBe(claim);
  });
});

describe("what is claimed of the delivery", () => {
  const boundsFor = (payload: Record<string, unknown>) => boundsOf(readClaims(payload) as ReadClaims);
  const chain = (text: string): Deliverable => ({ chain: parseTransformation(text) });

  it.each<[Record<string, unknown>, Deliverable, boolean]>([
    [{ max_rung: "720p" }, { size: { width: 1280, height: 720 } }, true],
    [{ max_rung: "720p" }, { size: { width: 720, height: 1280 } }, true],
    [{ max_rung: 720 }, { size: { width: 1282, height: 720 } }, false],
    [{ max_rung: 720 }, { size: { width: 1280, height: 722 } }, false],
    [{ codecs: ["h264"] }, { codec: "h264" }, true],
    [{ codecs: ["h264"] }, { codec: "av1" }, false],
    [{ codecs: ["h264"] }, {}, true],
    [{ window: [30, 60] }, { spans: [span(30, 60)] }, true],
    [{ window: [30, 60] }, { spans: [span(29, 60)] }, false],
    [{ window: [30, 60] }, { spans: [span(40, 50), span(10, 20)] }, false],
    [{ window: [30, 60] }, { spans: "whole" }, false],
    [{ window: [0.5, 1.25] }, { spans: [span(1, 1.2)] }, true],
    [{ transformations: ["small"] }, chain("t_small"), true],
    [{ transformations: ["small"] }, chain("t_small/sp_auto/q_auto"), true],
    [{ transformations: ["small"] }, chain("t_large"), false],
    [{ transformations: ["small"] }, chain("t_small/w_100"), false],
    [{ transformations: ["small"] }, chain("sp_auto"), false],
    [{ transformations: ["small"] }, chain("t_small/t_large"), false],
    [{ transformations: ["small"] }, chain("t_small/l_logo/fl_layer_apply"), false],
    [{ transformations: ["small"] }, chain("if_w_gt_100/t_small/if_end"), false],
  ])("%j leaves %j: %s", (payload, deliverable, isLeft) => {
    expect(boundsFor(payload).allows(deliverable)).toBe(isLeft);
    if (isLeft) boundsFor(payload).check(deliverable);
    else expect(() => boundsFor(payload).check(deliverable)).toThrow(`see its claim ${Object.keys(payload)[0]}`);
  });

  it("has one spelling for the same bounds, and another for any other", () => {
    const spelled = (payload: Record<string, unknown>) => boundsFor(payload).spelled;
    expect(spelled({ sub: "a", ip: ["1.2.3.4"], encode_seconds: 5 })).toBeUndefined();
    expect(spelled({ sub: "a", max_rung: "720p", codecs: ["av1"] })).toBe(
      spelled({ codecs: ["av1"], sub: "b", max_rung: 720 }),
    );
    const others = [{ max_rung: 720 }, { max_rung: 480 }, { window: [0, 1] }, { window: [0, 2] }, { codecs: ["av1"] }];
    expect(new Set(others.map(spelled)).size).toBe(others.length);
  });
});

describe("docs/access.md", () => {
  const lines = readFileSync("docs/access.md", "utf8").split("\n");

  it("says of every claim and every scope what their tables say", () => {
    const claims = CLAIM_NAMES.map((name) => `| \`${name}\` | ${CLAIMS[name].takes} | ${CLAIMS[name].bounds} |`);
    const scopes = Object.entries(SCOPES).map(([name, opens]) => `| \`${name}\` | ${opens} |`);
    for (const line of [...claims, ...scopes]) expect(lines).toContain(line);
  });
});
