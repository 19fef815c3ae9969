/** What is laid with a picture or mixed into its sound, as data: from where, at which place, for which frames, and how. */

import type { Laying } from "#transformation";
import type { Canvas, SoundFilters } from "./canvas.ts";
import type { Size } from "./ladder.ts";
import type { Timeline } from "./programme.ts";
import type { Source } from "./source.ts";

/** The sound of a layer, for frames [from, to) of the time line that it was laid on. */
export interface MixedSound {
  readonly source: Source;
  readonly timeline: Timeline;
  readonly sound: readonly SoundFilters[];
  readonly from: number;
  readonly to: number;
}

/** A text as the origin draws it: a picture that is as large as it needs to be, and can be seen through. */
export interface TextDrawing {
  readonly text: string;
  readonly font: string;
  /** Height of the font's em. */
  readonly sizePixels: number;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly decoration?: "underline" | "strikethrough";
  readonly alignment: "left" | "center" | "right" | "justify";
  readonly letterSpacingPixels: number;
  readonly lineSpacingPixels: number;
  /** Colours are `rrggbbaa`. */
  readonly colour: string;
  readonly background?: string;
  readonly stroke?: { readonly widthPixels: number; readonly colour: string };
  /** Lines are broken at this width, and what is beyond a height is left out. */
  readonly fit: Sides;
  /** What is drawn is brought to this size; in its own proportions where one side is named. */
  readonly scaled: Sides;
  readonly opacityPercent: number;
  /** Clockwise. */
  readonly degrees: number;
  /** Repeated until a picture of this size is full. */
  readonly tiles?: Size;
}

/** A size of which a side may follow from the other. */
export interface Sides {
  readonly width?: number;
  readonly height?: number;
}

/** What is seen of a layer. */
export type LaidContent =
  | { readonly source: Source; readonly timeline: Timeline; readonly canvas: Canvas; readonly isStill: boolean }
  | { readonly drawing: TextDrawing };

/** How a layer and what it is laid with become one picture. */
export type LayingMode =
  | { readonly kind: "over" }
  /** In a frame that holds both, which what it is laid with lies in at this place. */
  | { readonly kind: "under"; readonly frame: Size; readonly x: number; readonly y: number }
  | { readonly kind: "blend"; readonly blend: NonNullable<Laying["blend"]> }
  /** The layer's lightness, or its shape, is the opacity of what it is laid with. */
  | { readonly kind: "mask" | "cutter" };

/** A layer where it lies, for frames [from, to) of the time line that it was laid on. */
export interface LaidPicture {
  readonly content: LaidContent;
  readonly mode: LayingMode;
  /** What it is laid with: its size, and whether it can be seen through. */
  readonly beneath: Size & { readonly isSeenThrough: boolean };
  /** Pixels, or an expression of `overlay` where its size is known only when it is drawn. */
  readonly x: number | string;
  readonly y: number | string;
  /** Grain in its transparency. */
  readonly grainPercent?: number;
  readonly from: number;
  readonly to: number;
}
