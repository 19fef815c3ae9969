/** Parameters of Cloudinary's language that mean nothing for video, need an add-on, or are not drawn: each with what to use instead. */

import { noEffect, unserved } from "../unserved.ts";

const AI = "it needs an add-on that edits pictures by a trained model; there is none here.";
const IMAGES = "it is for images only.";
const NOT_DRAWN = "it is not drawn; leave it out, or edit the video before it is uploaded.";
const MOVING =
  "it makes a video of a picture; fl_splice shows pictures as they are, and what moves over one is a video to be uploaded.";
const REGIONS = "faces are not searched for; name the place with e_blur_region or e_pixelate_region and x, y, w, h.";

/** Names by reason, without their family's `e_` or `fl_`. */
const EFFECTS: Readonly<Record<string, string>> = {
  [AI]: "background_removal bgremoval ai auto_enhance gen_remove gen_replace gen_fill gen_restore gen_recolor gen_background_replace upscale enhance extract viesus_correct dropshadow drop_shadow adv_redeye redeye camera",
  [IMAGES]:
    "art cartoonify oil_paint outline shadow distort shear ordered_dither vectorize theme assist_colorblind improve auto_brightness auto_color auto_contrast fill_light style_transfer gradient_fade lightroom cut_out mask_shape chroma_key",
  [MOVING]: "zoompan",
  [NOT_DRAWN]: "camera_motion",
  [REGIONS]: "blur_faces pixelate_faces",
};

const FLAGS: Readonly<Record<string, string>> = {
  "a stream offers the sound tracks of its own video, each in its language; upload it with all of them.": "alternate",
  [IMAGES]: "rasterize",
};

const KEYS: Readonly<Record<string, string>> = {
  [IMAGES]: "cs d dn p pg",
  "functions of others are not run here.": "fn",
};

const named = (family: string, names: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(names).flatMap(([instead, list]) =>
      list.split(" ").map((name) => [`unserved_${family}${name}`, unserved(`${family}${name}`, instead)] as const),
    ),
  );

export const unservedParameters = { ...named("e_", EFFECTS), ...named("fl_", FLAGS), ...named("", KEYS) };

/** Flags that are taken and change nothing. */
export const withoutEffect = Object.fromEntries(
  (
    "immutable_cache hlsv3 no_stream progressive lossy original any_format strip_profile force_strip force_icc " +
    "sanitize keep_attribution keep_iptc ignore_mask_channels tiff8_lzw preserve_transparency png8 png24 png32 clip clip_evenodd hls_skip_leading_zero faststart_auto " +
    "keep_dar truncate_ts"
  )
    .split(" ")
    .map((name) => [
      `without_effect_${name}`,
      noEffect(`fl_${name}`, "Taken, and without effect: it is so anyway, or is for images."),
    ]),
);
