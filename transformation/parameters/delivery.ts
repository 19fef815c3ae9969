/** Parameters of the encode and of the delivery: codec, quality, rate, format, streaming profile. */

import { encoding } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { STREAMING_PROFILE_NAMES, streamingProfile } from "../streaming-profile.ts";
import { bitRate, oneOf, quality } from "../values.ts";

export const delivery = {
  quality: parameter({
    key: "q",
    summary: "Picture quality from 1 to 100, or a level: auto, auto:best, auto:good, auto:eco, auto:low.",
    value: quality(),
    scope: "delivery",
    touches: ["picture"],
    examples: ["80", "auto", "auto:eco"],
    isDefault: (value) => "auto" in value && value.auto === "good",
    apply: (edit, value) => encoding(edit, { quality: value }),
  }),
  bitRate: parameter({
    key: "br",
    summary: "The most bits per second that the picture may take.",
    value: bitRate({ min: 20_000, max: 100_000_000 }),
    scope: "delivery",
    touches: ["picture"],
    examples: ["250k", "2m"],
    apply: (edit, maxBitsPerSecond) => encoding(edit, { maxBitsPerSecond }),
  }),
  videoCodec: parameter({
    key: "vc",
    summary: "Video codec: h264, h265 or av1; auto takes what the client plays best; none leaves the picture out.",
    value: oneOf(["auto", "h264", "h265", "av1", "none"], { hevc: "h265" }),
    scope: "delivery",
    touches: ["choice"],
    examples: ["av1", "auto"],
    isDefault: (codec) => codec === "auto",
    apply: (edit, videoCodec) => encoding(edit, { videoCodec }),
  }),
  format: parameter({
    key: "f",
    summary: "Output format; auto takes what the extension says, or what the client plays best.",
    value: oneOf(["auto", "m3u8", "mp4", "jpg", "png", "webp"], { jpeg: "jpg", "auto:video": "auto", hls: "m3u8" }),
    scope: "delivery",
    touches: ["choice"],
    examples: ["mp4", "auto"],
    isDefault: (format) => format === "auto",
    apply: (edit, format) => encoding(edit, { format }),
  }),
  streamingProfile: parameter({
    key: "sp",
    summary: `Streaming profile, for .m3u8: ${STREAMING_PROFILE_NAMES.join(", ")}; auto takes maxres_480p to maxres_2160p.`,
    value: streamingProfile(),
    scope: "delivery",
    touches: ["choice"],
    examples: ["auto", "auto:maxres_720p", "full_hd"],
    apply: (edit, profile) => encoding(edit, { profile }),
  }),
};
