/** What ffprobe finds in a file. */

import { output } from "./pictures.ts";

export interface Facts {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly pixelFormat: string;
  readonly fieldOrder: string;
}

export async function factsOf(path: string): Promise<Facts> {
  const json = await output("ffprobe", [
    "-v",
    "error",
    "-ignore_editlist",
    "1",
    "-count_frames",
    "-select_streams",
    "v",
    "-show_streams",
    "-of",
    "json",
    path,
  ]);
  const [stream] = (
    JSON.parse(json.toString()) as {
      streams: readonly {
        width: number;
        height: number;
        nb_read_frames: string;
        pix_fmt: string;
        field_order: string;
      }[];
    }
  ).streams;
  if (!stream) throw new Error("no picture");
  return {
    width: stream.width,
    height: stream.height,
    frames: Number(stream.nb_read_frames),
    pixelFormat: stream.pix_fmt,
    fieldOrder: stream.field_order,
  };
}

/** When the first picture or sound of a file is presented. */
export async function firstSeconds(path: string, media: "v" | "a"): Promise<number> {
  const text = await output("ffprobe", [
    "-v",
    "error",
    "-select_streams",
    media,
    "-show_frames",
    "-show_entries",
    "frame=best_effort_timestamp_time",
    "-read_intervals",
    "%+#3",
    "-of",
    "csv=p=0",
    path,
  ]);
  return Number.parseFloat(text.toString());
}
