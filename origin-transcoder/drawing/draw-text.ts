/** Draws a text as a picture that can be seen through, as large as it needs to be. */

import { type Canvas, createCanvas, GlobalFonts, type SKRSContext2D } from "@napi-rs/canvas";
import type { TextDrawing } from "#media";
import { Problem } from "#transformation";
import { type Line, linesOf } from "./text-lines.ts";

/** Fonts of the same measure or the same look, where the one that is named is not installed. */
const FALLBACKS = ["Liberation Sans", "DejaVu Sans", "Noto Sans", "sans-serif"];

/** A picture of 8K in memory takes 130 MB. */
const MAX_SIDE = 8192;
const MAX_PIXELS = 7680 * 4320;

const css = (rgba: string): string => `#${rgba}`;

const quoted = (family: string): string => `"${family.replaceAll(/["\\]/g, "")}"`;

function withFont(
  context: SKRSContext2D,
  { font, sizePixels, isBold, isItalic, letterSpacingPixels }: TextDrawing,
): void {
  const known = GlobalFonts.families.find(({ family }) => family.toLowerCase() === font.toLowerCase())?.family ?? font;
  const families = [known, ...FALLBACKS]
    .map((family) => (family === "sans-serif" ? family : quoted(family)))
    .join(", ");
  context.font = `${isItalic ? "italic " : ""}${isBold ? "bold " : ""}${sizePixels}px ${families}`;
  context.letterSpacing = `${letterSpacingPixels}px`;
  context.textBaseline = "alphabetic";
}

interface Layout {
  readonly lines: readonly Line[];
  /** Of the text alone. */
  readonly width: number;
  readonly height: number;
  /** Space on each side, for what is stroked around the letters. */
  readonly margin: number;
  readonly ascent: number;
  readonly lineHeight: number;
}

function layoutOf(drawing: TextDrawing): Layout {
  const context = createCanvas(1, 1).getContext("2d");
  withFont(context, drawing);
  const widthOf = (text: string): number => Math.max(0, context.measureText(text).width);
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = context.measureText("Mg");
  const lineHeight = Math.max(1, ascent + descent + drawing.lineSpacingPixels);
  const lines = linesOf(drawing, lineHeight, widthOf);
  const width = Math.max(1, ...lines.map(({ text }) => widthOf(text)));
  return {
    lines,
    width: drawing.alignment === "justify" ? Math.max(width, drawing.fit.width ?? 0) : width,
    height: ascent + descent + (lines.length - 1) * lineHeight,
    margin: drawing.stroke?.widthPixels ?? 0,
    ascent,
    lineHeight,
  };
}

/** A canvas of a size that may be drawn; throws `invalid-value` beyond. */
function canvasOf(width: number, height: number): Canvas {
  const [across, down] = [Math.max(1, Math.ceil(width)), Math.max(1, Math.ceil(height))];
  if (Math.max(across, down) > MAX_SIDE || across * down > MAX_PIXELS)
    throw new Problem("invalid-value", `The text would measure ${across}x${down} pixels.`, { parameter: "l" });
  return createCanvas(across, down);
}

/** Where a line begins, and how much wider its spaces are. */
function placeOf({ text, isLast }: Line, { alignment }: TextDrawing, room: number): { x: number; wordSpacing: number } {
  const gaps = text.split(" ").length - 1;
  if (alignment === "justify") return { x: 0, wordSpacing: isLast || gaps === 0 ? 0 : room / gaps };
  return { x: alignment === "right" ? room : alignment === "center" ? room / 2 : 0, wordSpacing: 0 };
}

function drawLine(context: SKRSContext2D, drawing: TextDrawing, text: string, x: number, baseline: number): void {
  const { stroke, colour, decoration, sizePixels } = drawing;
  if (stroke) {
    context.strokeStyle = css(stroke.colour);
    context.lineJoin = "round";
    // Half of a stroke lies under the letter.
    context.lineWidth = 2 * stroke.widthPixels;
    context.strokeText(text, x, baseline);
  }
  context.fillStyle = css(colour);
  context.fillText(text, x, baseline);
  if (!decoration) return;
  const thickness = Math.max(1, sizePixels / 14);
  const y = decoration === "underline" ? baseline + sizePixels / 9 : baseline - sizePixels * 0.28;
  context.fillRect(x, y - thickness / 2, context.measureText(text).width, thickness);
}

function drawnLines(drawing: TextDrawing): Canvas {
  const layout = layoutOf(drawing);
  const { margin, ascent, lineHeight } = layout;
  const canvas = canvasOf(layout.width + 2 * margin, layout.height + 2 * margin);
  const context = canvas.getContext("2d");
  if (drawing.background) {
    context.fillStyle = css(drawing.background);
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  withFont(context, drawing);
  layout.lines.forEach((line, index) => {
    const { x, wordSpacing } = placeOf(line, drawing, layout.width - context.measureText(line.text).width);
    context.wordSpacing = `${wordSpacing}px`;
    drawLine(context, drawing, line.text, margin + x, margin + ascent + index * lineHeight);
    context.wordSpacing = "0px";
  });
  return canvas;
}

/** A copy of a picture, drawn as wide and as high as is asked for, turned, and as opaque as it is to be. */
function changed(picture: Canvas, { scaled, degrees, opacityPercent }: TextDrawing): Canvas {
  const width = scaled.width ?? (picture.width * (scaled.height ?? picture.height)) / picture.height;
  const height = scaled.height ?? (picture.height * (scaled.width ?? picture.width)) / picture.width;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const canvas = canvasOf(width * cos + height * sin - 1e-6, width * sin + height * cos - 1e-6);
  const context = canvas.getContext("2d");
  context.globalAlpha = opacityPercent / 100;
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate(angle);
  context.drawImage(picture, -width / 2, -height / 2, width, height);
  return canvas;
}

function tiled(picture: Canvas, { width, height }: NonNullable<TextDrawing["tiles"]>): Canvas {
  const canvas = canvasOf(width, height);
  const context = canvas.getContext("2d");
  for (let y = 0; y < height; y += picture.height)
    for (let x = 0; x < width; x += picture.width) context.drawImage(picture, x, y);
  return canvas;
}

/** A PNG; throws `invalid-value` for texts that would be larger than any picture. */
export function drawText(drawing: TextDrawing): Uint8Array {
  const { scaled, degrees, opacityPercent, tiles } = drawing;
  const lines = drawnLines(drawing);
  const isAsDrawn =
    scaled.width === undefined && scaled.height === undefined && degrees === 0 && opacityPercent === 100;
  const picture = isAsDrawn ? lines : changed(lines, drawing);
  return (tiles ? tiled(picture, tiles) : picture).toBuffer("image/png");
}
