/** Composes delivery URLs, typed by the table of parameters that the service itself reads them by; for browsers, Node and Workers. */

import {
  type Component,
  canonicalTransformation,
  encodePublicId,
  encodeTransformation,
  formatTransformation,
  PARAMETERS,
  type ParameterName,
  Problem,
  parseTransformation,
  spellParameter,
  spellPublicId,
} from "#transformation";

export { Problem };

/** An expression, where a number or a word is taken: `iw_div_2`, `$size`. */
export interface Expression {
  readonly expression: string;
}

export const expression = (text: string): Expression => ({ expression: text });

/** How a value of the table is given: words as words, counts as numbers, all else as it is spelled (`"50%"`, `"16:9"`). */
type Natural<T> = T extends true ? true : T extends string ? T : T extends number ? number : string | number;

/** The parameters between two slashes, by the table's names. */
export type Step = { readonly [Name in ParameterName]?: Natural<NonNullable<Component[Name]>> | Expression };

/** A component, or what the functions below make. */
export type Part = Step | { readonly spelled: string };

function spellStep(step: Step): string {
  return Object.entries(step)
    .map(([name, value]) => {
      const entry = PARAMETERS[name as ParameterName];
      if (!entry) throw new Problem("unknown-parameter", `There is no parameter ${name}.`, { parameter: name });
      const text = value === true ? "" : typeof value === "object" ? value.expression : String(value);
      return spellParameter(entry.key, text);
    })
    .join(",");
}

const spell = (parts: readonly Part[]): string =>
  parts.map((part) => ("spelled" in part ? String(part.spelled) : spellStep(part))).join("/");

/** `$name_value`, for the parts that follow; texts between exclamation marks. */
export const variable = (name: string, value: number | string | Expression): Part => ({
  spelled: `$${name}_${typeof value === "object" ? value.expression : typeof value === "string" ? `!${value}!` : value}`,
});

/** Parts that hold where a condition does, such as `w_gt_500`, and those that hold elsewhere. */
export const when = (condition: string, parts: readonly Part[], otherwise: readonly Part[] = []): Part => ({
  spelled: [
    `if_${condition}`,
    spell(parts),
    ...(otherwise.length > 0 ? ["if_else", spell(otherwise)] : []),
    "if_end",
  ].join("/"),
});

/** What is kept in the catalog under a name. */
export const named = (name: string): Part => ({ spelled: `t_${name}` });

export interface LayerOptions {
  /** What is done to the layer itself. */
  readonly steps?: readonly Part[];
  /** Where and when it is laid: `gravity`, `x`, `y`, `startOffset`, `endOffset`, blend modes. */
  readonly placement?: Step;
  /** How a text is drawn: `colour`, `background`, `border`. */
  readonly style?: Step;
}

function layer(letter: "l" | "u", source: string, { steps = [], placement = {}, style = {} }: LayerOptions): Part {
  const opening = [`${letter}_${source}`, spellStep(style)].filter((text) => text !== "").join(",");
  const closing = ["fl_layer_apply", spellStep(placement)].filter((text) => text !== "").join(",");
  return { spelled: [opening, ...(steps.length > 0 ? [spell(steps)] : []), closing].join("/") };
}

const id = (publicId: string): string => publicId.replaceAll("/", ":");

/** An image, a video (`video:<public id>`) or a sound (`audio:<public id>`) laid over the picture. */
export const overlay = (publicId: string, options: LayerOptions = {}): Part => layer("l", id(publicId), options);

/** The same under the picture. */
export const underlay = (publicId: string, options: LayerOptions = {}): Part => layer("u", id(publicId), options);

/** A text laid over the picture; the font is as it is spelled in URLs: `Arial_40_bold`. */
export const text = (font: string, words: string, options: LayerOptions = {}): Part =>
  layer("l", `text:${font}:${words.replaceAll(/[%,/?#]/g, (character) => encodeURIComponent(character))}`, options);

export interface UrlOptions {
  /** Applied one after the other. */
  readonly steps?: readonly Part[];
  /** The extension: what comes. */
  readonly format?: string;
  readonly deliveryType?: "upload" | "private" | "authenticated";
  readonly version?: number;
  /** A playback token. */
  readonly token?: string;
}

/** The canonical transformation of some parts, as a named one is kept; throws a Problem that names what is wrong. */
export const transformation = (...steps: readonly Part[]): string =>
  formatTransformation(canonicalTransformation(parseTransformation(spell(steps)), { isPart: true }));

export interface Edgereel {
  /** The URL of a video under a transformation; all that mean the same have one spelling. */
  url(publicId: string, options?: UrlOptions): string;
}

/** @param options `base`: where the service is, such as `https://media.example.com`; `cloud`: its name there */
export function edgereel({ base, cloud }: { readonly base: string; readonly cloud: string }): Edgereel {
  return {
    url(publicId, { steps = [], format, deliveryType = "upload", version, token } = {}) {
      const chain = encodeTransformation(canonicalTransformation(parseTransformation(spell(steps))));
      const name = version === undefined ? spellPublicId(publicId) : encodePublicId(publicId);
      const path = [
        cloud,
        "video",
        deliveryType,
        ...(chain === "" ? [] : [chain]),
        ...(version === undefined ? [] : [`v${version}`]),
        `${name}${format === undefined ? "" : `.${format}`}`,
      ].join("/");
      return `${base.replace(/\/$/, "")}/${path}${token === undefined ? "" : `?token=${encodeURIComponent(token)}`}`;
    },
  };
}
