import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { originIdle, sourceRuns } from "./ffmpeg-runs.ts";
import { ffmpeg } from "./films.ts";
import { difference, output, thumbnail } from "./pictures.ts";
import { address, get, joinRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");

/** Where the patch that moves a little lies in the picture, and how large it is. */
const PATCH = { x: 330, y: 70, side: 96 };
const BARS = 34;

const delivery = (transformation: string, file: string): string =>
  address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/${file}`);

let film: string;

/** Black for a second, then a patch at the right of a dark blue picture, between bars; pale at the end. */
beforeAll(async () => {
  film = join(folder, "chosen.mp4");
  const { x, y, side } = PATCH;
  await ffmpeg(
    ...["-f", "lavfi", "-i", `color=0x203050:size=480x${270 - 2 * BARS}:rate=25:duration=6`],
    ...["-f", "lavfi", "-i", `testsrc2=size=${side}x${side}:rate=25:duration=6`],
    "-filter_complex",
    `[0:v][1:v]overlay=x='${x}+6*sin(5*t)':y=${y - BARS},drawbox=t=fill:color=black:enable='lt(t,1)',` +
      `drawbox=t=fill:color=0xf0f0f0:enable='gte(t,5.4)',pad=480:270:0:${BARS}:black,format=yuv420p`,
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "25", film],
  );
  await upload(film, "chosen");
});

async function fetched(transformation: string, extension: string): Promise<string> {
  const path = join(folder, `chosen-${transformation.replaceAll(/\W/g, "_")}.${extension}`);
  await writeFile(
    path,
    new Uint8Array(await (await get(delivery(transformation, `chosen.${extension}`))).arrayBuffer()),
  );
  return path;
}

/** How far what is delivered is from what another program cuts out of the source. */
const distance = async (path: string, filter: string, seconds: number, still = true): Promise<number> =>
  difference(await thumbnail(path, still ? 0 : seconds, ""), await thumbnail(film, seconds, filter));

describe("what is chosen by what is seen", () => {
  it("g_auto keeps what moves, in stills and streams alike", async () => {
    const around = `crop=152:270:${PATCH.x + PATCH.side / 2 - 76}:0`;
    const still = await fetched("so_3/c_fill,g_auto,h_270,w_152", "png");
    expect(await distance(still, around, 3)).toBeLessThan(10);
    expect(await distance(still, "crop=152:270:164:0", 3)).toBeGreaterThan(12);
    const { variants } = await openStream(delivery("c_fill,g_auto,h_270,w_152/vc_h264", "chosen.m3u8"));
    const { path } = await joinRendition(variants[0]?.address ?? "", "chosen-stream");
    expect(await distance(path, around, 3, false)).toBeLessThan(10);
  });

  it("so_auto shows a moment at which there is something to see", async () => {
    const path = await fetched("so_auto/c_scale,w_240", "png");
    const near = await Promise.all([1.1, 2, 3, 4, 5, 5.3].map((seconds) => distance(path, "scale=240:-2", seconds)));
    expect(Math.min(...near)).toBeLessThan(6);
    expect(await distance(path, "scale=240:-2", 0.5)).toBeGreaterThan(15);
  });

  it("e_trim cuts off bars, and nothing else", async () => {
    const path = await fetched("so_3/e_trim", "png");
    expect(await distance(path, `crop=480:${270 - 2 * BARS}:0:${BARS}`, 3)).toBeLessThan(3);
    const size = await output("ffprobe", [
      "-v",
      "error",
      "-show_entries",
      "stream=width,height",
      "-of",
      "csv=p=0",
      path,
    ]);
    expect(size.toString().trim()).toBe(`480,${270 - 2 * BARS}`);
  });

  it("b_auto fills with the colour that the picture has most of, along its sides or in all", async () => {
    const trimmed = "so_3/e_trim,b_auto:predominant,c_pad,h_400,w_480";
    expect(
      await distance(await fetched(trimmed, "png"), `crop=480:202:0:34,pad=480:400:0:99:0x203050`, 3),
    ).toBeLessThan(4);
    const whole = "so_3/b_auto,c_pad,h_400,w_480";
    expect(await distance(await fetched(whole, "png"), "pad=480:400:0:65:black", 3)).toBeLessThan(4);
  });

  it("is looked for once: what was seen stays with the video, and stands in the addresses of what is made", async () => {
    await originIdle();
    const before = (await sourceRuns()).length;
    const response = await fetch(delivery("so_auto/c_fill,g_auto,h_120,w_120", "chosen.m3u8"));
    expect(await response.text()).toMatch(/so_\d.*c_fill,g_auto:at:\d/);
    expect(await sourceRuns()).toHaveLength(before);
  });

  it("a video without a picture has nothing to be chosen by", async () => {
    const path = join(folder, "tone.m4a");
    await ffmpeg("-f", "lavfi", "-i", "sine=duration=2", path);
    await upload(path, "chosen-tone");
    expect((await get(delivery("c_fill,g_auto,h_9,w_9", "chosen-tone.mp3"))).headers.get("content-type")).toBe(
      "audio/mpeg",
    );
  });
});
