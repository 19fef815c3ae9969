import { appendFile, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  audioRenditions,
  type DeliveryPlan,
  fragmentTiming,
  fullRenditions,
  type InitJob,
  initJob,
  planDelivery,
  type Rendition,
  type Source,
  segmentCountOf,
  segmentJob,
  segmentStart,
} from "#media";
import { parseTransformation } from "#transformation";
import { type FilmRecipe, ffmpeg, makeFilm } from "../conformance/films.ts";
import { frameNumbers, output } from "../conformance/pictures.ts";
import { encodeSegment } from "./encode-segment.ts";
import { probeSource } from "./probe/probe.ts";
import type { Services } from "./services.ts";
import { SOURCE_PREFIX, servicesOver, WATCHED } from "./testing/services.ts";

let folder: string;
const opened: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgereel-"));
});

afterAll(async () => {
  for (const close of opened) await close();
  await rm(folder, { recursive: true, force: true });
});

/** A file as an origin knows it. */
interface Known {
  readonly path: string;
  readonly source: Source;
  readonly services: Services;
  readonly url: string;
}

async function known(path: string): Promise<Known> {
  const file = await open(path);
  const { size: bytes } = await file.stat();
  const services = await servicesOver(await mkdtemp(join(folder, "origin-")), async (_, start, end) => {
    const buffer = Buffer.alloc(end - start);
    return buffer.subarray(0, (await file.read(buffer, 0, end - start, start)).bytesRead);
  });
  opened.push(async () => {
    await services.sources.stop();
    await file.close();
  });
  const named = { version: "0000000000000000", bytes, url: `${SOURCE_PREFIX}film` };
  const probe = await probeSource(named, services);
  return { path, services, url: named.url, source: { ...probe, version: named.version, digest: "", bytes } };
}

const contextOf = ({ source, url }: Known) => ({
  recipe: "r",
  key: "/k",
  source: { version: source.version, bytes: source.bytes, container: source.container, url },
});

async function segmentOf(from: Known, plan: DeliveryPlan, rendition: Rendition, number: number): Promise<Uint8Array> {
  const job = segmentJob(plan, rendition, number, contextOf(from));
  if (!job) throw new Error(`there is no segment ${number}`);
  return (await encodeSegment(job, from.services, WATCHED)).bytes;
}

const initOf = (from: Known, plan: DeliveryPlan, rendition: Rendition): Promise<Uint8Array> =>
  from.services.inits.get(initJob(plan, rendition, contextOf(from)) as InitJob, from.services);

const numbersOf = (plan: DeliveryPlan, rendition: Rendition): readonly number[] =>
  Array.from({ length: segmentCountOf(plan, rendition) }, (_, number) => number);

/** A digest of each decoded picture, in the order in which they are shown. */
async function pictureDigests(path: string): Promise<readonly string[]> {
  const args = ["-v", "error", "-i", path, "-map", "0:V:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"];
  const list = (await output("ffmpeg", args)).toString().split("\n");
  return list.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(",").at(-1) ?? "");
}

const KEYED = ["-g", "60", "-keyint_min", "60", "-sc_threshold", "0"];
const X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-pix_fmt", "yuv420p"];
const AAC = ["-c:a", "aac", "-b:a", "96k"];
const filmOf = (name: string, options: readonly string[], more: Partial<FilmRecipe> = {}): Promise<{ path: string }> =>
  makeFilm(folder, { name, seconds: 9.4, options, ...more });

const FITTING = [
  ["H.264 and AAC in MP4", "h264", () => filmOf("a.mp4", [...X264, ...KEYED, "-bf", "3", ...AAC])],
  [
    "H.264 at 29.97 in Matroska, whose time stamps are milliseconds",
    "h264",
    () => filmOf("b.mkv", [...X264, ...KEYED, "-bf", "3", ...AAC], { frameRate: "30000/1001" }),
  ],
  [
    "a key picture every second",
    "h264",
    () => filmOf("c.mp4", [...X264, ...KEYED, "-g", "30", "-keyint_min", "30", ...AAC]),
  ],
  [
    "H.264 that is reordered far, in fragments",
    "h264",
    () =>
      filmOf("d.mp4", [
        ...X264,
        ...KEYED,
        "-bf",
        "8",
        "-x264-params",
        "b-adapt=0:b-pyramid=strict",
        "-movflags",
        "+frag_keyframe+empty_moov",
        ...AAC,
      ]),
  ],
  [
    "HEVC",
    "h265",
    () =>
      filmOf("e.mp4", [
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-crf",
        "34",
        "-x265-params",
        "keyint=60:min-keyint=60:scenecut=0:open-gop=0:log-level=none",
        ...AAC,
      ]),
  ],
  [
    "AV1 in WebM",
    "av1",
    () =>
      filmOf("f.mkv", ["-c:v", "libsvtav1", "-preset", "12", "-crf", "50", "-g", "60", ...AAC], { size: "640x360" }),
  ],
] as const;

describe("a source whose key pictures lie on the grid", () => {
  it.each(FITTING)("shows its own pictures, each once and in its place: %s", async (_, codec, make) => {
    const film = await known((await make()).path);
    const plan = planDelivery([], film.source);
    const rendition = fullRenditions(plan).find(({ copied }) => copied);
    expect(rendition?.id).toBe(`full-${codec}-copy`);
    if (!rendition) return;
    const parts: Uint8Array[] = [];
    let [bits, peak] = [0, 0];
    for (const number of numbersOf(plan, rendition)) {
      const bytes = await segmentOf(film, plan, rendition, number);
      const { samples, firstTick } = fragmentTiming(bytes.subarray(24));
      const { num, den } = plan.grid.frameRate;
      expect(firstTick).toBe(segmentStart(plan.grid, number) * 1001 * (den === 1 ? 400 / 1001 : 1));
      peak = Math.max(peak, (8 * bytes.length * num) / (samples * den));
      bits += 8 * bytes.length;
      parts.push(bytes);
    }
    const joined = join(folder, `joined-${codec}-${film.path.slice(-5)}`);
    await writeFile(joined, Buffer.concat([await initOf(film, plan, rendition), ...parts]));
    expect(await pictureDigests(joined)).toEqual(await pictureDigests(film.path));
    // What the playlist states is what the segments take.
    const { num, den } = plan.grid.frameRate;
    expect(rendition.bandwidth).toBe(Math.ceil(peak));
    expect(rendition.averageBandwidth).toBe(Math.ceil((bits * num) / (plan.grid.frames * den)));
  });

  it("goes on with a copy where an encode ends, and with an encode where a copy does", async () => {
    const film = await known((await filmOf("a.mp4", [...X264, ...KEYED, "-bf", "3", ...AAC])).path);
    const [copied, encoded] = ["", "q_70"].map((text) => {
      const plan = planDelivery(parseTransformation(text), film.source);
      return { plan, rendition: fullRenditions(plan)[0] as Rendition };
    });
    if (!copied || !encoded) return;
    expect([copied.rendition.id, encoded.rendition.id]).toEqual(["full-h264-copy", "full-h264"]);
    for (const ways of [
      [copied, encoded],
      [encoded, copied],
    ]) {
      let end = 0;
      for (const number of numbersOf(copied.plan, copied.rendition)) {
        const { plan, rendition } = ways[number % 2] ?? copied;
        const bytes = await segmentOf(film, plan, rendition, number);
        const { firstTick, totalTicks, samples } = fragmentTiming(bytes.subarray(24));
        expect(firstTick).toBe(end);
        end = firstTick + totalTicks;
        // With the init section of its own rendition, as a player appends it when it switches.
        const path = join(folder, `switch-${number}.mp4`);
        await writeFile(path, await initOf(film, plan, rendition));
        await appendFile(path, bytes);
        const first = segmentStart(plan.grid, number);
        const expected = Array.from({ length: samples }, (_, index) => first + index);
        expect(await frameNumbers(path, ["-ignore_editlist", "1"])).toEqual(expected);
      }
      expect(end).toBe(copied.plan.grid.frames * 400);
    }
  });

  it("keeps its sound where its frames begin with ours, byte for byte", async () => {
    const film = await known((await filmOf("a.mp4", [...X264, ...KEYED, "-bf", "3", ...AAC])).path);
    const plan = planDelivery([], film.source);
    const [rendition] = audioRenditions(plan);
    expect(rendition?.id).toBe("audio0-aac-copy");
    if (!rendition) return;
    const packets: Buffer[] = [];
    for (const number of numbersOf(plan, rendition)) {
      const bytes = await segmentOf(film, plan, rendition, number);
      const mdat = Buffer.from(bytes).indexOf("mdat") + 4;
      packets.push(Buffer.from(bytes.subarray(mdat)));
    }
    const raw = join(folder, "own.aac.raw");
    // What primes the decoder lies before the presentation.
    await ffmpeg(
      "-i",
      film.path,
      "-map",
      "0:a",
      "-c",
      "copy",
      "-bsf:a",
      "noise=drop=lt(pts\\,0):amount=0",
      "-f",
      "data",
      raw,
    );
    const own = await readFile(raw);
    const copied = Buffer.concat(packets);
    expect(own.subarray(0, copied.length).equals(copied)).toBe(true);
    expect(own.length - copied.length).toBeLessThan(1024);
  });
});

describe("a source that does not fit", () => {
  const hevc = (parameters: string) => [
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-crf",
    "34",
    "-x265-params",
    `${parameters}:log-level=none`,
  ];

  const unfitting = (name: string, options: readonly string[], more: Partial<FilmRecipe> = {}) =>
    filmOf(name, options, { seconds: 5, ...more });

  /** Two encodes behind each other, of which the second has other parameters. */
  async function twoEncodes(): Promise<{ path: string }> {
    const parts = [];
    for (const [index, references] of ["1", "4"].entries()) {
      const part = join(folder, `part-${index}.h264`);
      await ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=320x180:rate=30",
        "-t",
        "4",
        ...X264,
        ...KEYED,
        "-bf",
        "0",
        "-refs",
        references,
        part,
      );
      parts.push(await readFile(part));
    }
    const [both, path] = [join(folder, "both.h264"), join(folder, "both.mp4")];
    await writeFile(both, Buffer.concat(parts));
    await ffmpeg("-r", "30", "-i", both, "-c", "copy", path);
    return { path };
  }

  /** A picture whose packet says that it holds more than it does. */
  async function damaged(): Promise<{ path: string }> {
    const film = await unfitting("sound.mp4", [...X264, ...KEYED, ...AAC]);
    const places = await output("ffprobe", [
      ...["-v", "error", "-select_streams", "v", "-show_entries", "packet=pos", "-of", "csv=p=0", film.path],
    ]);
    const bytes = await readFile(film.path);
    bytes.writeUInt32BE(0x00ffffff, Number(places.toString().split("\n")[100]));
    const path = join(folder, "damaged.mp4");
    await writeFile(path, bytes);
    return { path };
  }

  it.each([
    ["a damaged packet", damaged],
    ["open GOPs", () => unfitting("g.mp4", [...X264, ...KEYED, "-x264-params", "open-gop=1:bframes=3", ...AAC])],
    [
      "pictures that decoding may begin with, but that are no IDR pictures",
      () => unfitting("h.mp4", [...hevc("keyint=60:min-keyint=60:scenecut=0:open-gop=1:bframes=0"), ...AAC]),
    ],
    ["open GOPs in HEVC", () => unfitting("i.mp4", [...hevc("keyint=60:min-keyint=60:scenecut=0:open-gop=1"), ...AAC])],
    ["key pictures wherever the encoder liked them", () => unfitting("j.mp4", [...X264, ...AAC])],
    [
      "key pictures half a second beside the grid",
      () => unfitting("k.mp4", [...X264, "-force_key_frames", "expr:gte(t,n_forced*2+0.5)", ...AAC]),
    ],
    [
      "pictures that are dropped",
      () => unfitting("l.mp4", [...X264, ...KEYED, "-vf", "select='mod(n,7)'", "-fps_mode", "vfr", ...AAC]),
    ],
    [
      "ten bits",
      () =>
        unfitting("m.mp4", [
          ...hevc("keyint=60:min-keyint=60:scenecut=0:open-gop=0"),
          "-pix_fmt",
          "yuv420p10le",
          ...AAC,
        ]),
    ],
    ["parameters that change within it", twoEncodes],
    ["a transport stream", () => unfitting("n.ts", [...X264, ...KEYED, ...AAC])],
  ] as const)("is encoded: %s", async (_, make) => {
    const { source } = await known((await make()).path);
    expect(source.video?.copyable).toBeUndefined();
    expect(fullRenditions(planDelivery([], source)).map(({ id }) => id)).toContain("full-h264");
  });

  it("has its sound encoded where that begins later, ends earlier, or is coded otherwise", async () => {
    const video = [...X264, ...KEYED];
    const films = [
      unfitting("o.mp4", [...video, "-c:a", "libmp3lame"]),
      unfitting("p.mp4", [...video, ...AAC], { sound: { sampleRate: 22_050, layout: "mono" } }),
      unfitting("q.mp4", [...video, ...AAC, "-af", "atrim=end=4"]),
      unfitting("r.mp4", [...video, ...AAC, "-af", "asetpts=PTS+0.5/TB"]),
    ];
    for (const film of films) {
      const { source } = await known((await film).path);
      expect(source.video?.copyable).toBeDefined();
      expect(source.audio.map(({ copyable }) => copyable)).toEqual([undefined]);
    }
  });
});
