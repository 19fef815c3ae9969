/** What the edge adds to a cache hit: a warm segment through all of it, against the smallest Worker that has a cache. */

import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SignJWT } from "jose";
import { get, openRendition, openStream } from "../conformance/stream.ts";
import { API_KEY, API_SECRET, CLOUD, startEdge } from "../edge/testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "../edge/testing/fake-origin.ts";
import { uploadFile } from "../scripts/upload-file.ts";
import type { Bench } from "./bench.ts";
import { type Cost, childrenNamed, median, ownCpuSeconds } from "./measurement.ts";
import { startMinimalWorker } from "./minimal-worker.ts";
import { fineMilliseconds, ratio } from "./table.ts";

/** Four seconds of 360p. */
export const SEGMENT_BYTES = 400_000;

const REQUESTS = 300;
const TURNS = 11;
/** Before anything is measured, for compilers and allocators. */
const WARM_UP_REQUESTS = 400;

const PLAYBACK_KEY = randomBytes(32);

/** Something that answers one address from its cache. */
interface Contestant {
  readonly name: string;
  readonly address: string;
  readonly workerd: number;
  readonly turns: Cost[];
}

const METHOD = [
  `${SEGMENT_BYTES / 1000} kB from the Cache API, both Workers on workerd without a proxy before them, one request at a time;`,
  `${TURNS} turns of ${REQUESTS} requests each, medians of the turns. CPU is workerd's, the counting of deliveries included. Milliseconds a request.`,
].join(" ");

export const warmHit: Bench = {
  name: "warm",
  async run({ folder }) {
    const body = randomBytes(SEGMENT_BYTES);
    const origin = await startFakeOrigin();
    answerWith(origin, body);
    const edge = await startedWorkerd(() => startEdge({ ORIGIN_URL: origin.url, PLAYBACK_KEYS: playbackKeys() }));
    const minimal = await startedWorkerd(startMinimalWorker);
    try {
      const { open, closed } = await warmSegments(edge.started.base, folder);
      const plain = new URL(new URL(open).pathname, minimal.started.base).href;
      await minimal.started.put(plain, body);
      const contestants: Contestant[] = [
        { name: "a minimal Worker's hit", address: plain, workerd: minimal.pid, turns: [] },
        { name: "a segment for everybody", address: open, workerd: edge.pid, turns: [] },
        { name: "a segment behind a playback token", address: closed, workerd: edge.pid, turns: [] },
        { name: "a segment, by a player that tells (CMCD)", address: told(open), workerd: edge.pid, turns: [] },
      ];
      await compete(contestants, body);
      return {
        title: "A warm segment against a minimal Worker's cache hit",
        method: METHOD,
        columns: ["hit", "n", "wall", "CPU", "wall ÷ minimal", "CPU ÷ minimal", "CPU − minimal"],
        rows: rowsOf(contestants),
      };
    } finally {
      await edge.started.stop();
      await minimal.started.stop();
      await origin.stop();
    }
  },
};

/** The address as hls.js asks for it. */
const told = (address: string): string =>
  `${address}?CMCD=${encodeURIComponent('bl=21300,br=3200,d=4000,dl=21300,mtp=48100,nor="3.m4s",ot=v,rtp=16000,sf=h,sid="6e2fb550-c457-11e9-bb97-0800200c9a66",st=v')}`;

async function compete(contestants: readonly Contestant[], body: Uint8Array): Promise<void> {
  for (const { address } of contestants) await request(address, WARM_UP_REQUESTS, body);
  for (let turn = 0; turn < TURNS; turn++)
    for (const { address, workerd, turns } of contestants)
      turns.push(await measured(workerd, () => request(address, REQUESTS, body)));
}

/** Two warm segments of the edge: of a public asset and of one that needs a token. */
export async function warmSegments(base: string, folder: string): Promise<{ open: string; closed: string }> {
  const film = join(folder, "warm.mp4");
  // All that the edge looks at; the rest is the origin's business.
  await writeFile(film, Buffer.concat([Buffer.from("\0\0\0\x14ftypisom\0\0\0\0isom", "latin1"), randomBytes(5000)]));
  const upload = (publicId: string, type: string) =>
    uploadFile({ base, cloud: CLOUD, apiKey: API_KEY, apiSecret: API_SECRET }, film, { public_id: publicId, type });
  await upload("open", "upload");
  await upload("closed", "authenticated");
  const token = await playbackToken("closed");
  return {
    open: await segmentAddress(`${base}/${CLOUD}/video/upload/sp_auto/open.m3u8`),
    closed: await segmentAddress(`${base}/${CLOUD}/video/authenticated/sp_auto/closed.m3u8?token=${token}`),
  };
}

function rowsOf(contestants: readonly Contestant[]): readonly (readonly string[])[] {
  const each = (turns: readonly Cost[], cost: keyof Cost): number => median(turns.map((turn) => turn[cost])) / REQUESTS;
  const minimal = contestants[0]?.turns ?? [];
  return contestants.map(({ name, turns }) => [
    name,
    `${turns.length} × ${REQUESTS}`,
    fineMilliseconds(each(turns, "wallSeconds")),
    fineMilliseconds(each(turns, "cpuSeconds")),
    ratio(each(turns, "wallSeconds") / each(minimal, "wallSeconds")),
    ratio(each(turns, "cpuSeconds") / each(minimal, "cpuSeconds")),
    fineMilliseconds(each(turns, "cpuSeconds") - each(minimal, "cpuSeconds")),
  ]);
}

async function measured(workerd: number, run: () => Promise<void>): Promise<Cost> {
  const [startedAt, cpuBefore] = [performance.now(), ownCpuSeconds(workerd)];
  await run();
  return { wallSeconds: (performance.now() - startedAt) / 1000, cpuSeconds: ownCpuSeconds(workerd) - cpuBefore };
}

/** Asks again and again, and sees that it is given the segment. */
async function request(address: string, times: number, body: Uint8Array): Promise<void> {
  for (let time = 0; time < times; time++) {
    const bytes = await (await get(address)).arrayBuffer();
    if (bytes.byteLength !== body.length) throw new Error(`${bytes.byteLength} bytes from ${address}`);
  }
}

/** The address of a segment that has just been put into the cache, from the playlists as a player reads them. */
async function segmentAddress(multivariant: string): Promise<string> {
  const [variant] = (await openStream(multivariant)).variants;
  const address = (await openRendition(variant?.address ?? "")).segments[2]?.address ?? "";
  await (await get(address)).arrayBuffer();
  const again = await get(address);
  await again.arrayBuffer();
  if (!again.headers.get("server-timing")?.includes("desc=edge")) throw new Error(`${address} is not warm`);
  return address;
}

export function answerWith(origin: FakeOrigin, body: Buffer): void {
  const headers = {
    "content-type": "video/mp4",
    "content-length": body.length,
    "repr-digest": `sha-256=:${createHash("sha256").update(body).digest("base64")}:`,
  };
  origin.answer = (_, response) => {
    response.writeHead(200, headers).end(body);
  };
}

/** Starts a workerd, and tells which process it is. */
async function startedWorkerd<T>(start: () => Promise<T>): Promise<{ started: T; pid: number }> {
  const before = childrenNamed("workerd");
  const started = await start();
  const [pid] = childrenNamed("workerd").filter((child) => !before.includes(child));
  if (pid === undefined) throw new Error("workerd did not start");
  return { started, pid };
}

export const playbackKeys = (): string =>
  JSON.stringify({ keys: [{ kty: "oct", kid: "bench", alg: "HS256", k: PLAYBACK_KEY.toString("base64url") }] });

const playbackToken = (publicId: string): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: "HS256", kid: "bench" })
    .setAudience(CLOUD)
    .setSubject(publicId)
    .setExpirationTime("1h")
    .sign(PLAYBACK_KEY);
