/** URLs as Cloudinary's own SDK writes and signs them: the oracle of what clients send. */

import { v2 as cloudinary } from "cloudinary";

export const SDK_SECRET = "an-api-secret";

type Options = Readonly<Record<string, unknown>>;

/** The path of a delivery URL as the SDK writes it; the SDK's own configuration is neither used nor changed. */
export function sdkPath(publicId: string, options: Options): string {
  const account = { cloud_name: "demo", api_secret: SDK_SECRET, secure: true, analytics: false, urlAnalytics: false };
  return new URL(cloudinary.url(publicId, { resource_type: "video", format: "mp4", ...account, ...options })).pathname;
}

/** The ways in which the SDK signs. */
export const SIGNING: readonly { readonly name: string; readonly length: 8 | 32; readonly options: Options }[] = [
  { name: "SHA-1, 8 characters", length: 8, options: {} },
  { name: "SHA-256, 8 characters", length: 8, options: { signature_algorithm: "sha256" } },
  { name: "SHA-256, 32 characters", length: 32, options: { long_url_signature: true } },
];

/** Names as users give them: folders, spaces, every script, and what looks like another part of a URL. */
export const PUBLIC_IDS: readonly string[] = [
  "dog",
  "shows/pilot",
  "my dog",
  "my shows/a pilot (1)",
  "v1/dog",
  "dog/v2",
  "series/v1/dog",
  "channels/tv1/dog",
  "w_300",
  "dots.in.the.name",
  "a+b&c=d,e",
  "Straße/Köln",
  "日本語/映画 🎬",
  "--dashes--",
];

/** Transformations in the SDK's words. */
export const SDK_TRANSFORMATIONS: readonly Options[] = [
  {},
  { width: 300, height: 200, crop: "fill", gravity: "north_west" },
  { width: 0.5, crop: "scale" },
  { width: 640, aspect_ratio: "16:9", crop: "fill" },
  { width: 100, height: 100, x: 10, y: 20, crop: "crop", gravity: "south_east" },
  { width: 100, x: 0.1, y: -0.1, crop: "crop" },
  { angle: ["hflip", 90] },
  { angle: "ignore" },
  { start_offset: 6.5, end_offset: 10 },
  { offset: [2, 5] },
  { start_offset: "35%", duration: "10p" },
  { fps: 25 },
  { fps: "20-25" },
  { effect: "volume:-50" },
  { effect: "volume:-3dB" },
  { audio_codec: "none" },
  { audio_frequency: 44_100 },
  { quality: 80 },
  { quality: "auto:eco" },
  { bit_rate: "250k" },
  { video_codec: "h265" },
  { fetch_format: "auto" },
  { streaming_profile: "auto:maxres_720p", format: "m3u8" },
  { version: 1_486_020_273, width: 300, crop: "scale" },
  { force_version: false, width: 300, crop: "limit" },
  { raw_transformation: "c_limit,w_640" },
  { transformation: [{ width: 640, crop: "limit" }, { start_offset: 5, duration: 2.5 }, { quality: "auto" }] },
];
