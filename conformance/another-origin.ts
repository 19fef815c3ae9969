/**
 * Another origin of the same build, with nothing in its caches and a copy of the film of its own: what it makes can
 * depend on the job alone.
 */

import { mkdtemp, open, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import {
  audioRenditions,
  type DeliveryPlan,
  fullRenditions,
  type InitJob,
  initJob,
  keyframeRenditions,
  ladderRenditions,
  type Probe,
  planDelivery,
  type SegmentJob,
  segmentJob,
} from "#media";
import { parseRenditionUrl } from "#transformation";
import { originClient } from "../edge/origin-client.ts";
import {
  configFrom,
  createOrigin,
  findRecipe,
  InitSections,
  SourceCache,
  UnpackedTracks,
} from "../origin-transcoder/index.ts";

export interface AnotherOrigin {
  readonly url: string;
  readonly secret: string;
  /** The film, as jobs name it. */
  readonly source: { readonly version: string; readonly bytes: number; readonly url: string };
  readonly probe: Probe;
  /** Bytes of the film that it has fetched so far. */
  fetchedBytes(): number;
  /** Makes what lies at an address that a service has handed out for this film; keeps to its recipe, or refuses. */
  make(address: string): Promise<Buffer>;
  stop(): Promise<void>;
}

const SECRET = "another-origins-secret-of-32-characters";
const PREFIX = "http://store.example/sources/";

const speed = { startSeconds: 0.1, secondsPerMegapixel: 0.01 };

export interface AnotherOriginOptions {
  /** The program that it encodes with. */
  readonly ffmpeg?: string;
  /** What is known of the film; it looks for itself otherwise. */
  readonly probe?: Probe;
}

export async function startAnotherOrigin(
  path: string,
  { ffmpeg = "ffmpeg", ...known }: AnotherOriginOptions = {},
): Promise<AnotherOrigin> {
  const folder = await mkdtemp(join(tmpdir(), "edgereel-origin-"));
  const film = await open(path);
  const environment = { ORIGIN_SECRET: SECRET, SOURCE_URL_PREFIXES: PREFIX, ORIGIN_WORK_FOLDER: folder };
  const config = configFrom({ ...environment, FFMPEG: ffmpeg });
  let fetchedBytes = 0;
  const sources = await SourceCache.start(join(folder, "sources"), config.sourceCacheBytes, async (_, start, end) => {
    const { buffer, bytesRead } = await film.read(Buffer.alloc(end - start), 0, end - start, start);
    fetchedBytes += bytesRead;
    return buffer;
  });
  const { id: recipe, codecs } = await findRecipe(config.ffmpeg);
  const build = {
    recipe,
    speeds: Object.fromEntries(codecs.map((codec) => [codec, speed])),
    decodeSecondsPerMegapixel: 1e-4,
  };
  const tracks = await UnpackedTracks.start(config.ffmpeg, join(folder, "tracks"));
  const origin = createOrigin(
    { config, sources, tracks, inits: new InitSections(config.ffmpeg), log: () => {} },
    build,
  );
  const server = await new Promise<Server>((resolve) => {
    const listening = serve({ fetch: origin.app.fetch, hostname: "127.0.0.1", port: 0 }, () =>
      resolve(listening as Server),
    );
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = originClient({ originUrl: url, originSecret: SECRET }, () => Date.now() / 1000);
  const source = { version: "0000000000000000", bytes: (await film.stat()).size, url: `${PREFIX}film` };
  const probe = known.probe ?? (await client.probe(source));

  function jobFor(address: string): SegmentJob | InitJob {
    const { pathname } = new URL(address);
    const { file, rendition: id, recipe: asked, transformation } = parseRenditionUrl(pathname);
    const plan = planDelivery(transformation, { ...source, digest: "", ...probe });
    const rendition = renditionsOf(plan).find((known) => known.id === id);
    const context = { recipe: asked, key: pathname, source: { ...source, container: probe.container } };
    const job =
      rendition && file.kind === "segment"
        ? segmentJob(plan, rendition, file.number, context)
        : rendition && initJob(plan, rendition, context);
    if (!job) throw new Error(`${pathname} names nothing of this film`);
    return job;
  }

  return {
    url,
    secret: SECRET,
    source,
    probe,
    fetchedBytes: () => fetchedBytes,
    make: async (address) => Buffer.from((await client.make({ job: jobFor(address) })).bytes),
    async stop() {
      origin.stop();
      server.closeAllConnections();
      server.close();
      await sources.stop();
      await film.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const renditionsOf = (plan: DeliveryPlan) => [
  ...ladderRenditions(plan),
  ...fullRenditions(plan),
  ...audioRenditions(plan),
  ...keyframeRenditions(plan),
];
