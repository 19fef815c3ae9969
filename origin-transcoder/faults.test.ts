import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, open, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fragmentTiming } from "#media";
import { makeFilm } from "../conformance/films.ts";
import { type EdgeUnderTest, ORIGIN_SECRET, startEdge } from "../edge/testing/edge-under-test.ts";
import { sdkFor } from "../edge/testing/sdk.ts";
import { freePort } from "../scripts/local-service.ts";
import { findRecipe } from "./recipe.ts";

let folder: string;
let store: Server;
let port: number;
let origin: ChildProcess;
let edge: EdgeUnderTest;
/** Of a rendition of the film, in whose address its version stands. */
let rendition: string;

/** While this file is there, ffmpeg begins with no source. */
const held = () => join(folder, "held");
const hold = () => writeFile(held(), "");
const release = () => rm(held(), { force: true });

/** An ffmpeg that can be held back; nothing else of it differs. */
async function holdableFfmpeg(): Promise<string> {
  const path = join(folder, "ffmpeg");
  const isHeld = `case "$*" in *trim=start_pts*) while [ -e '${held()}' ]; do sleep 0.05; done;; esac`;
  await writeFile(path, `#!/bin/sh\n${isHeld}\nexec ffmpeg "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

/** Any object of the store is the film. */
async function startStore(path: string): Promise<Server> {
  const film = await open(path);
  const server = createServer(async (request, response) => {
    const [, from = "0", to = "0"] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    const { buffer, bytesRead } = await film.read({
      buffer: Buffer.alloc(Number(to) + 1 - Number(from)),
      position: Number(from),
    });
    response.writeHead(206).end(buffer.subarray(0, bytesRead));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.once("close", () => void film.close());
}

const storeUrl = () => `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
const originUrl = () => `http://127.0.0.1:${port}`;

interface Load {
  readonly running: number;
  readonly waiting: number;
}

const load = async (): Promise<Load | undefined> =>
  fetch(`${originUrl()}/health`).then(
    (response) => response.json() as Promise<Load>,
    () => undefined,
  );

async function startOrigin(): Promise<void> {
  const env = {
    ...{ PATH: process.env["PATH"], ORIGIN_SECRET, ORIGIN_PORT: String(port), ENCODERS: "2" },
    ...{
      ORIGIN_WORK_FOLDER: join(folder, "work"),
      SOURCE_URL_PREFIXES: `${storeUrl()}/s3/`,
      FFMPEG: join(folder, "ffmpeg"),
    },
  };
  const args = ["--disable-warning=ExperimentalWarning", "origin-transcoder/server.ts"];
  origin = spawn(process.execPath, args, { env, stdio: "ignore" });
  while (!(await load())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const killOrigin = (): Promise<void> =>
  new Promise((resolve) => {
    origin.once("exit", () => resolve());
    origin.kill("SIGKILL");
  });

/** As the origin would have measured, in a minute. */
async function noteSpeeds(): Promise<void> {
  const { id: recipe, codecs } = await findRecipe({ path: join(folder, "ffmpeg") });
  const speed = { startSeconds: 0.1, secondsPerMegapixel: 0.01 };
  const build = {
    recipe,
    speeds: Object.fromEntries(codecs.map((codec) => [codec, speed])),
    decodeSecondsPerMegapixel: 1e-4,
  };
  const machine = `${cpus()[0]?.model ?? "unknown"} x${availableParallelism()}`;
  await mkdir(join(folder, "work"), { recursive: true });
  await writeFile(join(folder, "work", "measured.json"), JSON.stringify({ machine, build }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgereel-faults-"));
  const { path } = await makeFilm(folder, { name: "film.mov", seconds: 40, size: "160x90" });
  store = await startStore(path);
  port = await freePort();
  await holdableFfmpeg();
  await noteSpeeds();
  await startOrigin();
  edge = await startEdge({ ORIGIN_URL: originUrl(), S3_ENDPOINT: `${storeUrl()}/s3` }, { log: () => {} });
  await (await sdkFor(edge.base)).upload(path, { public_id: "film" });
  const playlist = await (await edge.get("/demo/video/upload/film.m3u8?caps=h264")).text();
  rendition = /^\/.*full-h264/m.exec(playlist)?.[0] ?? "";
});

afterAll(async () => {
  await release();
  await edge?.stop();
  await killOrigin();
  store?.close();
  await rm(folder, { recursive: true, force: true });
});

// The first ones are shorter than all others.
let segments = 3;
const coldSegment = (): string => `${rendition}/${segments++}.m4s`;

/** Frames of a segment, behind its type box; a film of 30 frames a second is cut every four seconds. */
async function framesOf(response: Response): Promise<number> {
  expect(response.status).toBe(200);
  return fragmentTiming(Buffer.from(await response.arrayBuffer()).subarray(24)).samples;
}

async function expectRefusal(response: Response, code: string): Promise<void> {
  expect([response.status, response.headers.get("cache-control")]).toEqual([503, "no-store"]);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({ code });
}

describe("an origin that is killed in the middle of an encode", () => {
  it("leaves viewers with a reason and all that is cached, and makes the same segment when it is back", async () => {
    const [warm, cold] = [coldSegment(), coldSegment()];
    expect(await framesOf(await edge.get(warm))).toBe(120);
    await expect.poll(async () => (await load())?.running, { timeout: 30_000 }).toBe(0);
    const far = `${rendition}/8.m4s`;
    await hold();
    const waiting = edge.get(far);
    await expect.poll(async () => (await load())?.running, { timeout: 10_000 }).toBeGreaterThan(0);
    await killOrigin();
    await release();
    await expectRefusal(await waiting, "origin-unreachable");
    await expectRefusal(await edge.get(cold), "origin-unreachable");
    expect((await edge.get("/demo/video/upload/film.m3u8?caps=h264")).status).toBe(200);
    expect(await framesOf(await edge.get(warm))).toBe(120);
    await startOrigin();
    expect(await framesOf(await edge.get(far))).toBe(120);
    expect(await framesOf(await edge.get(cold))).toBe(120);
  });
});

describe("an origin whose disk is full", () => {
  it("encodes what it cannot keep of the source from memory", async () => {
    await killOrigin();
    await startOrigin();
    const [, version = ""] = /@([0-9a-f]{16})\./.exec(rendition) ?? [];
    const blocks = join(folder, "work", "sources", `${version}.source`);
    // Every write to it fails with ENOSPC.
    await symlink("/dev/full", blocks);
    segments = 5;
    expect(await framesOf(await edge.get(coldSegment()))).toBe(120);
    expect(await readlink(blocks)).toBe("/dev/full");
  });

  it("says so of a clip, which needs the disk, and makes it when there is room", async (context) => {
    const clips = join(folder, "work", "clips");
    await mkdir(clips, { recursive: true });
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", clips], { stdio: "ignore" });
    } catch {
      context.skip("a tiny disk cannot be mounted here");
    }
    const clip = "/demo/video/upload/du_10,so_1/film.mp4";
    try {
      await expectRefusal(await edge.get(clip), "storage-unavailable");
    } finally {
      execFileSync("umount", [clips]);
    }
    expect((await edge.get(clip)).status).toBe(200);
  });
});

describe("a viewer who leaves", () => {
  it("frees the encode, and what was looked ahead to", async () => {
    await expect.poll(async () => (await load())?.running, { timeout: 30_000 }).toBe(0);
    await hold();
    const { hostname, port: edgePort } = new URL(edge.base);
    const socket = connect(Number(edgePort), hostname).on("error", () => {});
    socket.write(`GET ${rendition.replace("/upload/", "/upload/so_1/")}/0.m4s HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    await expect.poll(load, { timeout: 10_000 }).toMatchObject({ running: expect.toSatisfy((n: number) => n > 0) });
    socket.resetAndDestroy();
    await expect.poll(load, { timeout: 10_000 }).toMatchObject({ running: 0, waiting: 0 });
    await release();
  });
});
