/** Draws text over the picture: font, colours and place, as a filter that takes every character for what it is. */

import {
  type Compass,
  divide,
  type Edit,
  editOf,
  type LayerStep,
  Problem,
  type Rational,
  type Rgba,
  rational,
  subtract,
  type TextLayer,
  toFixed,
} from "#transformation";
import type { CanvasFilters } from "./canvas.ts";
import type { Size } from "./ladder.ts";
import { compassOf, type LayerSpan } from "./layer-place.ts";
import { lengthOf } from "./sizing.ts";

const refused = (message: string): Problem => new Problem("unsupported-parameter", message, { parameter: "l" });

/** Letters, digits, spaces and dashes: whatever else a font's pattern may say (files, options) is not for URLs. */
const FONT = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u;

const withOpacity = (colour: Rgba, percent: number): string => {
  const alpha = Math.round((Number.parseInt(colour.slice(6, 8) || "ff", 16) * percent) / 100);
  return `0x${colour.slice(0, 6)}${alpha.toString(16).padStart(2, "0")}`;
};

/** Where the text stands: drawtext knows its size when it draws. */
function placeOf(compass: Compass, x: number, y: number): { x: string; y: string } {
  const along = (low: string, high: string, whole: string, part: string, offset: number): string =>
    compass.includes(low)
      ? String(offset)
      : compass.includes(high)
        ? `${whole}-${part}-(${offset})`
        : `(${whole}-${part})/2+(${offset})`;
  return { x: along("west", "east", "w", "text_w", x), y: along("north", "south", "h", "text_h", y) };
}

/** What may be done to a text itself: no more than its opacity. */
function opacityOf({ steps }: LayerStep): number {
  return steps.reduce((percent, step) => {
    const { opacityPercent = 100, encoding, ...others } = step.kind === "edit" ? editOf(step) : ({} as Edit);
    if (step.kind !== "edit" || Object.keys(others).length > 0)
      throw refused("A text takes co_, b_, bo_, o_ and its place; it is not cropped, turned or changed otherwise.");
    return (percent * opacityPercent) / 100;
  }, 100);
}

/** The step that draws a text; throws `unsupported-parameter` for styles that are not drawn. */
export function drawnText(
  step: LayerStep,
  { style, text }: TextLayer,
  placement: Edit,
  { size, span, frameRate }: { size: Size; span: LayerSpan; frameRate: Rational },
): CanvasFilters {
  if (style.sizePixels === undefined) throw refused("A text names its font and size: l_text:Arial_40:Hello.");
  if (style.decoration || style.letterSpacingPixels !== undefined)
    throw refused("Text is neither underlined nor struck through, and its letters stand as the font says.");
  if (!FONT.test(style.font)) throw refused("A font is named by letters, digits, spaces and dashes.");
  if (placement.laying?.blend) throw refused("Text is not blended.");
  const opacity = opacityOf(step);
  const { colour = "000000ff", background, border } = editOf(step.style);
  if (background && background.kind !== "colour") throw refused("Behind a text stands a colour, or nothing.");
  const stroke = style.stroke === "border" ? border : undefined;
  const [x, y] = [lengthOf(placement.x, size.width) ?? 0, lengthOf(placement.y, size.height) ?? 0];
  const edge = (frame: number): string => toFixed(divide(subtract(rational(frame), rational(1, 2)), frameRate), 6);
  const filter = {
    name: "drawtext",
    options: {
      text,
      // Neither %{…} nor backslashes mean anything.
      expansion: "none",
      font: `${style.font}${style.isBold ? ":bold" : ""}${style.isItalic ? ":italic" : ""}`,
      fontsize: style.sizePixels,
      fontcolor: withOpacity(colour, opacity),
      ...placeOf(compassOf(placement.gravity), x, y),
      ...(background && { box: 1, boxcolor: withOpacity(background.colour, opacity) }),
      ...(stroke && { borderw: stroke.widthPixels, bordercolor: withOpacity(stroke.colour, opacity) }),
      ...(style.lineSpacingPixels !== undefined && { line_spacing: style.lineSpacingPixels }),
      // Half a frame beside the frames' own times, so that no rounding moves the edges.
      ...(!span.isWhole && { enable: `gte(t,${edge(span.from)})*lt(t,${edge(span.to)})` }),
    },
  };
  return { filters: [filter], ...(!span.isWhole && { timedFrom: 0 }) };
}
