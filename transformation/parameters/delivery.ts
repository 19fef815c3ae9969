/** Parameters of the encode and of the delivery: codec, quality, rate, format, streaming profile. */

import { encoding } from "../edit.ts";
import { bitRate, quality } from "../encoding-values.ts";
import { parameter } from "../parameter.ts";
import { STREAMING_PROFILE_NAMES, streamingProfile } from "../streaming-profile.ts";
import { anyText, nothing, oneOf, orUsual } from "../values.ts";
import { videoCodecWish } from "../video-codec.ts";

/** Every format of the language; which of them are delivered is the format table's knowledge. */
export const FORMAT_NAMES =
  "m3u8 mpd mp4 webm ogv mov mkv avi flv wmv mpeg mxf ts 3gp 3g2 mp3 aac m4a ogg opus wav flac aiff amr jpg png webp avif gif".split(
    " ",
  );

export const delivery = {
  quality: parameter({
    key: "q",
    summary:
      "Picture quality from 1 to 100, or a level: auto, auto:best, auto:good, auto:eco, auto:low, which streams reach with the fewest bits that the film needs. 80:444 keeps the colours of a .jpg or .avif sharp; 80:qmax_40 bounds how coarse a file's codec may get (H.264, VP8, VP9).",
    value: quality(),
    scope: "delivery",
    touches: ["picture"],
    examples: ["80", "auto", "auto:eco", "80:444", "80:qmax_40"],
    isDefault: (value) => "auto" in value && value.auto === "good" && !value.chroma && value.maxQuantizer === undefined,
    apply: (edit, value) => encoding(edit, { quality: value }),
  }),
  bitRate: parameter({
    key: "br",
    summary:
      "The most bits per second that the picture may take; with :constant as many at all times (H.264, HEVC, VP8, VP9).",
    value: bitRate({ min: 1000, max: 100_000_000 }),
    scope: "delivery",
    touches: ["picture"],
    examples: ["250k", "2m", "500k:constant"],
    apply: (edit, { bitsPerSecond, isConstant }) =>
      encoding(edit, { maxBitsPerSecond: bitsPerSecond, isConstantRate: isConstant ?? false }),
  }),
  videoCodec: parameter({
    key: "vc",
    summary:
      "Video codec: h264, h265 or av1; auto takes what the client plays best; none leaves the picture out. Behind h264 may stand a profile (baseline, main, high), a level (3.0 to 5.2) and bframes_no; behind h265 a level.",
    value: videoCodecWish,
    scope: "delivery",
    // The codec chooses among renditions; what is asked of it changes what it writes.
    touches: ({ codec: _, ...tuning }) => (Object.keys(tuning).length > 0 ? ["choice", "picture"] : ["choice"]),
    examples: ["av1", "auto", "h264:baseline:3.1"],
    isDefault: ({ codec, ...tuning }) => codec === "auto" && Object.keys(tuning).length === 0,
    apply: (edit, { codec, ...tuning }) =>
      encoding(edit, { videoCodec: codec, codecTuning: Object.keys(tuning).length > 0 ? tuning : undefined }),
  }),
  dynamicRange: parameter({
    key: "dr",
    summary:
      "high leaves HDR10 and HLG as they are: a stream of ten bits in h265 and av1, of pictures that are cut, turned by quarters and scaled only. Otherwise they are brought into the standard range.",
    value: oneOf(["standard", "high"], { sdr: "standard", hdr: "high" }),
    scope: "delivery",
    touches: ["picture"],
    examples: ["high"],
    isDefault: (range) => range === "standard",
    apply: (edit, range) => encoding(edit, { keepsHighRange: range === "high" }),
  }),
  format: parameter({
    key: "f",
    summary: "Output format; auto takes what the extension says, or what the client plays best.",
    value: oneOf(["auto", ...FORMAT_NAMES], {
      jpeg: "jpg",
      "auto:video": "auto",
      "auto:image": "auto",
      "auto:animated": "auto",
      hls: "m3u8",
      dash: "mpd",
    }),
    scope: "delivery",
    touches: ["choice"],
    examples: ["mp4", "auto"],
    isDefault: (format) => format === "auto",
    apply: (edit, format) => encoding(edit, { format }),
  }),
  animated: parameter({
    key: "fl_animated",
    aliases: ["fl_awebp", "fl_apng"],
    summary: "Pictures that move instead of one: for .webp and .avif; a .gif always moves.",
    value: nothing,
    scope: "delivery",
    touches: ["picture"],
    examples: [""],
    apply: (edit) => encoding(edit, { isAnimated: true }),
  }),
  attachment: parameter({
    key: "fl_attachment",
    aliases: ["fl_streaming_attachment"],
    summary: "Has browsers save the file instead of showing it, under the name that is given.",
    value: orUsual(anyText, ""),
    scope: "delivery",
    touches: ["choice"],
    examples: ["", "my_clip"],
    apply: (edit) => edit,
  }),
  streamingProfile: parameter({
    key: "sp",
    summary: `Streaming profile, for .m3u8 and .mpd: ${STREAMING_PROFILE_NAMES.join(", ")}; auto takes maxres_480p to maxres_2160p.`,
    value: streamingProfile(),
    scope: "delivery",
    touches: ["choice"],
    examples: ["auto", "auto:maxres_720p", "full_hd"],
    apply: (edit, profile) => encoding(edit, { profile }),
  }),
};
