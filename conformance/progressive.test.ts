import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ffmpeg, makeFilm } from "./films.ts";
import { difference, frameNumbers, output, thumbnail } from "./pictures.ts";
import { address, get, upload } from "./stream.ts";

const { folder, settings } = inject("service");

/** Longer than a file that is made whole may be. */
const SECONDS = 70;
const FRAME_RATE = 12;
const TRANSFORMATION = "c_scale,w_128";

let film: { path: string; frames: number };
const url = (publicId = "long", transformation = TRANSFORMATION): string =>
  address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/${publicId}.mp4`);

beforeAll(async () => {
  film = await makeFilm(folder, {
    name: "long.mkv",
    seconds: SECONDS,
    frameRate: String(FRAME_RATE),
    size: "160x90",
    options: ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "50", "-c:a", "flac"],
  });
  await upload(film.path, "long");
});

/** Which segments of the picture there are, as ?explain tells an administrator. */
async function keptSegments(): Promise<readonly number[]> {
  const answer = await fetch(`${url()}?explain`, {
    headers: { authorization: `Basic ${btoa(`${settings.API_KEY}:${settings.API_SECRET}`)}` },
  });
  const { plan } = (await answer.json()) as { plan: { renditions: { id: string; made: number[] }[] } };
  return plan.renditions.find(({ id }) => id === "full-h264")?.made ?? [];
}

describe("a long .mp4", () => {
  it("has its length, its type and its tag before anything is encoded", async () => {
    const head = await fetch(url(), { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("content-type")).toBe("video/mp4");
    expect(head.headers.get("accept-ranges")).toBe("bytes");
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(100_000);
    expect(await keptSegments()).toEqual([]);
    const again = await fetch(url(), { headers: { "if-none-match": head.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
  });

  it("plays from its middle by what its head says: players read no more than that, and no more is made", async () => {
    const frameNumber = 546;
    const frame = join(folder, "long-middle.mp4");
    await ffmpeg(
      "-ss",
      String((frameNumber - 0.5) / FRAME_RATE),
      "-i",
      url(),
      "-frames:v",
      "1",
      "-c:v",
      "libx264",
      "-crf",
      "1",
      frame,
    );
    expect(await frameNumbers(frame)).toEqual([frameNumber]);
    expect((await keptSegments()).length).toBeLessThanOrEqual(6);
  });

  it("says how long it is in its head", async () => {
    const json = await output("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "json", url()]);
    const { format } = JSON.parse(json.toString()) as { format: { duration: string } };
    expect(Math.abs(Number(format.duration) - SECONDS)).toBeLessThan(0.05);
  });

  it("holds every picture and all of the sound, and is as long as it said", async () => {
    const response = await get(url());
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes).toHaveLength(Number(response.headers.get("content-length")));
    const path = join(folder, "long-whole.mp4");
    await writeFile(path, bytes);
    expect(await frameNumbers(path)).toEqual(Array.from({ length: film.frames }, (_, frame) => frame));
    const samples = await output("ffmpeg", ["-v", "error", "-i", path, "-ac", "1", "-f", "s16le", "pipe:1"]);
    // The last packet is filled up.
    expect(Math.abs(samples.length / 2 - SECONDS * 48_000)).toBeLessThan(1024);
    const [own, source] = await Promise.all(
      [path, film.path].map((file) => thumbnail(file, 30, "crop=iw:ih*0.75:0:ih*0.25")),
    );
    expect(difference(own as Buffer, source as Buffer)).toBeLessThan(4);
  });

  it("answers any range with the bytes that the whole has there", async () => {
    const whole = new Uint8Array(await (await get(url())).arrayBuffer());
    const middle = Math.floor(whole.length / 2);
    for (const [range, from, to] of [
      ["bytes=0-99", 0, 100],
      [`bytes=${middle - 40_000}-${middle + 40_000}`, middle - 40_000, middle + 40_001],
      ["bytes=-500", whole.length - 500, whole.length],
      [`bytes=${whole.length - 10}-`, whole.length - 10, whole.length],
    ] as const) {
      const response = await fetch(url(), { headers: { range } });
      expect(response.status, range).toBe(206);
      expect(response.headers.get("content-range"), range).toBe(`bytes ${from}-${to - 1}/${whole.length}`);
      const part = new Uint8Array(await response.arrayBuffer());
      expect(Buffer.compare(part, whole.subarray(from, to)), range).toBe(0);
    }
    const beyond = await fetch(url(), { headers: { range: `bytes=${whole.length}-` } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${whole.length}`);
  });

  it("comes without sound, and cut, sped up or looped, as any transformation says", async () => {
    const fetched = async (transformation: string): Promise<string> => {
      const path = join(folder, `long-${transformation.replaceAll(/\W/g, "_")}.mp4`);
      await writeFile(path, new Uint8Array(await (await get(url("long", transformation))).arrayBuffer()));
      return path;
    };
    const silent = await fetched(`${TRANSFORMATION},ac_none,so_5`);
    expect(await frameNumbers(silent)).toEqual(Array.from({ length: 65 * FRAME_RATE }, (_, frame) => 60 + frame));
    const looped = await fetched(`so_10,du_25/e_loop:2/${TRANSFORMATION}`);
    const once = Array.from({ length: 25 * FRAME_RATE }, (_, frame) => 120 + frame);
    expect(await frameNumbers(looped)).toEqual([...once, ...once, ...once]);
  });
});
