import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, PROBE, startFakeOrigin } from "./testing/fake-origin.ts";
import { fileOf, sdkFor } from "./testing/sdk.ts";
import { type Visited, visit, walkStream } from "./testing/stream-walk.ts";
import { keySet, newKey, type TestKey, tokenOf } from "./testing/tokens.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let key: TestKey;
const log: string[] = [];

const CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
const STREAM = "/demo/video/authenticated/sp_auto:subtitles_((code_en-US;file_film_en.vtt))/film.m3u8";
const SECONDS = 5;

beforeAll(async () => {
  origin = await startFakeOrigin();
  origin.probe = {
    ...PROBE,
    ...(PROBE.video && { video: { ...PROBE.video, width: 640, height: 360, endTicks: 12_800 * SECONDS } }),
    audio: PROBE.audio.map((track) => ({ ...track, endSample: 48_000 * SECONDS })),
  };
  key = await newKey("EdDSA");
  edge = await startEdge(
    { ORIGIN_URL: origin.url, PLAYBACK_KEYS: keySet(key), TOKEN_ENCODE_SECONDS: "10000" },
    { log: (line) => log.push(line) },
  );
  const folder = await mkdtemp(join(tmpdir(), "edgereel-"));
  const sdk = await sdkFor(edge.base);
  for (const [seed, name] of ["film", "spoilt"].entries())
    await sdk.upload(await fileOf(join(folder, "film.mp4"), 50_000, seed), { public_id: name, type: "authenticated" });
  await writeFile(join(folder, "film_en.vtt"), CAPTIONS);
  await sdk.upload(join(folder, "film_en.vtt"), { public_id: "film_en.vtt", resource_type: "raw" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const at = (path: string, token?: string): URL => {
  const url = new URL(path, edge.base);
  if (token !== undefined) url.searchParams.set("token", token);
  return url;
};

const kindsOf = (visited: readonly Visited[]): ReadonlySet<string> =>
  new Set(visited.map(({ url: { pathname } }) => pathname.replace(/.*\/(?=[^/]*$)/, "").replace(/^\d+(?=\.)/, "N")));

describe("a token", () => {
  it.each([
    ["without bounds", {}],
    ["with bounds", { max_rung: "360p", window: [0, 3], codecs: ["h264"] }],
  ])("%s opens every child of a stream, and no child is open without it", async (_, claims) => {
    const visited = await walkStream(at(STREAM, await tokenOf(key, { sub: "film", ...claims })));
    expect(visited.filter(({ status }) => status !== 200).map(({ url }) => url.pathname)).toEqual([]);
    const kinds = [...kindsOf(visited)].sort();
    expect(kinds).toEqual(["N.m4s", "N.vtt", "film.m3u8", "init.mp4", "playlist.m3u8"]);
    for (const rendition of ["audio0-aac", "iframes-h264", "234p-h264", "subtitles"])
      expect(
        visited.some(({ url }) => url.pathname.includes(`/${rendition}`)),
        rendition,
      ).toBe(true);
    for (const { url } of visited.filter(({ url }) => url.pathname !== STREAM))
      expect((await fetch(new URL(url.pathname, edge.base))).status, url.pathname).toBe(401);
  });

  it("opens the poster, the preview and the file in one piece beside the stream", async () => {
    const token = await tokenOf(key, { sub: "film" });
    for (const path of ["so_1/film.jpg", "e_preview:duration_2/film.mp4", "film.mp4", "film.mp3"]) {
      const address = `/demo/video/authenticated/${path}`;
      expect([(await visit(at(address, token))).status, (await visit(at(address))).status]).toEqual([200, 401]);
    }
  });

  it("is found nowhere but in the addresses that a viewer was given", async () => {
    const signed = await tokenOf(key, { sub: "*", jti: "a-very-secret-token-id", max_rung: "270p" });
    const visited = await walkStream(at(STREAM.replace("sp_auto", "so_1/sp_auto"), signed));
    const secrets = [signed, ...signed.split(".").slice(1), "a-very-secret-token-id"];
    const findings: string[] = [];
    const search = (where: string, text: string): void => {
      for (const secret of secrets) if (text.includes(secret)) findings.push(where);
    };
    // Refusals, a failure of the origin's and a defect of ours: what logs are full of.
    origin.answer = (_, response) => response.writeHead(200, { "repr-digest": "sha-256=:AAAA:" }).end("half");
    const broken = await visit(at("/demo/video/authenticated/so_2,w_222/film.jpg", signed));
    origin.answer = undefined;
    const refusals = [broken, await visit(at("/demo/video/authenticated/w_9999999/film.jpg", signed))];
    refusals.push(await visit(at("/demo/video/authenticated/film.mp4", signed)));
    await edge.sql("UPDATE sources SET facts = '{' WHERE public_id = 'spoilt'");
    refusals.push(await visit(at("/demo/video/authenticated/sp_auto/spoilt.m3u8", signed)));
    expect(refusals.map(({ status }) => status)).toEqual([503, 400, 403, 500]);
    expect(log.join()).toContain("defect");

    for (const { url, headers, body } of [...visited, ...refusals]) {
      search(`headers of ${url.pathname}`, JSON.stringify([...headers]));
      if (!headers.get("content-type")?.includes("mpegurl")) search(`body of ${url.pathname}`, body);
      expect(headers.get("referrer-policy"), url.pathname).toBe("no-referrer");
    }
    for (const { job, lookAhead } of origin.jobs) search("a job", JSON.stringify([job, lookAhead]));
    for (const line of log) search("the log", line);

    // What is kept: counted deliveries, products with all that is said of them, and every table there is.
    const counted = async () => (await edge.sql<{ n: number }>("SELECT count(*) n FROM deliveries"))[0]?.n ?? 0;
    await expect.poll(counted, { timeout: 30_000, interval: 500 }).toBeGreaterThan(3);
    for (const { name } of await edge.sql<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    ))
      search(`the table ${name}`, JSON.stringify(await edge.sql(`SELECT * FROM "${name}"`)));
    const products = await edge.miniflare.getR2Bucket("PRODUCTS");
    const { objects } = await products.list({ include: ["customMetadata", "httpMetadata"] });
    expect(objects.length).toBeGreaterThan(10);
    for (const object of objects) search("a product", JSON.stringify(object));
    const budgets = await edge.get("/v1/demo/budget", {
      headers: { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` },
    });
    search("the budget", await budgets.text());
    expect(findings).toEqual([]);
  });

  it("parts no cache: what one token has had made is there for every other, byte by byte", async () => {
    const [one, two] = [await tokenOf(key, { sub: "film" }), await tokenOf(key, { sub: "*", codecs: ["av1", "h264"] })];
    const stream = STREAM.replace("sp_auto", "so_2/sp_auto");
    const made = await walkStream(at(stream, one));
    origin.jobs.length = 0;
    const found = await walkStream(at(stream, two));
    expect(origin.jobs).toEqual([]);
    const bodyAt = new Map(made.map(({ url, body }) => [url.pathname, body]));
    const segments = found.filter(({ url }) => url.pathname.endsWith(".m4s"));
    expect(segments.length).toBeGreaterThan(5);
    for (const { url, body, headers } of segments) {
      expect(body).toBe(bodyAt.get(url.pathname));
      expect(headers.get("server-timing")).toContain("desc=edge");
    }
  });
});
