/**
 * The URLs that edgereel hands out below a delivery URL: playlists, init sections, segments, sheets, stills and clips.
 * Their path is their cache key: transformation, asset, version of its bytes, recipe, rendition, file.
 */

import { canonicalTransformation } from "./canonical.ts";
import {
  type AssetName,
  checkPublicId,
  decodePathSegment,
  encodeTransformation,
  NO_VERSION,
  parseAssetPrefix,
  spellPublicId,
} from "./delivery-url.ts";
import { isComponent, OF_RENDITIONS, parseTransformation } from "./language.ts";
import { Problem } from "./problem.ts";
import type { Transformation } from "./step.ts";

export type RenditionFile =
  | { readonly kind: "playlist" }
  | { readonly kind: "init" }
  /** What opens the segments of a folder that is sealed. */
  | { readonly kind: "key" }
  /** Where players ask for keys by their ids. */
  | { readonly kind: "license" }
  | { readonly kind: "segment"; readonly number: number }
  /** Subtitles; without a number all of them. */
  | { readonly kind: "cues"; readonly number?: number }
  | { readonly kind: "chapters" }
  | { readonly kind: "sheet"; readonly number: number; readonly extension: string }
  | { readonly kind: "whole"; readonly extension: string };

/** Ways to encrypt what is delivered: segments as a whole, by HLS's AES-128, or what is coded in them, by Common Encryption. */
export const SEALINGS = ["aes128", "cbcs"] as const;
export type Sealing = (typeof SEALINGS)[number];

export interface RenditionUrl extends AssetName {
  /** Canonical, and only what touches this rendition. */
  readonly transformation: Transformation;
  /** Names the bytes of the source: 16 hexadecimal digits of their digest. */
  readonly sourceVersion: string;
  /** Names how the origin encodes: its recipe, encoders and build. */
  readonly recipe: string;
  /** Absent of what is delivered in clear. */
  readonly sealing?: Sealing;
  /** `720p-av1`, `full-h264`, `audio0-aac`, `iframes-h264`, `subtitles-vtt`, `chapters-json`, `license-eme`, `storyboard-jpg`, `still-jpg`, `clip-h264`. */
  readonly rendition: string;
  readonly file: RenditionFile;
}

/** A rendition's id tells what it shows, its codec, and how it is made where there are several ways. */
const TAIL =
  /^@([0-9a-f]{16})\.([a-z0-9]{1,16})(?:\.(aes128|cbcs))?\/([a-z0-9]{1,16}(?:-[a-z0-9]{1,8}){1,3})\/([a-z0-9]{1,9}\.[a-z0-9]{2,5})$/;

/** Whether a path is one that edgereel hands out; cheap, for routing. */
export const isRenditionPath = (path: string): boolean =>
  path.includes("/@") && TAIL.test(path.split("/").slice(-3).join("/"));

function numberedFile(number: number, extension: string): RenditionFile {
  if (extension === "m4s") return { kind: "segment", number };
  return extension === "vtt" ? { kind: "cues", number } : { kind: "sheet", number, extension };
}

function parseFile(text: string): RenditionFile | undefined {
  if (text === "playlist.m3u8") return { kind: "playlist" };
  if (text === "init.mp4") return { kind: "init" };
  if (text === "key.bin") return { kind: "key" };
  if (text === "license.json") return { kind: "license" };
  if (text === "all.vtt") return { kind: "cues" };
  if (text === "chapters.json") return { kind: "chapters" };
  const [, number, type = ""] = /^(0|[1-9]\d{0,6})\.([a-z0-9]+)$/.exec(text) ?? [];
  if (number !== undefined) return numberedFile(Number(number), type);
  const extension = /^file\.([a-z0-9]+)$/.exec(text)?.[1];
  return extension === undefined ? undefined : { kind: "whole", extension };
}

export function formatFile(file: RenditionFile): string {
  switch (file.kind) {
    case "playlist":
      return "playlist.m3u8";
    case "init":
      return "init.mp4";
    case "key":
      return "key.bin";
    case "license":
      return "license.json";
    case "segment":
      return `${file.number}.m4s`;
    case "cues":
      return `${file.number ?? "all"}.vtt`;
    case "chapters":
      return "chapters.json";
    case "sheet":
      return `${file.number}.${file.extension}`;
    case "whole":
      return `file.${file.extension}`;
  }
}

/**
 * Reads a path that edgereel handed out.
 * @throws Problem `not-found` for any spelling but the canonical one, so that each object has one key
 */
export function parseRenditionUrl(path: string): RenditionUrl {
  const { cloud, deliveryType, rest } = parseAssetPrefix(path);
  const segments = rest.split("/");
  const [, sourceVersion, recipe, sealing, rendition, name] = TAIL.exec(segments.splice(-3).join("/")) ?? [];
  const file = parseFile(name ?? "");
  if (!file || !sourceVersion || !recipe || !rendition) throw notFound();
  let count = 0;
  while (count < segments.length - 1 && isComponent(decodePathSegment(segments[count] ?? ""))) count++;
  const text = segments.slice(0, count).map(decodePathSegment).join("/");
  const transformation = parseTransformation(text, 1, OF_RENDITIONS);
  if (segments[count] === NO_VERSION && count < segments.length - 1) count++;
  const publicId = segments.slice(count).map(decodePathSegment).join("/");
  checkPublicId(publicId);
  const sealed = SEALINGS.find((known) => known === sealing);
  const bytes = { sourceVersion, recipe, ...(sealed && { sealing: sealed }), rendition, file };
  const url = { cloud, deliveryType, publicId, transformation, ...bytes };
  if (formatRenditionUrl({ ...url, transformation: canonicalTransformation(transformation) }) !== path)
    throw notFound();
  return url;
}

const notFound = (): Problem => new Problem("not-found", "No playlist of ours names this address.");

/** The path, percent-escaped. The transformation must be canonical. */
export function formatRenditionUrl(url: RenditionUrl): string {
  return `${formatRenditionFolder(url)}/${formatFile(url.file)}`;
}

/** The folder of a rendition: what all its files share. */
export function formatRenditionFolder(url: Omit<RenditionUrl, "file">): string {
  const transformation = encodeTransformation(url.transformation);
  const parts = ["", url.cloud, "video", url.deliveryType, ...(transformation ? [transformation] : [])];
  const version = [`@${url.sourceVersion}`, url.recipe, ...(url.sealing ? [url.sealing] : [])].join(".");
  return [...parts, spellPublicId(url.publicId), version, url.rendition].join("/");
}
