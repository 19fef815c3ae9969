/** The URL language: reads components into values, spells values canonically, and says what they mean. */

import { type Edit, NO_EDIT } from "./edit.ts";
import { nearest } from "./nearest.ts";
import { type AnyParameter, type Component, PARAMETER_LIST, type Transformation } from "./parameters/index.ts";
import { LANGUAGE_KEYS, VARIABLE_KEY } from "./parameters/reserved.ts";
import { Problem } from "./problem.ts";

const BY_KEY = new Map(PARAMETER_LIST.map((entry) => [entry.key, entry]));

/** Longer than any real URL: what is beyond is refused before it costs anything. */
const MAX_COMPONENTS = 64;
const MAX_TRANSFORMATION_LENGTH = 8192;

/** Whether a path segment is a component: its first parameter has a key of the language. */
export function isComponent(segment: string): boolean {
  const key = segment.slice(0, segment.indexOf("_"));
  return segment.includes("_") && (LANGUAGE_KEYS.has(key) || VARIABLE_KEY.test(key));
}

/**
 * Reads a transformation such as `c_fill,h_360,w_640/so_5`.
 * @param column where the text starts in the URL's path, counted from 1, for messages
 * @throws Problem `unknown-parameter`, `unsupported-parameter`, `invalid-value`, `conflicting-parameters`
 */
export function parseTransformation(text: string, column = 1): Transformation {
  if (text === "") return [];
  const segments = text.split("/");
  if (text.length > MAX_TRANSFORMATION_LENGTH || segments.length > MAX_COMPONENTS) {
    throw new Problem(
      "invalid-url",
      `A transformation may have ${MAX_COMPONENTS} components and ${MAX_TRANSFORMATION_LENGTH} characters at most.`,
    );
  }
  let at = column;
  return segments.map((segment) => {
    const component = parseComponent(segment, at);
    at += segment.length + 1;
    return component;
  });
}

function parseComponent(segment: string, column: number): Component {
  const component: Record<string, unknown> = {};
  let at = column;
  for (const spelled of segment.split(",")) {
    const { entry, value } = parseParameter(spelled, at);
    if (entry.name in component && entry.value.format(component[entry.name]) !== entry.value.format(value)) {
      throw new Problem("conflicting-parameters", `${entry.key} is given twice, with different values.`, {
        parameter: entry.key,
        column: at,
      });
    }
    component[entry.name] = value;
    at += spelled.length + 1;
  }
  return component as Component;
}

/** `e_volume:50` is the parameter `e_volume`; all others are named by what stands before the first underscore. */
function splitParameter(spelled: string): { key: string; text: string } {
  const underscore = spelled.indexOf("_");
  const key = underscore < 0 ? spelled : spelled.slice(0, underscore);
  const rest = underscore < 0 ? "" : spelled.slice(underscore + 1);
  if (key !== "e") return { key, text: rest };
  const colon = rest.indexOf(":");
  return colon < 0 ? { key: `e_${rest}`, text: "" } : { key: `e_${rest.slice(0, colon)}`, text: rest.slice(colon + 1) };
}

function parseParameter(spelled: string, column: number): { entry: AnyParameter; value: unknown } {
  const { key, text } = splitParameter(spelled);
  const entry = BY_KEY.get(key);
  if (!entry) throw unknownParameter(key, column);
  const value = entry.value.parse(text);
  if (value === undefined) {
    const suggestion = nearest(text, entry.value.words ?? []);
    throw new Problem("invalid-value", `${entry.key} takes ${entry.value.expected}, not "${text.slice(0, 80)}".`, {
      parameter: entry.key,
      column: column + spelled.length - text.length,
      expected: entry.value.expected,
      ...(suggestion !== undefined && { nearest: spellParameter(entry.key, suggestion) }),
    });
  }
  return { entry, value };
}

function unknownParameter(key: string, column: number): Problem {
  const family = key.startsWith("e_") ? "e" : key;
  const known = LANGUAGE_KEYS.has(family) || VARIABLE_KEY.test(key);
  const suggestion = nearest(
    key,
    [...BY_KEY.keys()].filter((candidate) => candidate.startsWith("e_") === key.startsWith("e_")),
  );
  const facts = { parameter: key.slice(0, 40), column, ...(suggestion !== undefined && { nearest: suggestion }) };
  return known
    ? new Problem("unsupported-parameter", `The parameter ${facts.parameter} is not supported.`, facts)
    : new Problem("unknown-parameter", `There is no parameter ${facts.parameter}.`, facts);
}

const spellParameter = (key: string, text: string): string =>
  key.startsWith("e_") ? (text === "" ? key : `${key}:${text}`) : `${key}_${text}`;

/** Spells a component: its parameters sorted as text, as Cloudinary's SDKs sort them. */
export function formatComponent(component: Component): string {
  return PARAMETER_LIST.filter((entry) => component[entry.name] !== undefined)
    .map((entry) => spellParameter(entry.key, entry.value.format(component[entry.name])))
    .sort()
    .join(",");
}

/** Spells the components as they are; `parseTransformation` reads the same value back. */
export const formatTransformation = (transformation: Transformation): string =>
  transformation
    .map(formatComponent)
    .filter((text) => text !== "")
    .join("/");

/** What each component means, in order. */
export const editsOf = (transformation: Transformation): readonly Edit[] =>
  transformation.map((component) =>
    PARAMETER_LIST.reduce<Edit>((edit, entry) => {
      const value = component[entry.name];
      return value === undefined ? edit : entry.apply(edit, value);
    }, NO_EDIT),
  );
