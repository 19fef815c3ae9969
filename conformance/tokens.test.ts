import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import type { SigningKeys } from "../scripts/local-settings.ts";
import { type PlaybackClaims, playbackToken, type SigningKey } from "../sdk/server.ts";
import { makeFilm } from "./films.ts";
import { frameNumbers } from "./pictures.ts";
import { address, joinRendition, openRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");

const FRAME_RATE = 30;
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

let keys: readonly SigningKey[];

/** Segments of two, two and four seconds. */
beforeAll(async () => {
  keys = (JSON.parse(await readFile(join(folder, "signing-keys.json"), "utf8")) as SigningKeys).playback as never;
  const film = await makeFilm(folder, {
    name: "closed.mp4",
    seconds: 8,
    size: "160x90",
    frameRate: String(FRAME_RATE),
  });
  await upload(film.path, "closed", { type: "authenticated" });
});

async function addressOf(file: string, claims: Partial<PlaybackClaims> = {}, key = keys[0]): Promise<string> {
  const options = { cloud: settings.CLOUD_NAME, subject: "closed", expiresAt: new Date(Date.now() + 600_000) };
  const token = await playbackToken({ ...options, ...claims, key: key as SigningKey });
  const [path, query = ""] = file.split("?");
  return address(`/${settings.CLOUD_NAME}/video/authenticated/${path}?token=${token}&${query}`);
}

describe("a closed video", () => {
  it("plays in ffmpeg with a token of every algorithm, by the addresses in its playlists alone", async () => {
    expect(keys.map(({ alg }) => alg).sort()).toEqual(["ES256", "EdDSA", "HS256", "RS256"]);
    for (const key of keys) {
      const stream = await addressOf("sp_auto/closed.m3u8?caps=h264", {}, key);
      expect(await frameNumbers(stream), key.alg).toEqual(numbers(0, 8 * FRAME_RATE));
    }
    expect((await fetch(address(`/${settings.CLOUD_NAME}/video/authenticated/sp_auto/closed.m3u8`))).status).toBe(401);
  });

  it("shows the time that a token opens, to the segment, in ffmpeg as well", async () => {
    const stream = await addressOf("sp_auto/closed.m3u8?caps=h264", { window: [2.5, 4] });
    const shown = numbers(2 * FRAME_RATE, 4 * FRAME_RATE);
    expect(await frameNumbers(stream)).toEqual(shown);
    const { variants, audio } = await openStream(stream);
    const { path, starts, timescale } = await joinRendition(variants[0]?.address ?? "", "a-window");
    expect([await frameNumbers(path), (starts[0] ?? 0) / timescale]).toEqual([shown, 2]);
    expect((await openRendition(audio[0] ?? "")).segments).toHaveLength(1);
  });

  it("plays what is there to whoever may cause nothing, and makes nothing for them", async () => {
    const claims = { encodeSeconds: 0 };
    const stream = await addressOf("sp_auto/closed.m3u8?caps=h264", claims);
    expect(await frameNumbers(stream)).toEqual(numbers(0, 8 * FRAME_RATE));
    const refused = await fetch(await addressOf("so_3,w_64/closed.jpg", claims));
    expect([refused.status, Number(refused.headers.get("retry-after"))]).toEqual([429, 3600]);
    expect((await fetch(await addressOf("so_3,w_64/closed.jpg"))).status).toBe(200);
    expect((await fetch(await addressOf("so_3,w_64/closed.jpg", claims))).status).toBe(200);
  });
});
