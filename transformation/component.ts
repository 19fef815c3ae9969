/** One component of a URL, between two slashes: split into parameters, read by the table, and spelled again. */

import { type Arithmetics, type Condition, parseArithmetics, parseCondition } from "./expression.ts";
import { type Layer, parseLayer } from "./layer.ts";
import { nearest } from "./nearest.ts";
import { type AnyParameter, type Component, PARAMETER_LIST } from "./parameters/index.ts";
import { LANGUAGE_KEYS, VARIABLE_KEY } from "./parameters/reserved.ts";
import { Problem } from "./problem.ts";
import { type EditStep, editStep, type OpenParameter } from "./step.ts";
import { formatTemplate, parseTemplate, type Template } from "./template.ts";

const BY_KEY = new Map(
  PARAMETER_LIST.flatMap((entry) => [entry.key, ...(entry.aliases ?? [])].map((key) => [key, entry])),
);

const BY_NAME = new Map(PARAMETER_LIST.map((entry) => [entry.name as string, entry]));

/** What a component holds, before the chain is put together. */
export interface ParsedComponent {
  readonly column: number;
  readonly edit: EditStep;
  readonly layer?: { readonly layer: Layer; readonly under: boolean };
  /** `fl_layer_apply` closes a layer. */
  readonly closesLayer: boolean;
  readonly condition?: Condition | "else" | "end";
  readonly variables: readonly { readonly name: string; readonly value: Arithmetics }[];
  readonly names: readonly string[];
}

/** Whether a path segment is a component: its first parameter has a key of the language. */
export function isComponent(segment: string): boolean {
  const key = segment.slice(0, segment.indexOf("_"));
  return segment.includes("_") && (LANGUAGE_KEYS.has(key) || VARIABLE_KEY.test(key));
}

/** What may hold separators: strings stand between exclamation marks, lists in parentheses. */
type Guard = "strings" | "lists";

/** Only where the grammar has strings or lists: a text that says "Hello!" or ":-(" ends at its comma as any other. */
function guardOf(parameter: string): Guard | undefined {
  if (parameter.startsWith("$") || parameter.startsWith("if_")) return "strings";
  return parameter.startsWith("sp_") ? "lists" : undefined;
}

/** Where a part ends that begins at a place. */
function endOf(text: string, from: number, separator: string, guard: Guard | undefined): number {
  let quoted = false;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (guard === "strings" && character === "!") quoted = !quoted;
    if (guard === "lists" && character === "(") depth++;
    if (guard === "lists" && character === ")") depth = Math.max(0, depth - 1);
    if (character === separator && !quoted && depth === 0) return at;
  }
  return text.length;
}

function split(text: string, separator: string, guardAt: (from: number) => Guard | undefined): readonly string[] {
  const parts: string[] = [];
  for (let from = 0; from <= text.length; ) {
    const end = endOf(text, from, separator, guardAt(from));
    parts.push(text.slice(from, end));
    from = end + 1;
  }
  return parts;
}

interface Spelled {
  readonly key: string;
  readonly text: string;
  /** Where the parameter starts, and where its value does. */
  readonly column: number;
  readonly valueColumn: number;
}

/** `e_volume:50` is the parameter `e_volume`, `fl_a.b` are two; all others are named by what stands before the underscore. */
function spelledParameters(segment: string, column: number): readonly Spelled[] {
  let at = column;
  return split(segment, ",", (from) => guardOf(segment.slice(from, from + 3))).flatMap((spelled) => {
    const underscore = spelled.indexOf("_");
    const key = underscore < 0 ? spelled : spelled.slice(0, underscore);
    const [start, valueColumn] = [at, at + key.length + 1];
    const rest = underscore < 0 ? "" : spelled.slice(underscore + 1);
    at += spelled.length + 1;
    if (key === "fl") return flagsIn(rest).map((flag) => familyMember("fl", flag, start));
    return [
      key === "e" && !rest.startsWith("$")
        ? familyMember("e", rest, start)
        : { key, text: rest, column: start, valueColumn },
    ];
  });
}

/** `a.b` are two flags, but for the extension of an attachment's name. */
function flagsIn(text: string): readonly string[] {
  const flags: string[][] = [];
  for (const part of split(text, ".", () => "lists")) {
    const last = flags.at(-1);
    const isExtension = /^(streaming_)?attachment:/.test(last?.[0] ?? "") && !BY_KEY.has(`fl_${part}`);
    if (last && isExtension) last.push(part);
    else flags.push([part]);
  }
  return flags.map((parts) => parts.join("."));
}

function familyMember(family: "e" | "fl", text: string, column: number): Spelled {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const key = `${family}_${name}`;
  return { key, text: colon < 0 ? "" : text.slice(colon + 1), column, valueColumn: column + key.length + 1 };
}

/** How a parameter is spelled: effects and flags hold their name in their key. */
export const spellParameter = (key: string, text: string): string =>
  /^(e|fl)_/.test(key) ? (text === "" ? key : `${key}:${text}`) : `${key}_${text}`;

const invalid = ({ key, text, valueColumn }: Spelled, expected: string, suggestion?: string): Problem =>
  new Problem("invalid-value", `${key} takes ${expected}, not "${text.slice(0, 80)}".`, {
    parameter: key,
    column: valueColumn,
    expected,
    ...(suggestion !== undefined && { nearest: spellParameter(key, suggestion) }),
  });

function unknownParameter({ key, column }: Spelled): Problem {
  const family = /^(e|fl)_/.exec(key)?.[1] ?? key;
  const parameter = key.slice(0, 40);
  const kin = [...BY_KEY.keys()].filter(
    (candidate) => (/^(e|fl)_/.exec(candidate)?.[1] ?? "") === (key.includes("_") ? family : ""),
  );
  const suggestion = nearest(key, kin);
  const facts = { parameter, column, ...(suggestion !== undefined && { nearest: suggestion }) };
  return LANGUAGE_KEYS.has(family) && family === key
    ? new Problem("unsupported-parameter", `The parameter ${parameter} is not supported.`, facts)
    : new Problem("unknown-parameter", `There is no parameter ${parameter}.`, facts);
}

/** Reads one parameter of the table: its value, or the expression that its value will come from. */
export function readParameter(spelled: Spelled): { entry: AnyParameter; value: unknown } | { open: OpenParameter } {
  const { key, text } = spelled;
  const entry = BY_KEY.get(key);
  if (!entry) {
    const open = key === "e" ? parseTemplate(text) : undefined;
    if (open) return { open: { key, template: open } };
    throw unknownParameter(spelled);
  }
  const value = entry.value.parse(text);
  if (value !== undefined) return { entry, value };
  // A flag is there or not: nothing about it is to be calculated.
  const template = entry.key.startsWith("fl_") ? undefined : parseTemplate(text);
  if (template) return { open: { key: entry.key, template } };
  throw invalid(spelled, entry.value.expected, nearest(text, entry.value.words ?? []));
}

/** Reads what an expression has come to; whole numbers are rounded to, since sizes come of divisions. */
export function readFilled(key: string, text: string): { entry: AnyParameter; value: unknown } {
  const spelled = key === "e" ? familyMember("e", text, 0) : { key, text, column: 0, valueColumn: 0 };
  const entry = BY_KEY.get(spelled.key);
  const rounded = /^-?\d+\.\d+$/.test(spelled.text) ? String(Math.round(Number(spelled.text))) : spelled.text;
  const isSize = entry?.name === "width" || entry?.name === "height" || entry?.name === "x" || entry?.name === "y";
  const candidates = isSize && Math.abs(Number(spelled.text)) > 1 ? [rounded] : [spelled.text, rounded];
  const value = candidates.map((candidate) => entry?.value.parse(candidate)).find((known) => known !== undefined);
  if (entry && value !== undefined) return { entry, value };
  const expected = entry?.value.expected ?? "a name of the language";
  throw new Problem(
    "invalid-value",
    `${spelled.key} takes ${expected}; its expression gives "${spelled.text.slice(0, 80)}".`,
    {
      parameter: spelled.key,
      expected,
    },
  );
}

/** @param column where the segment starts in the URL's path, counted from 1 */
export function parseComponent(segment: string, column: number): ParsedComponent {
  const values: Record<string, unknown> = {};
  const open: OpenParameter[] = [];
  const variables: { name: string; value: Arithmetics }[] = [];
  const names: string[] = [];
  /** How the value of each key is spelled. */
  const seen = new Map<string, string>();
  let layer: ParsedComponent["layer"];
  let condition: ParsedComponent["condition"];
  let closesLayer = false;
  const twice = ({ key, column: at }: Spelled) =>
    new Problem("conflicting-parameters", `${key} is given twice, with different values.`, {
      parameter: key,
      column: at,
    });

  for (const spelled of spelledParameters(segment, column)) {
    const { key, text } = spelled;
    if (VARIABLE_KEY.test(key)) {
      const value = parseArithmetics(text);
      if (!value) throw invalid(spelled, "a number, !text!, or an expression such as iw_div_2");
      variables.push({ name: key.slice(1), value });
    } else if (key === "if") {
      if (condition) throw twice(spelled);
      condition = text === "else" || text === "end" ? text : parseCondition(text);
      if (!condition) throw invalid(spelled, "a condition such as w_gt_500_and_ar_lt_1.0, else, or end");
    } else if (key === "l" || key === "u") {
      if (layer) throw twice(spelled);
      const parsed = parseLayer(text);
      if (!parsed)
        throw invalid(spelled, "a public id, video:<public id>, text:<font>_<size>:<text>, or fetch:<base64url>");
      layer = { layer: parsed, under: key === "u" };
    } else if (key === "t" || key === "bl") {
      names.push(...namesIn(spelled));
    } else if (key === "fl_layer_apply") {
      closesLayer = true;
    } else {
      const read = readParameter(spelled);
      const readKey = "open" in read ? read.open.key : read.entry.key;
      const before = seen.get(readKey);
      const again = "open" in read ? formatTemplate(read.open.template) : read.entry.value.format(read.value);
      if (before !== undefined && before !== again) throw twice(spelled);
      seen.set(readKey, again);
      if (!("open" in read)) values[read.entry.name] = read.value;
      else if (before === undefined) open.push(read.open);
    }
  }
  return {
    column,
    edit: editStep(
      values as Component,
      open.sort((a, b) => (a.key < b.key ? -1 : 1)),
    ),
    closesLayer,
    variables,
    names,
    ...(layer && { layer }),
    ...(condition !== undefined && { condition }),
  };
}

/** `t_one.two` is both, one after the other. */
function namesIn(spelled: Spelled): readonly string[] {
  const names = spelled.text.split(".");
  if (names.some((name) => !/^[^\s.:/,!$][^.:/,!]{0,99}$/.test(name)))
    throw invalid(spelled, "the name of a kept transformation");
  return names;
}

/** The parameters of a step as they are spelled, sorted as text, as Cloudinary's SDKs sort them. */
export function spellEdit({ component, open }: EditStep, further: readonly string[] = []): string {
  const literal = Object.entries(component).flatMap(([name, value]) => {
    const entry = value === undefined ? undefined : BY_NAME.get(name);
    return entry ? [spellParameter(entry.key, entry.value.format(value))] : [];
  });
  const unknown = open.map(({ key, template }) => spellParameter(key, formatTemplate(template as Template)));
  return [...further, ...literal, ...unknown].sort().join(",");
}
