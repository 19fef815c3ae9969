/** Delivers a long .mp4 as one file that plays and seeks at once: its segments in their places, made when they are read. */

import type { FoundAsset } from "#catalog";
import {
  type DeliveryPlan,
  inSpace,
  type ProgressiveLayout,
  type ProgressiveParts,
  progressiveLayout,
  progressiveParts,
  type Space,
} from "#media";
import {
  type DeliveryUrl,
  formatRenditionFolder,
  Problem,
  type RenditionFile,
  type RenditionUrl,
} from "#transformation";
import type { Grant } from "./access/delivery-access.ts";
import { hex } from "./access/hash.ts";
import { fileResponse } from "./file-response.ts";
import { cacheControl, finished } from "./responses.ts";
import type { EdgeServices } from "./services.ts";

const PROGRESSIVE_SECONDS = 60;

/** Bytes of one file of a rendition, wherever they come from. */
export type FetchPart = (url: RenditionUrl) => Promise<Uint8Array>;

interface Described {
  readonly url: DeliveryUrl;
  readonly plan: DeliveryPlan;
  readonly asset: FoundAsset;
  readonly parts: ProgressiveParts;
  readonly recipe: string;
}

/** Where a file of the picture's or of the sound's rendition lies. */
function addressOf(
  { url, plan, asset, parts, recipe }: Described,
  media: Space["media"],
  file: RenditionFile,
): RenditionUrl {
  const rendition = media === "audio" ? parts.audio : parts.video;
  if (!rendition) throw new Problem("internal", "There is no such part.");
  return {
    ...url,
    transformation: media === "audio" ? plan.keys.sound : plan.keys.picture,
    sourceVersion: asset.source.version,
    recipe,
    rendition: rendition.id,
    file,
  };
}

/** Bytes [offset, offset + length) of the file, made as they are read: nothing beyond what the client takes. */
function streamOf(layout: ProgressiveLayout, described: Described, fetchPart: FetchPart) {
  return ({ offset, length } = { offset: 0, length: layout.bytes }): ReadableStream<Uint8Array> => {
    let at = offset;
    const end = offset + length;
    const made = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (at >= end) return controller.close();
          const { bytes, start } = await partAt(layout, at, described, fetchPart);
          const piece = bytes.subarray(at - start, Math.min(bytes.length, end - start));
          at += piece.length;
          controller.enqueue(piece);
        },
      },
      // Nothing is made before it is asked for.
      { highWaterMark: 0 },
    );
    // A stream has a Content-Length in Workers only where it passes through one of these.
    return made.pipeThrough(new FixedLengthStream(length));
  };
}

/** The part of the file that holds a byte. */
async function partAt(
  { head, spaces }: ProgressiveLayout,
  at: number,
  described: Described,
  fetchPart: FetchPart,
): Promise<{ bytes: Uint8Array; start: number }> {
  if (at < head.length) return { bytes: head, start: 0 };
  const space = spaces.find(({ start, bytes }) => at < start + bytes);
  if (!space) throw new Problem("internal", "There is no such byte.");
  const segment = await fetchPart(addressOf(described, space.media, { kind: "segment", number: space.number }));
  return { bytes: inSpace(segment, space, described.parts), start: space.start };
}

/** What tells this file from any other: the folders that its segments lie in, and how much space they have. */
async function etagOf(described: Described, bytes: number): Promise<string> {
  const media = (["video", "audio"] as const).filter((name) => name === "video" || described.parts.audio);
  const folders = media.map((name) => formatRenditionFolder(addressOf(described, name, { kind: "init" })));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode([...folders, bytes].join("\n")));
  return `"${hex(digest).slice(0, 32)}"`;
}

/** @throws Problem `no-picture` where there is nothing to show */
export async function deliverProgressive(
  request: Request,
  { url, plan, asset }: Pick<Described, "url" | "plan" | "asset">,
  grant: Grant,
  services: EdgeServices,
  fetchPart: FetchPart,
): Promise<Response> {
  const parts = progressiveParts(plan);
  if (!parts)
    throw new Problem("no-picture", "There is no picture in this file; ask for its sound as .m4a.", { parameter: "f" });
  const { recipe } = await services.builds.current();
  const described: Described = { url, plan, asset, parts, recipe };
  const [init, audioInit] = await Promise.all([
    fetchPart(addressOf(described, "video", { kind: "init" })),
    parts.audio && fetchPart(addressOf(described, "audio", { kind: "init" })),
  ]);
  const layout = progressiveLayout(plan, parts, init, audioInit);
  const facts = {
    mediaType: "video/mp4",
    bytes: layout.bytes,
    etag: await etagOf(described, layout.bytes),
    uploaded: new Date(asset.uploadedAt * 1000),
  };
  const read = streamOf(layout, described, fetchPart);
  const response = await fileResponse(request, facts, async (range) => read(range));
  if (!response) throw new Problem("internal", "The file could not be read.");
  response.headers.set("cache-control", cacheControl(PROGRESSIVE_SECONDS, grant));
  return finished(response, { tier: "computed", ...grant });
}
