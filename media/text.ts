/** Texts: how they are drawn, read out of their layer's style and chain. */

import { type Edit, editOf, type LayerStep, type TextLayer, type TextStyle } from "#transformation";
import type { Size } from "./ladder.ts";
import type { TextDrawing } from "./laid.ts";
import { refused } from "./layer-source.ts";
import { lengthOf } from "./sizing.ts";

/** Letters, digits, spaces and dashes: whatever else a font's pattern may say (files, options) is not for URLs. */
const FONT = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u;

/** What a text is drawn of at most: a page. */
const MAX_CHARACTERS = 4000;

const BLACK = "000000ff";

/** What a text's own chain may do: break its lines, size and turn it, and let what lies beneath shine through. */
type OwnChain = Pick<TextDrawing, "fit" | "scaled" | "degrees" | "opacityPercent">;

function ownChain({ steps }: LayerStep, isRelative: boolean, beneath: Size): OwnChain {
  const start: OwnChain = { fit: {}, scaled: {}, degrees: 0, opacityPercent: 100 };
  return steps.reduce<OwnChain>((before, step) => {
    if (step.kind !== "edit") throw refused("l", "Nothing is laid over a text.");
    const {
      opacityPercent = 100,
      turns = [],
      width,
      height,
      crop = "scale",
      laying,
      encoding,
      ...others
    } = editOf(step);
    if ((crop !== "fit" && crop !== "scale") || Object.keys(others).length > 0)
      throw refused(
        "l",
        "A text is wrapped (w_, h_, c_fit), sized (w_, h_), turned (a_) and made transparent (o_), and nothing else.",
      );
    const relative = isRelative || laying?.isRelative === true;
    const pixels = (dimension: Edit["width"], whole: number) =>
      dimension &&
      ("pixels" in dimension || relative ? Math.max(1, Math.round(lengthOf(dimension, whole) ?? 1)) : undefined);
    const [w, h] = [pixels(width, beneath.width), pixels(height, beneath.height)];
    const sides = { ...(w !== undefined && { width: w }), ...(h !== undefined && { height: h }) };
    return {
      fit: crop === "fit" ? { ...before.fit, ...sides } : before.fit,
      scaled: crop === "scale" ? { ...before.scaled, ...sides } : before.scaled,
      degrees: before.degrees + turns.reduce((sum, turn) => sum + degreesOf(turn), 0),
      opacityPercent: (before.opacityPercent * opacityPercent) / 100,
    };
  }, start);
}

function degreesOf(turn: NonNullable<Edit["turns"]>[number]): number {
  if (typeof turn === "string") throw refused("a", "A text is turned by degrees.");
  return turn.degrees;
}

const ALIGNMENTS: Readonly<Record<NonNullable<TextStyle["alignment"]>, TextDrawing["alignment"]>> = {
  left: "left",
  start: "left",
  center: "center",
  right: "right",
  end: "right",
  justify: "justify",
};

/** A text as it is drawn; throws `unsupported-parameter` for what is not. */
export function textDrawing(step: LayerStep, { style, text }: TextLayer, placement: Edit, beneath: Size): TextDrawing {
  if (style.sizePixels === undefined) throw refused("l", "A text names its font and size: l_text:Arial_40:Hello.");
  if (!FONT.test(style.font)) throw refused("l", "A font is named by letters, digits, spaces and dashes.");
  if (text.length > MAX_CHARACTERS) throw refused("l", `A text has ${MAX_CHARACTERS} characters at most.`);
  const { colour = BLACK, background, border } = editOf(step.style);
  if (background && background.kind !== "colour") throw refused("b", "Behind a text stands a colour, or nothing.");
  const stroke = style.stroke === "border" ? border : style.stroke;
  return {
    text,
    font: style.font,
    sizePixels: style.sizePixels,
    isBold: style.isBold ?? false,
    isItalic: style.isItalic ?? false,
    ...(style.decoration && { decoration: style.decoration }),
    alignment: ALIGNMENTS[style.alignment ?? "left"],
    letterSpacingPixels: style.letterSpacingPixels ?? 0,
    lineSpacingPixels: style.lineSpacingPixels ?? 0,
    colour,
    ...(background && { background: background.colour }),
    ...(stroke && { stroke }),
    ...ownChain(step, placement.laying?.isRelative ?? false, beneath),
    ...(placement.laying?.isTiled && { tiles: beneath }),
  };
}
