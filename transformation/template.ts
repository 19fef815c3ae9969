/** Values that are known only when a chain meets its source: texts with expressions in them, such as `$w_div_2` or `5px_solid_$colour`. */

import { evaluate, type Surroundings, spellKnown } from "./evaluate.ts";
import { type Arithmetics, formatArithmetics, type Operand, parseArithmetics } from "./expression.ts";

/** Pieces that are read as they stand, and expressions between them. */
export type Template = readonly (string | Arithmetics)[];

const isOpen = ({ kind }: Operand): boolean => kind !== "number";

const isExpression = ({ first, rest, to }: Arithmetics): boolean =>
  isOpen(first) || rest.length > 0 || to !== undefined;

const LOOKUPS = ["ctx", "md", "ref"];

/** Splits at colons that stand outside of exclamation marks, and not behind `ctx` and the like. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "!") quoted = !quoted;
    if (text[at] !== ":" || quoted || LOOKUPS.some((word) => at - from >= word.length && text.endsWith(word, at)))
      continue;
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  return [...parts, text.slice(from)];
}

/** Variables within other text: `5px_solid_$colour`. */
function pieces(text: string): Template {
  return text
    .split(/(\$[A-Za-z][A-Za-z0-9]*)/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece.startsWith("$") ? (parseArithmetics(piece) ?? piece) : piece));
}

function partTemplate(text: string): Template {
  const whole = parseArithmetics(text);
  return whole && isExpression(whole) ? [whole] : pieces(text);
}

/** Reads a value that holds expressions; undefined where it holds none. */
export function parseTemplate(text: string): Template | undefined {
  const template = partsOf(text).flatMap((part, index) => [...(index > 0 ? [":"] : []), ...partTemplate(part)]);
  if (template.every((piece) => typeof piece === "string")) return undefined;
  return joined(template);
}

/** Neighbouring texts as one. */
function joined(template: Template): Template {
  const list: (string | Arithmetics)[] = [];
  for (const piece of template) {
    const last = list.at(-1);
    if (typeof piece === "string" && typeof last === "string") list[list.length - 1] = last + piece;
    else list.push(piece);
  }
  return list;
}

export const formatTemplate = (template: Template): string =>
  template.map((piece) => (typeof piece === "string" ? piece : formatArithmetics(piece))).join("");

/** The text that a template has come to; throws as `evaluate` does. */
export const fillTemplate = (template: Template, surroundings: Surroundings): string =>
  template.map((piece) => (typeof piece === "string" ? piece : spellKnown(evaluate(piece, surroundings)))).join("");
