/** Subtitle files that were uploaded: judged when they come, read when a segment of them is written. */

import { type Cue, MAX_SUBTITLE_BYTES, type Probe, parseSubtitles } from "#media";
import { Problem, rational } from "#transformation";

const invalid = (detail: string): Problem => new Problem("invalid-subtitles", detail, { parameter: "file" });

function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw invalid("A subtitle file is coded as UTF-8.");
  }
}

/** What the catalog notes of a subtitle file; throws `invalid-subtitles`. */
export async function probeSubtitles(sources: R2Bucket, objectKey: string, bytes: number): Promise<Probe> {
  if (bytes > MAX_SUBTITLE_BYTES) throw invalid(`A subtitle file may have ${MAX_SUBTITLE_BYTES} bytes.`);
  const object = await sources.get(objectKey);
  if (!object) throw new Problem("internal", "The file is gone.");
  const { format } = parseSubtitles(textOf(await object.arrayBuffer()));
  return { container: format.name, containerStart: rational(0), audio: [], subtitles: [], chapters: 0 };
}

/** The cues of a file that was taken. */
export async function readCues(sources: R2Bucket, objectKey: string): Promise<readonly Cue[]> {
  const object = await sources.get(objectKey);
  if (!object) throw new Problem("not-found", "The subtitle file is gone.");
  return parseSubtitles(textOf(await object.arrayBuffer())).cues;
}
