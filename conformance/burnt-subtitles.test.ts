import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ffmpeg } from "./films.ts";
import { output } from "./pictures.ts";
import { address, joinRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");

const [WIDTH, HEIGHT, FRAMES] = [320, 180, 150];
const [FILM, SCRIPT] = [join(folder, "unsaid.mp4"), join(folder, "unsaid.srt")];

/** Across the boundaries of segments at 2 and 4 seconds, and two at once. */
const CUES = `1
00:00:00,500 --> 00:00:01,480
One

2
00:00:01,750 --> 00:00:04,250
Two and more

3
00:00:05,000 --> 00:00:06,000
Three
`;

beforeAll(async () => {
  const tags = ["-colorspace", "smpte170m", "-color_primaries", "smpte170m", "-color_trc", "smpte170m"];
  await ffmpeg(
    ...["-f", "lavfi", "-i", `color=0x606060:size=${WIDTH}x${HEIGHT}:rate=25:d=6`, "-vf", "format=yuv420p"],
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "4", ...tags, FILM],
  );
  await writeFile(SCRIPT, CUES);
  await upload(FILM, "unsaid");
  await upload(SCRIPT, "unsaid.srt");
});

/** Pixels of a frame that something is drawn on, and what stands there. */
interface Ink {
  readonly pixels: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  readonly yellow: number;
}

function inkOf(frame: Buffer): Ink | undefined {
  const drawn = Array.from({ length: WIDTH * HEIGHT }, (_, at) => at).filter((at) =>
    [0, 1, 2].some((channel) => Math.abs((frame[at * 3 + channel] ?? 0) - 0x60) > 60),
  );
  if (drawn.length === 0) return undefined;
  const [rows, columns] = [drawn.map((at) => Math.floor(at / WIDTH)), drawn.map((at) => at % WIDTH)];
  const level = (at: number, channel: number) => frame[at * 3 + channel] ?? 0;
  const isYellow = (at: number) => Math.min(level(at, 0), level(at, 1)) > 190 && level(at, 2) < 100;
  return {
    pixels: drawn.length,
    top: Math.min(...rows),
    bottom: Math.max(...rows),
    left: Math.min(...columns),
    right: Math.max(...columns),
    yellow: drawn.filter(isYellow).length,
  };
}

async function inksIn(path: string, filters = "null"): Promise<readonly (Ink | undefined)[]> {
  const raw = await output("ffmpeg", [
    ...["-v", "error", "-ignore_editlist", "1", "-i", path, "-vf", `${filters},format=rgb24`],
    ...["-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
  ]);
  const size = WIDTH * HEIGHT * 3;
  return Array.from({ length: raw.length / size }, (_, at) => inkOf(raw.subarray(at * size, (at + 1) * size)));
}

async function burnt(chain: string): Promise<readonly (Ink | undefined)[]> {
  const url = address(`/${settings.CLOUD_NAME}/video/upload/${chain}/unsaid.m3u8?caps=h264`);
  const { variants } = await openStream(url);
  const { path } = await joinRendition(variants[0]?.address ?? "", `burnt-${chain.replaceAll(/\W/g, "-")}`);
  return inksIn(path);
}

/** The same by libass, which many burn subtitles in with. */
const byLibass = (style: string) =>
  inksIn(FILM, `subtitles=${SCRIPT.replaceAll(":", "\\:")}:force_style='FontName=DejaVu Sans,${style}'`);

const spoken = (inks: readonly (Ink | undefined)[]): readonly number[] =>
  inks.flatMap((ink, frame) => (ink ? [frame] : []));

const overlap = (a: Ink, b: Ink): number => {
  const area = ({ top, bottom, left, right }: Pick<Ink, "top" | "bottom" | "left" | "right">) =>
    Math.max(0, bottom - top + 1) * Math.max(0, right - left + 1);
  const both = area({
    top: Math.max(a.top, b.top),
    bottom: Math.min(a.bottom, b.bottom),
    left: Math.max(a.left, b.left),
    right: Math.min(a.right, b.right),
  });
  return both / (area(a) + area(b) - both);
};

describe("subtitles that are burnt in, segment by segment", () => {
  it("are shown with the frames that another renderer shows them with, as large and at the same place", async () => {
    const [ours, theirs] = [
      await burnt("l_subtitles:DejaVu%20Sans_48:unsaid.srt/fl_layer_apply"),
      await byLibass("FontSize=48"),
    ];
    expect(ours).toHaveLength(FRAMES);
    expect(spoken(ours)).toEqual(spoken(theirs));
    for (const frame of [20, 60, 100, 140]) {
      const [mine, other] = [ours[frame] as Ink, theirs[frame] as Ink];
      expect(overlap(mine, other), JSON.stringify([mine, other])).toBeGreaterThan(0.7);
      expect(mine.pixels / other.pixels).toBeGreaterThan(0.7);
      expect(mine.pixels / other.pixels).toBeLessThan(1.4);
    }
  });

  it("have the colour, the background and the place that the URL names", async () => {
    const inks = await burnt(
      "l_subtitles:DejaVu%20Sans_70_bold:unsaid.srt,b_rgb:0000c0,co_yellow,g_north_west/fl_layer_apply",
    );
    const ink = inks[20] as Ink;
    expect(ink.yellow).toBeGreaterThan(150);
    expect([ink.left, ink.top].every((edge) => edge < 14)).toBe(true);
    // All of the box is drawn on.
    expect(ink.pixels / ((ink.bottom - ink.top + 1) * (ink.right - ink.left + 1))).toBeGreaterThan(0.9);
  });

  it("move with a cut and a change of pace, before the layer as behind it", async () => {
    const plain = spoken(await byLibass("FontSize=24"));
    const layer = "l_subtitles:DejaVu%20Sans_24:unsaid.srt/fl_layer_apply";
    const fast = Array.from({ length: FRAMES / 2 }, (_, frame) => frame).filter((frame) => plain.includes(2 * frame));
    for (const chain of [`e_accelerate:100/${layer}`, `${layer}/e_accelerate:100`])
      expect(spoken(await burnt(chain)), chain).toEqual(fast);
    expect(spoken(await burnt(`so_1.2/${layer}`))).toEqual(
      plain.map((frame) => frame - 30).filter((frame) => frame >= 0),
    );
  });
});
