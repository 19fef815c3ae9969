/** Colours of the URL language: names and `rgb:RRGGBB[AA]`. */

import { entryOf } from "./entry-of.ts";
import type { Value } from "./values.ts";

/** `rrggbbaa`, lower case: one spelling of each colour. */
export type Rgba = string;

/** The names of CSS Color Module Level 4 that SDKs offer. */
const NAMED: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000 blue 0000ff blueviolet 8a2be2 " +
    "brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed " +
    "crimson dc143c cyan 00ffff darkblue 00008b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkorange ff8c00 " +
    "darkred 8b0000 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dodgerblue 1e90ff firebrick b22222 forestgreen 228b22 " +
    "fuchsia ff00ff gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 hotpink ff69b4 " +
    "indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lightblue add8e6 lightgray d3d3d3 " +
    "lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightyellow ffffe0 lime 00ff00 limegreen 32cd32 magenta ff00ff " +
    "maroon 800000 midnightblue 191970 mintcream f5fffa navy 000080 olive 808000 orange ffa500 orangered ff4500 " +
    "orchid da70d6 peru cd853f pink ffc0cb plum dda0dd purple 800080 red ff0000 royalblue 4169e1 salmon fa8072 " +
    "seagreen 2e8b57 sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd snow fffafa springgreen 00ff7f " +
    "steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 transparent 00000000 turquoise 40e0d0 " +
    "violet ee82ee wheat f5deb3 white ffffff yellow ffff00 yellowgreen 9acd32"
  )
    .match(/\S+ \S+/g)
    ?.map((pair) => pair.split(" "))
    .map(([name, digits = ""]) => [name, digits.padEnd(8, "f")]) ?? [],
);

const NAME_OF = new Map(
  Object.entries(NAMED)
    .reverse()
    .map(([name, rgba]) => [rgba, name]),
);

/** `FFF`, `FFFF`, `FFFFFF` and `FFFFFFFF` as eight digits. */
function expanded(digits: string): Rgba | undefined {
  const long = digits.length <= 4 ? [...digits].map((digit) => digit + digit).join("") : digits;
  return long.length === 6 || long.length === 8 ? long.toLowerCase().padEnd(8, "f") : undefined;
}

export function readColour(text: string): Rgba | undefined {
  const digits = /^(?:rgb:|#)([0-9A-Fa-f]{3,8})$/.exec(text)?.[1];
  return digits === undefined ? entryOf(NAMED, text.toLowerCase()) : expanded(digits);
}

export const spellColour = (rgba: Rgba): string =>
  NAME_OF.get(rgba) ?? `rgb:${rgba.endsWith("ff") ? rgba.slice(0, 6) : rgba}`;

export const colour: Value<Rgba> = {
  expected: "a colour's name, or rgb:RRGGBB",
  words: Object.keys(NAMED),
  parse: readColour,
  format: spellColour,
};

/** `5px_solid_red`. */
export interface Border {
  readonly widthPixels: number;
  readonly colour: Rgba;
}

export const border: Value<Border> = {
  expected: "a border such as 5px_solid_red or 2px_solid_rgb:ff0000",
  parse: (text) => {
    const [, width, named] = /^(\d{1,4})px_solid_(.+)$/.exec(text) ?? [];
    const rgba = readColour(named ?? "");
    return width !== undefined && rgba !== undefined && Number(width) <= 2000
      ? { widthPixels: Number(width), colour: rgba }
      : undefined;
  },
  format: ({ widthPixels, colour: rgba }) => `${widthPixels}px_solid_${spellColour(rgba)}`,
};

/** Corners as they are spelled: all alike, or clockwise from the top left; `max` is a circle or a pill. */
export type Corners = "max" | readonly number[];

export const corners: Value<Corners> = {
  expected: "pixels, max, or one to four corners such as 10:20:30:40",
  words: ["max"],
  parse: (text) => {
    if (text === "max") return "max";
    const radii = text.split(":");
    if (radii.length > 4 || radii.some((radius) => !/^\d{1,4}$/.test(radius))) return undefined;
    return radii.every((radius) => Number(radius) === Number(radii[0])) ? [Number(radii[0])] : radii.map(Number);
  },
  format: (given) => (given === "max" ? "max" : given.join(":")),
};

/** What is behind a picture that does not fill its frame. */
export type Background =
  | { readonly kind: "colour"; readonly colour: Rgba }
  | { readonly kind: "blurred"; readonly intensity: number; readonly brightness: number }
  | { readonly kind: "auto"; readonly mode: string };

export const background: Value<Background> = {
  expected: "a colour, blurred, blurred:<intensity 1 to 2000>:<brightness -300 to 100>, or auto",
  words: ["blurred", "auto", "black", "white"],
  parse: (text) => {
    const rgba = readColour(text);
    if (rgba !== undefined) return { kind: "colour", colour: rgba };
    const [, intensity = "100", brightness = "0"] = /^blurred(?::(\d{1,4}))?(?::(-?\d{1,3}))?$/.exec(text) ?? [];
    if (text.startsWith("blurred")) {
      const [strength, light] = [Number(intensity), Number(brightness)];
      const isSpelled = /^blurred(:\d{1,4}(:-?\d{1,3})?)?$/.test(text);
      return isSpelled && strength >= 1 && strength <= 2000 && light >= -300 && light <= 100
        ? { kind: "blurred", intensity: strength, brightness: light }
        : undefined;
    }
    return /^auto(:[a-z0-9_:]{1,120})?$/.test(text) ? { kind: "auto", mode: text.slice("auto:".length) } : undefined;
  },
  format: (given) => {
    if (given.kind === "colour") return spellColour(given.colour);
    if (given.kind === "auto") return given.mode === "" ? "auto" : `auto:${given.mode}`;
    if (given.brightness !== 0) return `blurred:${given.intensity}:${given.brightness}`;
    return given.intensity === 100 ? "blurred" : `blurred:${given.intensity}`;
  },
};
