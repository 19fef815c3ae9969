import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { allowedRemote, parseRemoteHost } from "./remote/remote-hosts.ts";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, PROBE, startFakeOrigin } from "./testing/fake-origin.ts";
import { sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let closed: EdgeUnderTest;
let origin: FakeOrigin;
let remote: Server;
let base: string;
let sdk: Awaited<ReturnType<typeof sdkFor>>;
/** What was asked of the remote server. */
let asked: string[] = [];

/** A server of somebody else's. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/film.mp4": (response) => response.end(Buffer.alloc(40_000, 1)),
  "/a b.mp4?v=2": (response) => response.end(Buffer.alloc(30_000, 2)),
  "/logo.png": (response) => response.end(Buffer.alloc(2000, 3)),
  "/moved.mp4": (response) => response.writeHead(302, { location: "/film.mp4" }).end(),
  "/away.mp4": (response) => response.writeHead(302, { location: "http://127.0.0.1:1/secret" }).end(),
  "/round.mp4": (response) => response.writeHead(307, { location: "/round.mp4" }).end(),
  "/large.mp4": (response) => response.end(Buffer.alloc(1_200_000)),
  "/endless.mp4": (response) => {
    response.writeHead(200);
    response.write(Buffer.alloc(700_000));
    response.end(Buffer.alloc(700_000));
  },
};

beforeAll(async () => {
  remote = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    asked.push(path);
    const answer = ANSWERS[path];
    if (answer) answer(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => remote.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(remote.address() as AddressInfo).port}`;
  origin = await startFakeOrigin();
  closed = await startEdge({ ORIGIN_URL: origin.url });
  edge = await startEdge({
    ORIGIN_URL: origin.url,
    FETCH_HOSTS: `media.example.com, ${base}`,
    FETCH_MAX_MEGABYTES: "1",
  });
  sdk = await sdkFor(edge.base);
});

afterAll(async () => {
  await edge?.stop();
  await closed?.stop();
  await origin?.stop();
  remote?.close();
});

beforeEach(() => {
  asked = [];
  origin.probe = PROBE;
});

const storedObjects = async (of: EdgeUnderTest): Promise<number> =>
  (await (await of.miniflare.getR2Bucket("SOURCES")).list()).objects.length;

const fetched = (name: string, chain = "f_m3u8,w_320"): string =>
  `/demo/video/fetch/${chain}/${encodeURIComponent(`${base}/${name}`)}`;

describe("a delivery of a remote video", () => {
  it("is a stream of an ordinary asset, which is fetched once", async () => {
    const playlist = await (await edge.get(fetched("film.mp4"))).text();
    const uris = playlist.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(uris[0]).toMatch(/\/demo\/video\/upload\/w_320\/remote\/[0-9a-f]{40}\/@[0-9a-f]{16}\./);
    const media = await (await fetch(new URL(uris[0] ?? "", edge.base))).text();
    const segment = media.split("\n").find((line) => line.endsWith(".m4s")) ?? "";
    expect((await fetch(new URL(segment, new URL(uris[0] ?? "", edge.base)))).status).toBe(200);
    expect(await edge.get(fetched("film.mp4", "so_2"))).toMatchObject({ status: 200 });
    expect(asked).toEqual(["/film.mp4"]);
    expect(origin.jobs.length).toBeGreaterThan(0);
  });

  it("is read as SDKs write it, escaped or not, signed or not", async () => {
    const signed = sdk.path(`${base}/a b.mp4?v=2`, { type: "fetch", sign_url: true, width: 200, fetch_format: "m3u8" });
    expect((await edge.get(signed)).status).toBe(200);
    const forged = signed.replace(/s--.{8}--/, "s--AAAAAAAA--");
    expect((await edge.get(forged)).status).toBe(401);
    expect((await edge.get(`/demo/video/fetch/f_jpg/v1/${base}/film.mp4`)).status).toBe(200);
    expect(asked).toEqual(["/a b.mp4?v=2"]);
  });

  it("gives the file itself where nothing is asked for", async () => {
    const response = await edge.get(`/demo/video/fetch/${base}/film.mp4`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.alloc(40_000, 1));
  });

  it.each<[string, number, string]>([
    ["moved.mp4", 200, ""],
    ["away.mp4", 400, "remote-not-allowed"],
    ["round.mp4", 400, "remote-unreadable"],
    ["nothing.mp4", 400, "remote-unreadable"],
    ["large.mp4", 400, "source-too-large"],
    ["endless.mp4", 400, "source-too-large"],
  ])("is followed step by step, and bounded: %s", async (name, status, code) => {
    const before = await storedObjects(edge);
    const response = await edge.get(fetched(name));
    expect(response.status).toBe(status);
    if (status === 200) return;
    expect(await response.json()).toMatchObject({ code });
    expect(await storedObjects(edge)).toBe(before);
  });

  it("asks nothing of hosts that are not listed, and says so", async () => {
    for (const of of ["http://localhost:9/x.mp4", "https://evil.example/x.mp4", "http://media.example.com/x.mp4"]) {
      const response = await edge.get(`/demo/video/fetch/f_m3u8/${encodeURIComponent(of)}`);
      expect([response.status, await response.json()], of).toMatchObject([400, { code: "remote-not-allowed" }]);
    }
    const none = await closed.get(fetched("film.mp4"));
    expect([none.status, await none.json()]).toMatchObject([
      400,
      { code: "remote-not-allowed", detail: expect.stringContaining("FETCH_HOSTS") },
    ]);
    expect(asked).toEqual([]);
  });
});

describe("a remote layer", () => {
  it("is kept as an asset, and stands in keys as one, with its version", async () => {
    await edge.get(fetched("film.mp4"));
    origin.probe = { ...PROBE, container: "png_pipe", audio: [] };
    const layer = Buffer.from(`${base}/logo.png`).toString("base64url");
    const response = await edge.get(fetched("film.mp4", `f_m3u8,w_320/l_fetch:${layer}/fl_layer_apply,g_north`));
    const text = await response.text();
    const uri = text.split("\n").find((line) => line.includes("/full-h264/")) ?? "";
    expect(uri).toMatch(/l_remote:[0-9a-f]{40}:@[0-9a-f]{16}\/fl_layer_apply,g_north/);
    expect((await edge.get(uri)).status).toBe(200);
    expect((await edge.get(uri.replace("playlist.m3u8", "0.m4s"))).status).toBe(200);
    expect(origin.jobs.at(-1)?.job).toMatchObject({ layers: [expect.objectContaining({ bytes: 2000 })] });
    expect(asked).toContain("/logo.png");
  });
});

describe("an upload by its address", () => {
  it("is fetched, and called as its client says", async () => {
    const answer = await sdk.cloudinary.uploader.upload(`${base}/film.mp4`, {
      resource_type: "video",
      public_id: "from/afar",
    });
    expect(answer).toMatchObject({ public_id: "from/afar", bytes: 40_000, original_filename: "film" });
    const file = await edge.get("/demo/video/upload/from/afar.mp4");
    expect(Buffer.from(await file.arrayBuffer())).toEqual(Buffer.alloc(40_000, 1));
  });

  it("is refused before anything is asked where it is not signed, or not allowed", async () => {
    const upload = (url: string, options: object) =>
      sdk.cloudinary.uploader.upload(url, { resource_type: "video", ...options });
    await expect(upload(`${base}/film.mp4`, { api_secret: "wrong" })).rejects.toMatchObject({ http_code: 401 });
    await expect(upload("https://evil.example/a.mp4", {})).rejects.toMatchObject({
      http_code: 400,
      message: expect.stringContaining("evil.example"),
    });
    expect(asked).toEqual([]);
  });
});

describe("the list of hosts", () => {
  const rules = (text: string) => ({
    hosts: text.split(",").flatMap((entry) => parseRemoteHost(entry.trim()) ?? []),
    maxBytes: 1,
  });

  it.each([
    ["media.example.com", "https://media.example.com/a.mp4"],
    ["*.example.com", "https://a.b.example.com/a.mp4"],
    ["https://media.example.com:8443", "https://media.example.com:8443/a.mp4"],
    ["http://127.0.0.1:8123", "http://127.0.0.1:8123/a.mp4"],
  ])("%s lets %s through", (hosts, url) => {
    expect(allowedRemote(url, rules(hosts)).href).toBe(url);
  });

  it.each([
    ["media.example.com", "http://media.example.com/a.mp4"],
    ["media.example.com", "https://media.example.com:8443/a.mp4"],
    ["media.example.com", "https://media.example.com.evil.example/a.mp4"],
    ["media.example.com", "https://user:secret@media.example.com/a.mp4"],
    ["*.example.com", "https://example.com/a.mp4"],
    ["*.example.com", "https://evilexample.com/a.mp4"],
    ["*.internal", "https://db.internal/a.mp4"],
    ["*.0.0.1", "https://127.0.0.1/a.mp4"],
    ["media.example.com", "https://2130706433/a.mp4"],
    ["media.example.com", "file:///etc/passwd"],
  ])("%s does not let %s through", (hosts, url) => {
    expect(() => allowedRemote(url, rules(hosts))).toThrow(expect.objectContaining({ code: "remote-not-allowed" }));
  });
});
