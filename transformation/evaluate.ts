/** Evaluates expressions of the URL language against what is known of the source and of the picture so far. */

import {
  type Arithmetic,
  type Arithmetics,
  type Comparing,
  type Condition,
  formatArithmetics,
  formatOperand,
  type Operand,
} from "./expression.ts";
import { Problem } from "./problem.ts";
import {
  add,
  compare,
  divide,
  floor,
  multiply,
  parseRational,
  type Rational,
  rational,
  subtract,
  toDecimal,
  toNumber,
} from "./rational.ts";

/** What an operand stands for when a chain is planned: a number, a text, or a list of texts. */
export type Known = Rational | string | readonly string[];

/** Where the values of names come from; undefined for names that mean nothing there. */
export interface Surroundings {
  readonly fact: (name: string) => Known | undefined;
  readonly variable: (name: string) => Known | undefined;
  readonly lookup: (from: "ctx" | "md" | "ref", name: string) => Known | undefined;
}

const isNumber = (known: Known): known is Rational => typeof known === "object" && "num" in known;

/** A text that spells a number is one where a number is wanted. */
function asNumber(known: Known, spelled: string): Rational {
  const number = isNumber(known) ? known : typeof known === "string" ? parseRational(known) : undefined;
  if (!number) throw new Problem("invalid-value", `${spelled} is no number here.`, { parameter: spelled.slice(0, 40) });
  return number;
}

const textOrList = (text: string): Known => (text.includes(":") ? text.split(":") : text);

function knownOf(operand: Operand, surroundings: Surroundings): Known {
  const known =
    operand.kind === "number"
      ? operand.number
      : operand.kind === "string"
        ? textOrList(operand.text)
        : operand.kind === "fact"
          ? surroundings.fact(operand.name)
          : operand.kind === "variable"
            ? surroundings.variable(operand.name)
            : surroundings.lookup(operand.from, operand.name);
  if (known !== undefined) return known;
  const spelled = formatOperand(operand);
  throw new Problem("invalid-value", `Nothing is known of ${spelled} here.`, { parameter: spelled.slice(0, 40) });
}

/** Beyond this no parameter takes a number, and exact arithmetic would leave the safe integers. */
const MAX_MAGNITUDE = 1_000_000_000;

const tooLarge = (operator: Arithmetic): Problem =>
  new Problem("invalid-value", `An expression exceeds ${MAX_MAGNITUDE} (_${operator}_).`);

function raised(power: number): Rational {
  if (!(Math.abs(power) <= MAX_MAGNITUDE)) throw tooLarge("pow");
  return parseRational(power.toFixed(6)) ?? rational(Math.round(power));
}

function calculated(operator: Arithmetic, a: Rational, b: Rational): Rational {
  switch (operator) {
    case "add":
      return add(a, b);
    case "sub":
      return subtract(a, b);
    case "mul":
      return multiply(a, b);
    case "div":
      return divide(a, b);
    case "mod":
      return subtract(a, multiply(b, rational(floor(divide(a, b)))));
    case "pow":
      return raised(toNumber(a) ** toNumber(b));
  }
}

/** Six digits are what the language spells: what a long calculation gives is rounded to them. */
function calculate(operator: Arithmetic, a: Rational, b: Rational): Rational {
  if ((operator === "div" || operator === "mod") && b.num === 0)
    throw new Problem("invalid-value", `An expression divides by zero (_${operator}_).`);
  const result = calculated(operator, a, b);
  if (Math.abs(toNumber(result)) > MAX_MAGNITUDE) throw tooLarge(operator);
  return result.den > 1_000_000 ? (parseRational(toDecimal(result)) ?? result) : result;
}

/** @throws Problem `invalid-value` for unknown names, texts where numbers are wanted, division by zero */
export function evaluate({ first, rest, to }: Arithmetics, surroundings: Surroundings): Known {
  const start = knownOf(first, surroundings);
  if (rest.length === 0 && to === undefined) return start;
  const number = rest.reduce(
    (sum, { operator, operand }) =>
      calculate(operator, sum, asNumber(knownOf(operand, surroundings), formatOperand(operand))),
    asNumber(start, formatOperand(first)),
  );
  return to === "i" ? rational(Math.trunc(toNumber(number))) : number;
}

const listOf = (known: Known): readonly string[] =>
  isNumber(known) ? [toDecimal(known)] : typeof known === "string" ? [known] : known;

function holds({ left, operator, right }: Comparing, surroundings: Surroundings): boolean {
  const a = evaluate(left, surroundings);
  if (!operator || !right) return isNumber(a) ? a.num !== 0 : a.length > 0;
  const b = evaluate(right, surroundings);
  if (operator === "in" || operator === "nin") {
    const among = listOf(a).every((text) => listOf(b).includes(text));
    return operator === "in" ? among : !among;
  }
  if (!isNumber(a) && !isNumber(b) && (operator === "eq" || operator === "ne"))
    return (listOf(a).join(":") === listOf(b).join(":")) === (operator === "eq");
  const order = compare(asNumber(a, formatArithmetics(left)), asNumber(b, formatArithmetics(right)));
  const verdicts = { eq: order === 0, ne: order !== 0, lt: order < 0, gt: order > 0, lte: order <= 0, gte: order >= 0 };
  return verdicts[operator];
}

/** Whether a condition holds; throws as `evaluate` does. */
export const isMet = (condition: Condition, surroundings: Surroundings): boolean =>
  condition.some((all) => all.every((comparing) => holds(comparing, surroundings)));

/** How a known value is spelled where a parameter's own grammar reads it. */
export const spellKnown = (known: Known): string => listOf(known).join(":");
