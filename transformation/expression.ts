/** Arithmetic and comparisons of the URL language, read and spelled: `iw_div_2_sub_10`, `w_gt_500_and_ar_lt_1.0`. */

import { entryOf } from "./entry-of.ts";
import { parseRational, type Rational, toDecimal } from "./rational.ts";
import { ratioOf } from "./values.ts";

/** What a chain may ask of its source and of the picture so far; the aliases are the SDKs' long names. */
const FACT_NAMES = "w h ar iw ih iar tar du idu fc pc cp px py ils tags ctx current".split(" ");

const LONG_NAMES: Readonly<Record<string, string>> = {
  initial_aspect_ratio: "iar",
  trimmed_aspect_ratio: "tar",
  initial_duration: "idu",
  initial_height: "ih",
  initial_width: "iw",
  illustration_score: "ils",
  aspect_ratio: "ar",
  current_page: "cp",
  face_count: "fc",
  page_count: "pc",
  page_x: "px",
  page_y: "py",
  duration: "du",
  height: "h",
  width: "w",
};

const ARITHMETIC = ["add", "sub", "mul", "div", "mod", "pow"] as const;
const COMPARISONS = ["eq", "ne", "lt", "gt", "lte", "gte", "in", "nin"] as const;
export type Arithmetic = (typeof ARITHMETIC)[number];
export type Comparison = (typeof COMPARISONS)[number];

/** A number, a fact, a variable, a string, or what is kept beside the asset. */
export type Operand =
  | { readonly kind: "number"; readonly number: Rational }
  | { readonly kind: "fact"; readonly name: string }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "lookup"; readonly from: "ctx" | "md" | "ref"; readonly name: string };

/** Operands joined from left to right: the language knows no precedence and no parentheses. */
export interface Arithmetics {
  readonly first: Operand;
  readonly rest: readonly { readonly operator: Arithmetic; readonly operand: Operand }[];
  /** `_to_i`, `_to_f` behind it. */
  readonly to?: "i" | "f";
}

export interface Comparing {
  readonly left: Arithmetics;
  readonly operator?: Comparison;
  readonly right?: Arithmetics;
}

/** Alternatives of conjunctions: `and` binds more tightly than `or`. */
export type Condition = readonly (readonly Comparing[])[];

/** Tokens between underscores; what stands between exclamation marks is one, whatever it holds. */
function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === "!") quoted = !quoted;
    if (at < text.length && (text[at] !== "_" || quoted)) continue;
    tokens.push(text.slice(from, at));
    from = at + 1;
  }
  return quoted || tokens.includes("") ? undefined : tokens;
}

const NUMBER = /^-?\d{1,9}(\.\d{1,6})?$/;

function operandFrom(token: string): Operand | undefined {
  if (NUMBER.test(token)) return { kind: "number", number: parseRational(token) as Rational };
  const ratio = ratioOf(token);
  if (ratio) return { kind: "number", number: ratio };
  if (/^\$[A-Za-z][A-Za-z0-9]*$/.test(token)) return { kind: "variable", name: token.slice(1) };
  const [, from, text] = /^(?:(ctx|md|ref):)?!([^!]*)!$/.exec(token) ?? [];
  if (from !== undefined) return { kind: "lookup", from: from as "ctx", name: text ?? "" };
  if (text !== undefined) return { kind: "string", text };
  return FACT_NAMES.includes(token) ? { kind: "fact", name: token } : undefined;
}

/** Reads tokens one after the other. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** The next token, where it is one of these words. */
  word<const T extends string>(words: readonly T[]): T | undefined {
    const found = words.find((word) => word === this.#tokens[this.#at]);
    if (found !== undefined) this.#at++;
    return found;
  }

  operand(): Operand | undefined {
    for (const length of [3, 2]) {
      const name = entryOf(LONG_NAMES, this.#tokens.slice(this.#at, this.#at + length).join("_"));
      if (name !== undefined) {
        this.#at += length;
        return { kind: "fact", name };
      }
    }
    const token = this.#tokens[this.#at++] ?? "";
    return operandFrom(entryOf(LONG_NAMES, token) ?? token);
  }

  arithmetics(): Arithmetics | undefined {
    const first = this.operand();
    if (!first) return undefined;
    const rest: { operator: Arithmetic; operand: Operand }[] = [];
    for (let operator = this.word(ARITHMETIC); operator; operator = this.word(ARITHMETIC)) {
      const operand = this.operand();
      if (!operand) return undefined;
      rest.push({ operator, operand });
    }
    if (!this.word(["to"])) return { first, rest };
    const to = this.word(["i", "f"]);
    return to && { first, rest, to };
  }

  comparing(): Comparing | undefined {
    const left = this.arithmetics();
    const operator = left && this.word(COMPARISONS);
    if (!left || !operator) return left && { left };
    const right = this.arithmetics();
    return right && { left, operator, right };
  }
}

/** Reads `iw_mul_0.5`; undefined for what is no expression. */
export function parseArithmetics(text: string): Arithmetics | undefined {
  const tokens = tokensOf(text);
  const reader = tokens && new Reader(tokens);
  const read = reader?.arithmetics();
  return reader?.ended ? read : undefined;
}

/** Reads what stands behind `if_`; undefined for what is no condition. */
export function parseCondition(text: string): Condition | undefined {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const reader = new Reader(tokens);
  const alternatives: Comparing[][] = [[]];
  for (;;) {
    const comparing = reader.comparing();
    if (!comparing) return undefined;
    alternatives.at(-1)?.push(comparing);
    if (reader.ended) return alternatives;
    const joined = reader.word(["and", "or"]);
    if (!joined) return undefined;
    if (joined === "or") alternatives.push([]);
  }
}

/** As a decimal where that is exact, else as the ratio that it is. */
function spellNumber(number: Rational): string {
  const decimal = toDecimal(number);
  return parseRational(decimal)?.den === number.den ? decimal : `${number.num}:${number.den}`;
}

export function formatOperand(operand: Operand): string {
  switch (operand.kind) {
    case "number":
      return spellNumber(operand.number);
    case "fact":
      return operand.name;
    case "variable":
      return `$${operand.name}`;
    case "string":
      return `!${operand.text}!`;
    case "lookup":
      return `${operand.from}:!${operand.name}!`;
  }
}

export const formatArithmetics = ({ first, rest, to }: Arithmetics): string =>
  [
    formatOperand(first),
    ...rest.map(({ operator, operand }) => `${operator}_${formatOperand(operand)}`),
    ...(to ? [`to_${to}`] : []),
  ].join("_");

const formatComparing = ({ left, operator, right }: Comparing): string =>
  operator && right ? `${formatArithmetics(left)}_${operator}_${formatArithmetics(right)}` : formatArithmetics(left);

export const formatCondition = (condition: Condition): string =>
  condition.map((all) => all.map(formatComparing).join("_and_")).join("_or_");
