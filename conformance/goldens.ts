/**
 * GOLDENS: for every parameter that touches the picture or the sound the test that holds what is delivered against what its
 * definition, or another renderer, gives. Kinds of layers stand here by how they are spelled.
 */

export interface Golden {
  /** The test file in this folder. */
  readonly file: string;
  /** As the test is called there; what `%s` stands for is spelled in the file. */
  readonly test: string;
}

const golden = (file: string, test: string, keys: string): Readonly<Record<string, Golden>> =>
  Object.fromEntries(keys.split(" ").map((key) => [key, { file, test }]));

export const GOLDENS: Readonly<Record<string, Golden>> = {
  ...golden("sizing", "are those that ffmpeg gives by filters that say the same: %s", "w h c ar g x y z a"),
  ...golden(
    "retiming",
    "%s shows the picture that its place in time calls for",
    "so eo du e_accelerate e_reverse e_boomerang e_loop",
  ),
  ...golden("retiming", "as .%s shows a second from the middle of each third", "e_preview"),
  ...golden("seamless", "halves the pictures of 60 fps where 30 are asked for, without a stumble", "fps"),
  ...golden("outputs", "takes as many pictures as vs_ says, and shows each as long as dl_ says", "vs dl"),
  ...golden(
    "outputs",
    "as .avif where fl_animated asks for it: an image sequence of the same moments as a .gif",
    "fl_animated",
  ),
  ...golden("outputs", "costs less at less quality", "q"),
  ...golden("high-range", "keeps it where the URL says so, with all that it says of its light: %s", "dr"),
  ...golden("encoding", "is kept in every second of a file, whatever is shown: %s", "br"),
  ...golden("encoding", "stands in CODECS, and the segments are coded so", "vc"),
  ...golden("encoding", "dpr_ gives dense screens the pixels that they have", "dpr"),
  ...golden("encoding", "fl_ignore_aspect_ratio leaves the other side as it is", "fl_ignore_aspect_ratio"),
  ...golden("encoding", "af_ is sound of that rate, which sounds as before", "af"),
  ...golden("encoding", "fl_mono is one channel, in streams and files, with both in it", "fl_mono"),
  ...golden("transformations", "change the sound's loudness: %s", "e_volume"),
  ...golden(
    "effects",
    "%s gives the colours that its definition gives",
    "e_brightness e_contrast e_saturation e_gamma e_sepia e_grayscale e_blackwhite e_negate o",
  ),
  ...golden(
    "effects",
    "e_hue:50 turns every colour by a quarter of the colour circle, and leaves lightness and strength alone",
    "e_hue",
  ),
  ...golden("effects", "e_vibrance gives more to what has little colour", "e_vibrance"),
  ...golden(
    "effects",
    "e_blur mixes colours where they meet, the stronger the wider, and keeps the whole as light as it was",
    "e_blur",
  ),
  ...golden("effects", "e_pixelate:32 shows squares of one colour", "e_pixelate"),
  ...golden("effects", "%s changes what is inside, and nothing else", "e_blur_region e_pixelate_region"),
  ...golden("effects", "e_noise adds grain that differs from picture to picture", "e_noise"),
  ...golden("effects", "e_vignette darkens the corners and not the middle", "e_vignette"),
  ...golden("effects", "%s overshoots where colours meet", "e_sharpen e_unsharp_mask"),
  ...golden("effects", "b_ and c_pad put the picture on a colour", "b"),
  ...golden("effects", "bo_ draws a border inside", "bo"),
  ...golden("effects", "r_ cuts the corners that it names, and nothing else", "r"),
  ...golden("effects", "e_fade lightens the start, darkens the end, and knows its time behind a cut", "e_fade"),
  ...golden("effects", "e_deshake steadies as one run over the whole film does, in every segment", "e_deshake"),
  ...golden("effects", "e_progressbar grows evenly, in its colour, from segment to segment", "e_progressbar"),
  ...golden(
    "recolouring",
    "%s gives the colours that its definition gives",
    "e_red e_green e_blue e_brightness_hsb e_colorize e_tint e_simulate_colorblind e_recolor co",
  ),
  ...golden(
    "recolouring",
    "is not seen, and whatever is as near to it as the tolerance says is not seen either",
    "e_make_transparent",
  ),
  ...golden("recolouring", "gives way to another one with e_replace_color, shade by shade", "e_replace_color"),
  ...golden("recolouring", "is seen in full or not at all with e_opacity_threshold", "e_opacity_threshold"),
  ...golden("recolouring", "are those of l_lut:%s", "l_lut"),
  ...golden(
    "burnt-subtitles",
    "are shown with the frames that another renderer shows them with, as large and at the same place",
    "l_subtitles",
  ),
  ...golden("choices", "e_trim cuts off bars, and nothing else", "e_trim"),
  ...golden("layers", "play a video from the frame on that it is laid at, and end with it", "l_video"),
  ...golden("layers", "mix their sound into the film's, sample by sample and without a click at the joins", "l_audio"),
  ...golden("layers", "draw text for what it is, whatever it holds", "l_text"),
  ...golden(
    "layers",
    "change a layer by its own chain: cut, reversed, sized by the film's width, half transparent, blended",
    "fl_relative e_screen e_multiply e_overlay",
  ),
  ...golden("compositing", "shows where the video can be seen through, in a frame that holds both", "u_"),
  ...golden("compositing", "by its lightness with e_mask: white keeps, black takes away, grey is in between", "e_mask"),
  ...golden("compositing", "by its shape with fl_cutter: where it is not, nothing is", "fl_cutter"),
  ...golden("compositing", "is cut off there, with fl_no_overflow as without", "fl_no_overflow"),
  ...golden("compositing", "fills the picture with fl_tiled", "fl_tiled"),
  ...golden(
    "compositing",
    "has grain in its transparency with e_anti_removal, the same in every frame that is encoded again",
    "e_anti_removal",
  ),
  ...golden("splicing", "show every picture at its place: %s", "fl_splice"),
  ...golden("splicing", "is made of the lightness of a layer, where one is its matte", "e_transition"),
  ...golden("other-outputs", "is as high as the louder channel's peaks: %s", "fl_waveform"),
};
