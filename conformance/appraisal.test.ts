import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { LocalService } from "../scripts/local-service.ts";
import { uploadFile } from "../scripts/upload-file.ts";
import { ffmpeg } from "./films.ts";
import { bytesOf, get, openRendition, writeJoined } from "./hls-client.ts";
import { output } from "./pictures.ts";
import { startServiceIn } from "./service.ts";

let service: LocalService;
let cloud: string;
let folder: string;
let film: string;

const SECONDS = 8;

beforeAll(async () => {
  folder = await mkdtemp(join(inject("service").folder, "appraisal-"));
  const started = await startServiceIn(folder, { APPRAISE_UPLOADS: "on" });
  service = started.service;
  const { CLOUD_NAME, API_KEY, API_SECRET } = started.settings;
  cloud = CLOUD_NAME;
  film = join(folder, "soft.mp4");
  // Soft, and half of it at rest: easier than what the ladder is made for.
  const picture = "testsrc2=size=640x360:rate=24,gblur=sigma=2,loop=loop=96:size=1:start=96";
  const coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "8", "-pix_fmt", "yuv420p"];
  await ffmpeg("-f", "lavfi", "-i", picture, "-t", String(SECONDS), ...coded, film);
  const to = { base: service.base, cloud, apiKey: API_KEY, apiSecret: API_SECRET };
  await uploadFile(to, film, { public_id: "soft" });
});

afterAll(() => service?.stop());

interface Listed {
  readonly address: string;
  readonly bandwidth: number;
  readonly average: number;
}

/** H.264 and AV1 as a playlist lists them. */
async function listed(): Promise<readonly Listed[]> {
  const address = `${service.base}/${cloud}/video/upload/sp_auto/soft.m3u8?caps=h264,av1`;
  const text = await (await get(address)).text();
  const lines = [...text.matchAll(/#EXT-X-STREAM-INF:[^\n]*?BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+)[^\n]*\n([^\n]+)/g)];
  return lines.map(([, bandwidth, average, uri = ""]) => ({
    address: new URL(uri, address).href,
    bandwidth: Number(bandwidth),
    average: Number(average),
  }));
}

const isDecided = ({ address }: Listed): boolean => /-f\d+-\d+k\/playlist/.test(address);

describe("a film that is easier than the ladder", () => {
  let before: readonly Listed[];
  let after: readonly Listed[];

  it("plays at once by the ladder, and at lower rates once it has been appraised", async () => {
    before = await listed();
    expect(before.length).toBeGreaterThan(0);
    after = await vi.waitFor(
      async () => {
        const now = await listed();
        expect(now.length > 0 && now.every(isDecided)).toBe(true);
        return now;
      },
      { timeout: 100_000, interval: 500 },
    );
    const total = (list: readonly Listed[]) => list.reduce((sum, { bandwidth }) => sum + bandwidth, 0);
    expect(total(after)).toBeLessThan(0.8 * total(before));
  });

  it("keeps what its playlist says of its rates, and looks like the film", async () => {
    for (const { address, bandwidth, average } of after) {
      const { init, segments } = await openRendition(address);
      const parts: Buffer[] = [];
      for (const segment of segments) parts.push(await bytesOf(segment.address));
      const rates = parts.map((part, number) => (8 * part.length) / (segments[number]?.seconds ?? 1));
      // There is no sound.
      for (const rate of rates) expect(rate).toBeLessThanOrEqual(bandwidth);
      const bits = 8 * parts.reduce((sum, part) => sum + part.length, 0);
      expect(bits / SECONDS).toBeLessThanOrEqual(1.1 * average);
      const { path } = await writeJoined(join(folder, "joined.mp4"), await bytesOf(init), parts);
      expect(await likeness(path)).toBeGreaterThan(0.97);
    }
  });

  it("plays on by the playlists that were handed out before", async () => {
    for (const { address } of before) {
      const { segments } = await openRendition(address);
      expect((await get(segments.at(-1)?.address ?? "")).status).toBe(200);
    }
  });
});

/** SSIM of luma, of pictures with the same numbers. */
async function likeness(path: string): Promise<number> {
  const numbered = "settb=1/24,setpts=N";
  const graph = `[0:v]${numbered}[a];[1:v]${numbered}[b];[b][a]scale2ref[c][d];[d][c]ssim=stats_file=-`;
  const text = await output("ffmpeg", [
    ...["-v", "error", "-i", path, "-i", film],
    ...["-lavfi", graph],
    "-f",
    "null",
    "-",
  ]);
  const similarities = [...text.toString().matchAll(/\bY:([\d.]+)/g)].map(([, value]) => Number(value));
  return similarities.reduce((sum, value) => sum + value, 0) / similarities.length;
}
