/** A waveform: the sound of a programme as a picture, which what follows in the chain crops, scales and paints like any other. */

import { type Edit, Problem, type Rgba, toNumber } from "#transformation";
import { append, type Canvas } from "./canvas.ts";
import { BT709 } from "./colour.ts";
import { secondsOf } from "./grid.ts";
import { evenSize, type Size } from "./ladder.ts";
import { area, opacityOf } from "./paint.ts";
import { type Programme, plainClip, soundTracks, timelineFrames } from "./programme.ts";
import { checkSize, lengthOf } from "./sizing.ts";
import type { AudioTrack } from "./source.ts";

export interface Waveform {
  readonly heard: Pick<Programme, "source" | "timeline" | "sound">;
  readonly track: AudioTrack;
  readonly size: Size;
  readonly colour: Rgba;
}

const USUAL_SIZE = { width: 640, height: 160 };
const WHITE: Rgba = "ffffffff";
const BLACK: Rgba = "000000ff";

/** All of the sound is read before anything is seen: two seconds of CPU for half an hour (measured). */
const MAX_SECONDS = 1800;

/** The sound that has come of the chain so far, as a picture; everything else of it is left behind. */
export function drawSound(resolved: Programme, edit: Edit): Programme {
  if (!edit.drawsSound) return resolved;
  const { source, timeline, sound, canvas } = resolved;
  const size = {
    width: Math.round(lengthOf(edit.width, USUAL_SIZE.width) ?? USUAL_SIZE.width),
    height: Math.round(lengthOf(edit.height, USUAL_SIZE.height) ?? USUAL_SIZE.height),
  };
  checkSize(size);
  const drawn: Waveform = {
    heard: { source, timeline, sound },
    track: trackOf(resolved),
    size: evenSize(size),
    colour: edit.colour ?? WHITE,
  };
  return {
    source,
    timeline: { ...timeline, clips: [plainClip(0, 1)] },
    canvas: { ...onGround(drawn.size, groundOf(edit), canvas?.colour ?? BT709), size },
    sound: [],
    waveform: drawn,
  };
}

/** The track that is heard where none is chosen; throws `no-sound` where there is none, `clip-too-long` where it is too long. */
function trackOf(resolved: Programme): AudioTrack {
  const tracks = soundTracks(resolved);
  const track = tracks.find(({ isDefault }) => isDefault) ?? tracks[0];
  if (!track)
    throw new Problem("no-sound", "There is no sound in this video to be drawn.", { parameter: "fl_waveform" });
  const { timeline } = resolved;
  const seconds = toNumber(secondsOf(timelineFrames(timeline), timeline.frameRate));
  if (seconds > MAX_SECONDS)
    throw new Problem(
      "clip-too-long",
      `A waveform may show ${MAX_SECONDS} s; this would show ${seconds.toFixed(1)} s. Cut it with so_, eo_ or du_ beside fl_waveform.`,
      { parameter: "fl_waveform", expected: `at most ${MAX_SECONDS} seconds` },
    );
  return track;
}

function groundOf({ background }: Edit): Rgba {
  if (background === undefined) return BLACK;
  if (background.kind === "colour") return background.colour;
  throw new Problem("invalid-value", "A waveform is drawn on a colour.", {
    parameter: "b",
    expected: "a colour, or transparent",
    nearest: "b_transparent",
  });
}

/** Frames that can be seen through, as a waveform is drawn, over a colour. */
function onGround(size: Size, ground: Rgba, colour: Canvas["colour"]): Canvas {
  const drawn: Canvas = {
    size,
    pixels: size,
    steps: [],
    sourceRotation: 0,
    colour,
    isSeenThrough: opacityOf(ground) < 1,
  };
  return append(drawn, { name: "overlay", inputs: [area(ground, size, colour), { filters: [] }] });
}
