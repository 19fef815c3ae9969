/** Raw files that were uploaded, subtitles and look-up tables: judged when they come, read when something is made of them. */

import { type Cue, lutFormatOf, MAX_LUT_BYTES, MAX_SUBTITLE_BYTES, type Probe, parseLut, parseSubtitles } from "#media";
import { Problem, rational } from "#transformation";

function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Problem(
      "invalid-upload",
      "Raw files are texts, coded as UTF-8: subtitles (.vtt, .srt, .transcript) and look-up tables (.cube, .3dl).",
      { parameter: "file" },
    );
  }
}

/** Names a file's format, or says what is wrong with it. */
interface RawKind {
  readonly maxBytes: number;
  readonly formatOf: (text: string) => string;
}

const SUBTITLES: RawKind = { maxBytes: MAX_SUBTITLE_BYTES, formatOf: (text) => parseSubtitles(text).format.name };

/** What a file is its name says, since all of them are text. */
function kindOf(publicId: string): RawKind {
  const lut = lutFormatOf(publicId);
  if (!lut) return SUBTITLES;
  return {
    maxBytes: MAX_LUT_BYTES,
    formatOf: (text) => {
      parseLut(text, lut.name);
      return lut.name;
    },
  };
}

/** What the catalog notes of a raw file; throws `invalid-subtitles`, `invalid-lut`, `invalid-upload`. */
export async function probeRaw(
  sources: R2Bucket,
  { publicId, objectKey, bytes }: { publicId: string; objectKey: string; bytes: number },
): Promise<Probe> {
  const { maxBytes, formatOf } = kindOf(publicId);
  if (bytes > maxBytes)
    throw new Problem("invalid-upload", `This kind of file may have ${maxBytes} bytes.`, { parameter: "file" });
  const object = await sources.get(objectKey);
  if (!object) throw new Problem("internal", "The file is gone.");
  const container = formatOf(textOf(await object.arrayBuffer()));
  return { container, containerStart: rational(0), audio: [], subtitles: [] };
}

/** The cues of a file that was taken. */
export async function readCues(sources: R2Bucket, objectKey: string): Promise<readonly Cue[]> {
  const object = await sources.get(objectKey);
  if (!object) throw new Problem("not-found", "The subtitle file is gone.");
  return parseSubtitles(textOf(await object.arrayBuffer())).cues;
}
