/**
 * CLAIMS: one entry says everything about one claim of a playback token: what it takes, how it is read, and what it is
 * held against. A token with a claim in any other form opens nothing.
 *
 * Besides these every token has `aud` (the cloud) and `exp`, and may have `nbf` and `jti`, as RFC 7519 defines them.
 */

import type { JWTPayload } from "jose";
import { type FilmSpan, fitsLines, type Size, type TimeWindow, windowHolds } from "#media";
import { compare, parseRational, type Rational, type Transformation } from "#transformation";
import { type IpPrefix, parseAddress, parsePrefix, prefixHolds } from "./ip-prefix.ts";
import { holdsNamesOnly } from "./named-only.ts";

/** Who asks for what, and from where: known of every request. */
export interface Viewer {
  readonly publicId: string;
  readonly ip: string | undefined;
  /** ISO 3166-1 alpha-2, as the network knows it. */
  readonly country: string | undefined;
}

/** What is about to be delivered, as far as it is known where it is asked about: claims are held against what is stated. */
export interface Deliverable {
  /** As the URL spells it. */
  readonly chain?: Transformation;
  readonly size?: Size | undefined;
  /** As `vc_` names it. */
  readonly codec?: string | undefined;
  /** What of the film it shows; `whole` for a file that nobody looks into. */
  readonly spans?: readonly FilmSpan[] | "whole";
}

interface ClaimOf<Value, Held> {
  readonly takes: string;
  readonly bounds: string;
  /** Undefined for whatever is not in the form. */
  readonly read: (value: unknown) => Value | undefined;
  readonly allows: (value: Value, held: Held) => boolean;
}

const ofViewer = <Value>(claim: ClaimOf<Value, Viewer>) => ({ holds: "viewer" as const, ...claim });
const ofDelivery = <Value>(claim: ClaimOf<Value, Deliverable>) => ({ holds: "delivery" as const, ...claim });
/** What may be spent on encodes: the budget itself decides (`edge/budgets/encode-budget.ts`). */
const ofEncodes = <Value>(claim: Omit<ClaimOf<Value, never>, "allows">) => ({ holds: "encodes" as const, ...claim });

/** Lists are short: a token is looked at for every segment. */
const MAX_ENTRIES = 64;

const listOf =
  <T>(read: (text: string) => T | undefined) =>
  (value: unknown): readonly T[] | undefined => {
    if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ENTRIES) return undefined;
    const entries = value.map((entry: unknown) => (typeof entry === "string" ? read(entry) : undefined));
    return entries.every((entry) => entry !== undefined) ? entries : undefined;
  };

const matching =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

/** Exactly, by its decimal spelling: media time is no floating point. */
const seconds = (value: unknown): Rational | undefined =>
  typeof value === "number" && /^\d{1,7}(?:\.\d{1,6})?$/.test(String(value)) ? parseRational(String(value)) : undefined;

function windowFrom(value: unknown): TimeWindow | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [from, to] = value.map(seconds);
  return from && to && compare(from, to) < 0 ? { from, to } : undefined;
}

const MAX_LINES = 8640;

function linesFrom(value: unknown): number | undefined {
  const lines = typeof value === "string" ? Number(/^(\d{1,4})p$/.exec(value)?.[1]) : value;
  return Number.isInteger(lines) && Number(lines) > 0 && Number(lines) <= MAX_LINES ? Number(lines) : undefined;
}

const amount = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 && value <= 1e9 ? value : undefined;

/** `film` covers itself, `series/*` all that is in the folder, `*` everything. */
export function subjectCovers(subject: string, publicId: string): boolean {
  if (subject.endsWith("*")) return publicId.startsWith(subject.slice(0, -1));
  return subject === publicId;
}

export const CLAIMS = {
  sub: ofViewer({
    takes: "a public id, a folder (`series/*`) or `*`",
    bounds: "which videos it opens; required",
    read: (value) => (typeof value === "string" ? value : undefined),
    allows: (subject, { publicId }) => subjectCovers(subject, publicId),
  }),
  countries: ofViewer<readonly string[]>({
    takes: 'a list of two-letter codes (ISO 3166-1): `["DE", "AT"]`',
    bounds: "where the viewer is, as Cloudflare knows it; an unknown country is in no list",
    read: listOf(matching(/^[A-Z]{2}$/)),
    allows: (countries, { country }) => country !== undefined && countries.includes(country),
  }),
  ip: ofViewer<readonly IpPrefix[]>({
    takes: 'a list of addresses and networks (CIDR): `["203.0.113.0/24", "2001:db8::/48"]`',
    bounds: "the viewer's address",
    read: listOf(parsePrefix),
    allows: (prefixes, { ip }) => {
      const address = parseAddress(ip ?? "");
      return address !== undefined && prefixes.some((prefix) => prefixHolds(prefix, address));
    },
  }),
  transformations: ofDelivery<readonly string[]>({
    takes: 'a list of names: `["branded"]`',
    bounds: "the chain: `t_` names of the list, one at least, and nothing else that changes picture or sound",
    read: listOf(matching(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u)),
    allows: (names, { chain }) =>
      chain === undefined || (chain.some(({ kind }) => kind === "named") && holdsNamesOnly(chain, new Set(names))),
  }),
  max_rung: ofDelivery({
    takes: 'a rung (`"720p"`) or its lines (`720`)',
    bounds: "the size of every picture, lying or standing: what 16:9 makes of so many lines",
    read: linesFrom,
    allows: (lines, { size }) => size === undefined || fitsLines(size, lines),
  }),
  codecs: ofDelivery<readonly string[]>({
    takes: 'a list of codecs as `vc_` names them: `["h264", "av1"]`',
    bounds: "what pictures that move are coded in",
    read: listOf(matching(/^[a-z0-9]{2,12}$/)),
    allows: (codecs, { codec }) => codec === undefined || codecs.includes(codec),
  }),
  window: ofDelivery({
    takes: "from and to, in seconds of the film: `[30, 60]`",
    bounds: "which segments are listed and served: those that touch it; files must lie within it",
    read: windowFrom,
    allows: (window, { spans }) => spans === undefined || (spans !== "whole" && windowHolds(window, spans)),
  }),
  encode_seconds: ofEncodes({
    takes: "a number",
    bounds: "seconds of encoding that its viewer may cause in an hour",
    read: amount,
  }),
  new_variants: ofEncodes({
    takes: "a number",
    bounds: "renditions that its viewer may be the first to ask for in an hour",
    read: amount,
  }),
};

export type ClaimName = keyof typeof CLAIMS;

type ValueOf<Name extends ClaimName> = NonNullable<ReturnType<(typeof CLAIMS)[Name]["read"]>>;

/** The claims that a token has, read. */
export type ReadClaims = { readonly [Name in ClaimName]?: ValueOf<Name> };

export const CLAIM_NAMES = Object.keys(CLAIMS) as readonly ClaimName[];

/** The claims of a verified token; undefined where one is not in its form. */
export function readClaims(payload: JWTPayload): ReadClaims | undefined {
  const values: Partial<Record<ClaimName, unknown>> = {};
  for (const name of CLAIM_NAMES) {
    if (payload[name] === undefined) continue;
    values[name] = CLAIMS[name].read(payload[name]);
    if (values[name] === undefined) return undefined;
  }
  return values as ReadClaims;
}

/** The first claim of a kind that does not allow what it is held against. */
export function refusingClaim(claims: ReadClaims, holds: "viewer", held: Viewer): ClaimName | undefined;
export function refusingClaim(claims: ReadClaims, holds: "delivery", held: Deliverable): ClaimName | undefined;
export function refusingClaim(claims: ReadClaims, holds: string, held: Viewer | Deliverable): ClaimName | undefined {
  return CLAIM_NAMES.find((name) => {
    const claim = CLAIMS[name];
    const value = claims[name];
    if (claim.holds !== holds || value === undefined || claim.holds === "encodes") return false;
    return !(claim.allows as (value: unknown, held: Viewer | Deliverable) => boolean)(value, held);
  });
}
