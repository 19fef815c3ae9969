/**
 * Reads what players tell (CMCD) from a request's query or headers, or from a beacon. Pure, lenient and bounded: unknown
 * keys and malformed values are passed over, and nothing but a beacon of which no line can be read is a Problem.
 */

import { Problem } from "#transformation";
import { type CmcdKeyName, type CmcdNumber, type CmcdReport, cmcdKey, isCmcdKey } from "./cmcd-keys.ts";
import { type BareItem, type Item, type Member, readDictionary } from "./structured-field.ts";

export type { CmcdReport } from "./cmcd-keys.ts";

/** Reports of players have some hundred characters. */
const MAX_REPORT_CHARACTERS = 4096;
const MAX_TEXT_CHARACTERS = 2048;
const MAX_LIST_ITEMS = 32;
/** Lines of a beacon that are read; players gather a few. */
export const MAX_REPORTS = 100;

const HEADERS = ["cmcd-object", "cmcd-request", "cmcd-session", "cmcd-status"];
const QUERY = "CMCD";

const itemsOf = (member: Member): readonly Item[] => (Array.isArray(member) ? member : [member as Item]);

/** Version 2 writes what a number is of as a bare parameter, `5200;v`. */
function numberOf({ value, parameters }: Item, max: number): CmcdNumber | undefined {
  if (typeof value !== "number" || !(value >= 0) || value > max) return undefined;
  const [of] = parameters.keys();
  return of === undefined ? { value } : { value, of };
}

/** Well-formed, for addresses are made of it: JSON can spell half a character. */
const textOf = (value: BareItem): string | undefined =>
  typeof value === "boolean" || value === "" ? undefined : String(value).slice(0, MAX_TEXT_CHARACTERS).toWellFormed();

const present = <T>(value: T | undefined): value is T => value !== undefined;

/** The value of a key, or undefined where it is none of its type. */
function readValue(name: CmcdKeyName, member: Member): CmcdReport[CmcdKeyName] {
  const { type, max = Number.MAX_SAFE_INTEGER } = cmcdKey(name);
  const items = itemsOf(member).slice(0, MAX_LIST_ITEMS);
  const [first] = items;
  if (!first) return undefined;
  switch (type) {
    case "number":
      return numberOf(first, max)?.value;
    case "numbers": {
      const numbers = items.map((item) => numberOf(item, max)).filter(present);
      return numbers.length > 0 ? numbers : undefined;
    }
    case "boolean":
      return typeof first.value === "boolean" ? first.value : undefined;
    case "strings": {
      const texts = items.map(({ value }) => textOf(value)).filter(present);
      return texts.length > 0 ? texts : undefined;
    }
    default:
      return textOf(first.value);
  }
}

function reportOf(members: Iterable<readonly [string, Member]>): CmcdReport | undefined {
  const entries = [...members].flatMap(([name, member]) => {
    const value = isCmcdKey(name) ? readValue(name, member) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return entries.length > 0 ? (Object.fromEntries(entries) as CmcdReport) : undefined;
}

/** Some players encode twice: then no comma and no sign of equality is left. */
function decodedAgain(text: string): string {
  if (/[=,]/.test(text) || !/%(?:3D|2C)/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A report as it stands in a query, in headers or in a line of a beacon; undefined where it tells nothing. */
export const readCmcd = (text: string): CmcdReport | undefined =>
  text.length > MAX_REPORT_CHARACTERS ? undefined : reportOf(readDictionary(decodedAgain(text)));

/** What a player tells with its request; looks at nothing but names where it tells nothing. */
export function cmcdOf(request: Request): CmcdReport | undefined {
  const { url, headers } = request;
  if (url.includes(`${QUERY}=`)) {
    const text = new URL(url).searchParams.get(QUERY);
    if (text) return readCmcd(text);
  }
  const shards = HEADERS.map((name) => headers.get(name)).filter((shard) => shard !== null);
  return shards.length > 0 ? readCmcd(shards.join(",")) : undefined;
}

/** JSON, which version 1 allows: `{"br": 3200, "bs": true}`. */
function fromJson(value: unknown): CmcdReport | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const item = (of: unknown): Item | undefined =>
    typeof of === "string" || typeof of === "number" || typeof of === "boolean"
      ? { value: of, parameters: new Map() }
      : undefined;
  const members = Object.entries(value).flatMap(([name, of]) => {
    const member = Array.isArray(of) ? of.map(item).filter(present) : item(of);
    return member === undefined ? [] : [[name, member] as const];
  });
  return reportOf(members);
}

function fromJsonText(text: string): readonly CmcdReport[] {
  try {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).map(fromJson).filter(present);
  } catch {
    return [];
  }
}

/**
 * The reports of a beacon, one a line (CTA-5004-B, event mode), or JSON: a line, an object or an array.
 * @throws Problem `invalid-report` where no line can be read
 */
export function readBeacon(body: string): readonly CmcdReport[] {
  const isJson = /^\s*[[{]/.test(body);
  const whole = isJson ? fromJsonText(body) : [];
  const lines = body.split(/\r?\n/).filter((line) => line.trim() !== "");
  const reports =
    whole.length > 0
      ? whole
      : lines
          .slice(0, MAX_REPORTS)
          .flatMap((line) => (/^\s*\{/.test(line) ? fromJsonText(line) : [readCmcd(line)].filter(present)));
  if (reports.length > 0) return reports.slice(0, MAX_REPORTS);
  throw new Problem("invalid-report", "The body holds no report: CMCD of version 1 or 2, one report a line.");
}
