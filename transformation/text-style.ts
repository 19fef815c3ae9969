/** How a text is drawn: `Arial_40_bold_underline_center_line_spacing_4`, in any order behind the size; read and spelled. */

import { type Border, readColour, spellColour } from "./colour-value.ts";
import { entryOf } from "./entry-of.ts";

export const TEXT_ALIGNMENTS = ["left", "center", "right", "start", "end", "justify"] as const;

export interface TextStyle {
  /** A font's name, or the name of a kept style where there is no size. */
  readonly font: string;
  readonly sizePixels?: number;
  readonly isBold?: boolean;
  readonly isItalic?: boolean;
  readonly decoration?: "underline" | "strikethrough";
  readonly alignment?: (typeof TEXT_ALIGNMENTS)[number];
  /** `stroke` is as wide as the border beside the text says; a border of its own may follow: `2px_solid_red`. */
  readonly stroke?: "border" | Border;
  readonly letterSpacingPixels?: number;
  readonly lineSpacingPixels?: number;
}

const MAX_SIZE = 2000;

/** Words that stand for themselves; fonts are drawn with the antialiasing and hinting of the renderer. */
const WORDS: Readonly<Record<string, Partial<TextStyle>>> = {
  bold: { isBold: true },
  italic: { isItalic: true },
  underline: { decoration: "underline" },
  strikethrough: { decoration: "strikethrough" },
  stroke: { stroke: "border" },
  normal: {},
  ...Object.fromEntries(TEXT_ALIGNMENTS.map((alignment) => [alignment, { alignment }])),
};

const NUMBERED = [
  [/^letter_spacing_(-?\d{1,4}(?:\.\d{1,3})?)(?:_|$)/, "letterSpacingPixels"],
  [/^line_spacing_(-?\d{1,4}(?:\.\d{1,3})?)(?:_|$)/, "lineSpacingPixels"],
] as const;

const IGNORED = /^(?:antialias|hinting|font_antialias|font_hinting)_[a-z]+(?:_|$)|^\d00(?:_|$)/;

function wordsOf(text: string): Partial<TextStyle> | undefined {
  let style: Partial<TextStyle> = {};
  for (let rest = text; rest !== ""; ) {
    const numbered = NUMBERED.map(([pattern, name]) => ({ match: pattern.exec(rest), name })).find(
      ({ match }) => match,
    );
    const stroke = /^stroke_bo_(\d{1,3})px_solid_([A-Za-z]+|rgb:[0-9A-Fa-f]{3,8})(?:_|$)/.exec(rest);
    const ignored = IGNORED.exec(rest)?.[0];
    const word = /^[a-z]+(?=_|$)/.exec(rest)?.[0] ?? "";
    if (numbered?.match) {
      style = { ...style, [numbered.name]: Number(numbered.match[1]) };
      rest = rest.slice(numbered.match[0].length);
    } else if (stroke) {
      const colour = readColour(stroke[2] ?? "");
      if (colour === undefined) return undefined;
      style = { ...style, stroke: { widthPixels: Number(stroke[1]), colour } };
      rest = rest.slice(stroke[0].length);
    } else if (ignored) rest = rest.slice(ignored.length);
    else if (entryOf(WORDS, word)) {
      style = { ...style, ...WORDS[word] };
      rest = rest.slice(word.length).replace(/^_/, "");
    } else return undefined;
  }
  return style;
}

/** A font has a name of some length: without a bound every underscore would be tried with all that follows. */
const SIZED = /^(.{1,100}?)_(\d{1,4})(?:_(.*))?$/s;

/** Reads a style; undefined for words that say nothing of text. */
export function parseTextStyle(text: string): TextStyle | undefined {
  const sized = SIZED.exec(text);
  if (!sized) return /^[^:/,_!][^:/,!]{0,99}$/.test(text) ? { font: text } : undefined;
  const [, font = "", size, rest = ""] = sized;
  const words = wordsOf(rest);
  const sizePixels = Number(size);
  return words && sizePixels >= 1 && sizePixels <= MAX_SIZE ? { font, sizePixels, ...words } : undefined;
}

export function spellTextStyle(style: TextStyle): string {
  if (style.sizePixels === undefined) return style.font;
  return [
    style.font,
    style.sizePixels,
    style.isBold && "bold",
    style.isItalic && "italic",
    style.decoration,
    style.alignment,
    style.stroke === "border" && "stroke",
    typeof style.stroke === "object" &&
      `stroke_bo_${style.stroke.widthPixels}px_solid_${spellColour(style.stroke.colour)}`,
    style.letterSpacingPixels !== undefined && `letter_spacing_${style.letterSpacingPixels}`,
    style.lineSpacingPixels !== undefined && `line_spacing_${style.lineSpacingPixels}`,
  ]
    .filter((word) => word !== undefined && word !== false)
    .join("_");
}
