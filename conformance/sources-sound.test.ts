import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { firstSeconds } from "./facts.ts";
import { ffmpeg, makeFilm } from "./films.ts";
import { streamOf, X264 } from "./play.ts";
import { errorDecibels, lagAt, loudness, samplesOf } from "./sound.ts";
import { address, get, joinRendition, upload } from "./stream.ts";
import { writeTelephoneSound } from "./telephone-sound.ts";

const { folder, settings } = inject("service");
const cloud = settings.CLOUD_NAME;

describe("a source's sound plays right", () => {
  it.each([
    ["5.1", { sampleRate: 48_000, layout: "5.1" }, ["-c:a", "ac3"]],
    ["mono at 22.05 kHz", { sampleRate: 22_050, layout: "mono" }, ["-c:a", "aac"]],
    ["44.1 kHz", { sampleRate: 44_100, layout: "stereo" }, ["-c:a", "aac"]],
    ["96 kHz", { sampleRate: 96_000, layout: "stereo" }, ["-c:a", "flac"]],
  ])("with sound of another shape: %s", async (name, sound, codec) => {
    const film = await makeFilm(folder, {
      name: `sound-${name.replaceAll(/\W/g, "")}.mkv`,
      seconds: 7,
      sound,
      options: [...X264, ...codec],
    });
    const publicId = `shape-${name.replaceAll(/\W/g, "")}`;
    await upload(film.path, publicId);
    const [playlist] = (await streamOf(publicId)).audio;
    const joined = await joinRendition(playlist ?? "", publicId);
    expect([32_000, 44_100, 48_000]).toContain(joined.timescale);
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
    const [stream, source] = await Promise.all([
      samplesOf(joined.path, 48_000, ["-ignore_editlist", "1", "-flags2", "+skip_manual"]),
      samplesOf(film.path, 48_000),
    ]);
    const peak = (samples: Float32Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak(stream)).toBeGreaterThan(0.05);
    // Matroska counts milliseconds, and the encoder's delay moves picture against sound.
    const offset = Math.round(((await firstSeconds(film.path, "a")) - (await firstSeconds(film.path, "v"))) * 48_000);
    for (const at of [20_000, 100_000, 200_000, 300_000])
      expect(Math.abs(lagAt(stream, source, at, 4000) - offset), `lag at ${at}`).toBeLessThanOrEqual(48);
  });

  it("in several languages", async () => {
    const film = await makeFilm(folder, { name: "languages.mov", seconds: 3 });
    const source = join(folder, "languages.mkv");
    await ffmpeg(
      "-i",
      film.path,
      "-i",
      film.path,
      "-map",
      "0:v",
      "-map",
      "0:a",
      "-map",
      "1:a",
      ...X264,
      "-c:a",
      "aac",
      "-metadata:s:a:0",
      "language=eng",
      "-metadata:s:a:1",
      "language=spa",
      source,
    );
    await upload(source, "languages");
    const playlist = await (await get(address(`/${cloud}/video/upload/sp_auto/languages.m3u8`))).text();
    expect([...playlist.matchAll(/LANGUAGE="(\w+)"/g)].map((match) => match[1])).toEqual(["en", "es"]);
  });

  it("of a telephone that puts ten frames into a packet: all of them, each where it belongs", async () => {
    const [packed, plain] = [join(folder, "telephone.3gp"), join(folder, "telephone.amr")];
    await writeTelephoneSound(35, packed, plain);
    await upload(packed, "telephone");
    const joined = await joinRendition((await streamOf("telephone")).variants[0]?.address ?? "", "telephone");
    const [stream, source] = await Promise.all([
      samplesOf(joined.path, 8000, ["-ignore_editlist", "1", "-flags2", "+skip_manual"]),
      samplesOf(plain, 8000),
    ]);
    expect(source.length).toBe(56_000);
    for (const at of [2000, 15_000, 30_000, 48_000]) {
      expect(lagAt(stream, source, at, 400), `lag at ${at}`).toBe(0);
      // Of noise AAC keeps little more (-8.8 dB); one frame in ten would be half a decibel.
      expect(errorDecibels(stream, source, at, at + 4000)).toBeLessThan(-6);
    }
  });

  it("whose codec's blocks vary in length, in every segment to the sample: Vorbis in milliseconds", async () => {
    const source = join(folder, "blocks.webm");
    const tones = "0.3*sin(2*PI*(300*t+20*t*t))+0.2*sin(2*PI*(1900*t-35*t*t))";
    // Each click makes the encoder take short blocks.
    const clicks = "0.5*gt(sin(2*PI*3*t),0.95)*random(0)";
    await ffmpeg("-f", "lavfi", "-i", `aevalsrc='${tones}+${clicks}':s=44100`, "-t", "14", "-c:a", "libvorbis", source);
    await upload(source, "blocks");
    const joined = await joinRendition((await streamOf("blocks")).variants[0]?.address ?? "", "blocks");
    const [stream, reference] = await Promise.all([
      samplesOf(joined.path, 44_100, ["-ignore_editlist", "1", "-flags2", "+skip_manual"]),
      samplesOf(source, 44_100),
    ]);
    const lags = [20_000, 120_000, 240_000, 400_000, 580_000].map((at) => lagAt(stream, reference, at, 1200));
    expect(new Set(lags).size, lags.join()).toBe(1);
  });

  // ITU-R BS.775: the centre and what surrounds go to their sides by 3 dB less, the lowest tones are left out.
  const HALF = Math.SQRT1_2;
  const FIVE = { FL: [1, 0], FR: [0, 1], FC: [HALF, HALF], LFE: [0, 0], BL: [HALF, 0], BR: [0, HALF] };
  it.each([
    ["5.1", FIVE],
    ["7.1", { ...FIVE, SL: [HALF, 0], SR: [0, HALF] }],
  ])("of %s, each channel mixed down by its share", async (layout, shares) => {
    const source = join(folder, `each-${layout}.mkv`);
    // One channel after the other, a second each.
    const channels = Object.keys(shares).map((_, second) => `0.25*sin(2*PI*440*t)*between(t,${second},${second + 1})`);
    const generator = `aevalsrc='${channels.join("|")}':c=${layout}:s=48000`;
    await ffmpeg("-f", "lavfi", "-i", generator, "-t", String(channels.length), "-c:a", "flac", source);
    await upload(source, `each-${layout}`);
    const joined = await joinRendition((await streamOf(`each-${layout}`)).variants[0]?.address ?? "", `each-${layout}`);
    const sides = await Promise.all(
      ["FL", "FR"].map((side) => samplesOf(joined.path, 48_000, ["-ignore_editlist", "1"], `pan=mono|c0=${side}`)),
    );
    for (const [second, [channel, expected]] of Object.entries(shares).entries()) {
      const heard = sides.map((samples) => loudness(samples, (second + 0.2) * 48_000, (second + 0.8) * 48_000));
      for (const [side, share] of expected.entries())
        expect(heard[side] ?? 0, `${channel} on side ${side}`).toBeCloseTo((share * 0.25) / Math.SQRT2, 2);
    }
  });
});
