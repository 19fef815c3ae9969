/**
 * Reads dictionaries of structured fields (RFC 9651) leniently: what CMCD is written in. Players write them by hand:
 * whatever is no value is passed over up to the next comma, and the rest is read. It never throws.
 */

export type BareItem = string | number | boolean;

/** A value with the names of its parameters; `550;v` is the number 550 with `v`. */
export interface Item {
  readonly value: BareItem;
  readonly parameters: ReadonlyMap<string, BareItem>;
}

/** One item, or those of an inner list. */
export type Member = Item | readonly Item[];

const SPACE = /[ \t]*/y;
const KEY = /[a-z*][a-z0-9_.*-]*/y;
const STRING = /"((?:[^"\\]|\\[\s\S])*)"/y;
/** Tokens, numbers and booleans; and version 1's strings where a player has left out the quotes. */
const BARE = /[^\s",;()]+/y;
/** To the comma that ends a member, or to the end: over strings, whose commas end nothing. Linear, whatever stands there. */
const REST = /(?:[^",]|"(?:[^"\\]|\\[\s\S]?)*(?:"|$))*/y;

/** A place in a text, and what is read from there. */
class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found ?? undefined;
  }

  /** Takes a character if it comes next. */
  takes(character: string): boolean {
    const isNext = this.#text[this.#at] === character;
    if (isNext) this.#at++;
    return isNext;
  }
}

function bareItem(cursor: Cursor): BareItem | undefined {
  const quoted = cursor.take(STRING)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\([\s\S])/g, "$1");
  const bare = cursor.take(BARE)?.[0];
  if (bare === undefined) return undefined;
  if (bare === "?1" || bare === "?0") return bare === "?1";
  return /^-?\d{1,15}(?:\.\d+)?$/.test(bare) ? Number(bare) : bare;
}

function parametersOf(cursor: Cursor): ReadonlyMap<string, BareItem> {
  const parameters = new Map<string, BareItem>();
  while (cursor.takes(";")) {
    cursor.take(SPACE);
    const name = cursor.take(KEY)?.[0];
    if (name === undefined) break;
    const value = cursor.takes("=") ? bareItem(cursor) : true;
    if (value !== undefined) parameters.set(name, value);
  }
  return parameters;
}

function itemOf(cursor: Cursor): Item | undefined {
  const value = bareItem(cursor);
  return value === undefined ? undefined : { value, parameters: parametersOf(cursor) };
}

function innerList(cursor: Cursor): readonly Item[] {
  const items: Item[] = [];
  for (;;) {
    cursor.take(SPACE);
    const item = itemOf(cursor);
    if (!item) break;
    items.push(item);
  }
  cursor.takes(")");
  parametersOf(cursor);
  return items;
}

function memberOf(cursor: Cursor): Member | undefined {
  if (cursor.takes("=")) return cursor.takes("(") ? innerList(cursor) : itemOf(cursor);
  return { value: true, parameters: parametersOf(cursor) };
}

/** Members by key; of a key that comes twice the last one holds, as in RFC 9651. */
export function readDictionary(text: string): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  const cursor = new Cursor(text);
  while (!cursor.isAtEnd) {
    cursor.take(SPACE);
    const key = cursor.take(KEY)?.[0];
    const member = key === undefined ? undefined : memberOf(cursor);
    cursor.take(SPACE);
    const rest = cursor.take(REST)?.[0] ?? "";
    if (key !== undefined && member !== undefined && rest === "") members.set(key, member);
    cursor.takes(",");
  }
  return members;
}
