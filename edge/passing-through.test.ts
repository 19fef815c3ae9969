import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Probe } from "#media";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, PROBE, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;

/** A minute of 25 frames a second. */
const onGrid = (bytes: number) => ({ frames: 1500, gopFrames: 50, gopBytes: Array.from({ length: 30 }, () => bytes) });

const COPYABLE: Probe = {
  ...PROBE,
  ...(PROBE.video && {
    video: { ...PROBE.video, copyable: { ...onGrid(600_000), codecString: "avc1.4d401f", reorderedPictures: 2 } },
  }),
  audio: PROBE.audio.map((track) => ({ ...track, copyable: { ...onGrid(30_000), codecString: "mp4a.40.2" } })),
};

const STREAM = "/demo/video/upload/sp_auto/film.m3u8?caps=h264,av1";

beforeAll(async () => {
  origin = await startFakeOrigin();
  origin.probe = COPYABLE;
  edge = await startEdge({ ORIGIN_URL: origin.url }, { log: () => {} });
  await (await sdkFor(edge.base)).upload(await newFilm(50_000), { public_id: "film" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

beforeEach(() => {
  origin.jobs.length = 0;
});

const playlist = async (): Promise<string> => (await edge.get(STREAM)).text();

async function folderOf(id: string): Promise<string> {
  const found = new RegExp(`(/[^"\\n]*/${id})/playlist\\.m3u8`).exec(await playlist())?.[1];
  if (found === undefined) throw new Error(`no ${id} is offered`);
  return found;
}

const tierOf = (response: Response): string | undefined =>
  /cache;desc=(\w+)/.exec(response.headers.get("server-timing") ?? "")?.[1];

describe("a video whose own packets fit", () => {
  it("is offered as it is at its own size, with its own codec string and rate", async () => {
    const list = await playlist();
    const variant = /^(#EXT-X-STREAM-INF:.*)\n.*\/720p-h264-copy\//m.exec(list)?.[1];
    expect(variant).toContain('CODECS="avc1.4d401f,mp4a.40.2"');
    const rate = Number(/AVERAGE-BANDWIDTH=(\d+)/.exec(variant ?? "")?.[1]);
    expect(rate).toBeGreaterThan((8 * 630_000) / 2);
    expect(rate).toBeLessThan(((8 * 630_000) / 2) * 1.01);
    expect(list).not.toContain("/720p-h264/");
    expect(list).toContain("/540p-h264/");
    expect(list).toContain("/720p-av1/");
  });

  it.each(["720p-h264-copy", "audio0-aac-copy"])(
    "says of whoever causes the copy that it was copied: %s",
    async (id) => {
      const folder = await folderOf(id);
      for (const file of ["init.mp4", "3.m4s"]) {
        const first = await edge.get(`${folder}/${file}`);
        expect(first.status).toBe(200);
        expect(tierOf(first)).toBe("copied");
        await first.arrayBuffer();
        const again = await edge.get(`${folder}/${file}`);
        expect(["edge", "store"]).toContain(tierOf(again));
        await again.arrayBuffer();
      }
      expect(origin.jobs.map(({ job }) => job.kind)).toEqual(["init", "segment"]);
      expect(origin.jobs[1]?.job).toMatchObject({ copy: {}, filters: [], expected: { samples: expect.any(Number) } });
    },
  );

  it("lets those who come meanwhile join", async () => {
    const folder = await folderOf("720p-h264-copy");
    origin.delayMilliseconds = 300;
    const tiers = (await Promise.all(Array.from({ length: 5 }, () => edge.get(`${folder}/5.m4s`)))).map(tierOf);
    origin.delayMilliseconds = 0;
    expect(tiers.filter((tier) => tier === "copied")).toHaveLength(1);
    expect(tiers.filter((tier) => tier === "joined")).toHaveLength(4);
  });

  it("is encoded at other sizes", async () => {
    const response = await edge.get(`${await folderOf("360p-h264")}/3.m4s`);
    expect(tierOf(response)).toBe("encoded");
    await response.arrayBuffer();
  });

  it("has no encode beside the copy that could be asked for", async () => {
    const encoded = (await folderOf("720p-h264-copy")).replace("-copy", "");
    expect((await edge.get(`${encoded}/0.m4s`)).status).toBe(404);
    expect((await edge.get(`${await folderOf("540p-h264")}-copy/0.m4s`)).status).toBe(404);
    expect(origin.jobs).toEqual([]);
  });

  it("is explained: copied, and next to nothing to make", async () => {
    const headers = { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` };
    const { plan } = (await (await edge.get(`${STREAM}&explain`, { headers })).json()) as {
      plan: { renditions: { id: string; copied?: boolean; offered: boolean; estimate: { encode_seconds: number } }[] };
    };
    const copied = plan.renditions.filter((rendition) => rendition.copied);
    expect(copied.map(({ id }) => id)).toEqual(["720p-h264-copy", "audio0-aac-copy"]);
    for (const { estimate, offered } of copied) {
      expect(offered).toBe(true);
      expect(estimate.encode_seconds).toBeLessThan(3);
    }
  });
});
