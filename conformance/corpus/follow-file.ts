/** Follows one file through the service: refused, or played to its last frame with a poster and a clip of it. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type UploadTarget, uploadFile } from "../../scripts/upload-file.ts";
import { bytesOf, openStream, type Stream, type Variant } from "../hls-client.ts";
import type { CorpusFile } from "./files.ts";
import { decodedIn, picturesOf, sizeOf, soundSecondsOf } from "./measuring.ts";
import { type PlayedRendition, playRendition } from "./play-rendition.ts";

export interface Outcome {
  readonly happened: "plays" | "refused" | "fails";
  /** The renditions that were played: `avc1 1920x1080`. */
  readonly played: readonly string[];
  /** Segments fetched, and how many there are. */
  readonly segments: string;
  /** Pictures of the stream, and of the source. */
  readonly frames: string;
  /** Seconds of the stream, and of the source. */
  readonly seconds: string;
  /** The refusal, or everything that is wrong. */
  readonly problem: string;
}

const NOTHING = { played: [], segments: "", frames: "", seconds: "", problem: "" };

export interface Place {
  readonly target: UploadTarget;
  /** For what is put together of segments. */
  readonly folder: string;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export async function followFile(file: CorpusFile, publicId: string, { target, folder }: Place): Promise<Outcome> {
  try {
    await uploadFile({ ...target, resource: "video" }, file.path, { public_id: publicId });
  } catch (error) {
    return { ...NOTHING, happened: isRefusal(error) ? "refused" : "fails", problem: messageOf(error) };
  }
  const asset = `${target.base}/${target.cloud}/video/upload`;
  try {
    const stream = await openStream(`${asset}/sp_auto/${publicId}.m3u8?caps=h264,hevc,av1`);
    const path = (name: string): string => join(folder, `${publicId}-${name}`);
    const outcome = await played(file, stream, path);
    const extras = await extrasOf(asset, publicId, stream, path);
    const problem = [outcome.problem, ...extras].filter(Boolean).join("; ");
    return { ...outcome, problem, happened: problem === "" ? "plays" : "fails" };
  } catch (error) {
    return { ...NOTHING, happened: "fails", problem: messageOf(error) };
  }
}

/** Whatever is not the uploader's to change is no refusal but a failure. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["not-playable", "invalid-upload"].includes(String(error.code));

/** What a name of codecs says of the picture in it, rated: the more modern, the higher. */
const MODERNITY: readonly string[] = ["avc1", "hvc1", "av01"];

const entryOf = ({ codecs }: Variant): string => codecs.slice(0, 4);

const linesOf = ({ resolution }: Variant): number => Math.min(...resolution.split("x").map(Number));

/**
 * The largest rung of H.264, and the smallest of the most modern codec: between them lie both ends of the ladder, where
 * sizes and caps are hardest to keep.
 */
function chosenFrom({ variants }: Stream): readonly Variant[] {
  const byLines = [...variants].filter(({ resolution }) => resolution !== "").sort((a, b) => linesOf(a) - linesOf(b));
  const most = Math.max(...byLines.map((variant) => MODERNITY.indexOf(entryOf(variant))));
  const chosen = [
    byLines.findLast((variant) => entryOf(variant) === "avc1"),
    byLines.find((variant) => most > 0 && entryOf(variant) === MODERNITY[most]),
  ];
  return chosen.filter((variant) => variant !== undefined);
}

type Played = Omit<Outcome, "happened">;

async function played(file: CorpusFile, stream: Stream, path: (name: string) => string): Promise<Played> {
  const chosen = chosenFrom(stream);
  // A stream of sound alone is its own variant.
  const sounds = [...(chosen.length > 0 ? [] : stream.variants.map((variant) => variant.address)), ...stream.audio];
  const pictures = await Promise.all(
    chosen.map((variant) => playRendition(variant.address, "v", path(`${entryOf(variant)}.mp4`))),
  );
  const heard = await Promise.all(sounds.map((address, index) => playRendition(address, "a", path(`${index}.m4a`))));
  const [first] = [...pictures, ...heard];
  if (!first) return { ...NOTHING, problem: "nothing is offered" };
  const compared =
    pictures.length > 0 ? await comparedPictures(file, chosen, pictures) : await comparedSound(file, first);
  return {
    played: [...chosen.map((variant) => `${entryOf(variant)} ${variant.resolution}`), ...heard.map(() => "aac")],
    segments: first.fetched === first.segments ? String(first.segments) : `${first.fetched} of ${first.segments}`,
    ...compared,
    problem: [
      ...[...pictures, ...heard].flatMap(({ faults }) => faults),
      ...heard.flatMap(({ seconds }) =>
        Math.abs(seconds - first.seconds) > SOUND_SLACK_SECONDS
          ? [`${seconds.toFixed(2)} s of sound beside ${first.seconds.toFixed(2)} s of picture`]
          : [],
      ),
      compared.problem,
    ]
      .filter(Boolean)
      .join("; "),
  };
}

/** Half a frame of AAC at the lowest rate, and rounding. */
const SOUND_SLACK_SECONDS = 0.035;

type Compared = Pick<Outcome, "frames" | "seconds" | "problem">;

async function comparedPictures(
  { path, expected }: CorpusFile,
  variants: readonly Variant[],
  pictures: readonly PlayedRendition[],
): Promise<Compared> {
  const source = await picturesOf(path);
  const [first] = pictures as [PlayedRendition];
  const rate = variants[0]?.frameRate ?? 0;
  const unlike = pictures.some(({ frames }) => frames !== first.frames) ? ["codecs differ in length"] : [];
  if (!source)
    return { frames: `${first.frames} of ?`, seconds: `${first.seconds.toFixed(2)} of ?`, problem: unlike.join() };
  const isOwnRate = source.isSteady && Math.abs((rate * source.seconds) / source.frames - 1) < 0.01;
  const due = isOwnRate ? source.frames : Math.round(source.seconds * rate);
  // Of a damaged file nobody can say what must be seen.
  const isWrong = expected !== "degraded" && Math.abs(first.frames - due) > (isOwnRate ? 0 : 2);
  const wrong = isWrong ? [`${first.frames} frames instead of ${due}`] : [];
  return {
    frames: `${first.frames} of ${source.frames}`,
    seconds: `${first.seconds.toFixed(2)} of ${source.seconds.toFixed(2)}`,
    problem: [...unlike, ...wrong].join("; "),
  };
}

/** Decoders' run-in and the codec's delay. */
const SOUND_LENGTH_SLACK_SECONDS = 0.15;

async function comparedSound({ path, expected }: CorpusFile, { seconds }: PlayedRendition): Promise<Compared> {
  const source = await soundSecondsOf(path);
  const off =
    expected !== "degraded" && source !== undefined && Math.abs(source - seconds) > SOUND_LENGTH_SLACK_SECONDS;
  return {
    frames: "",
    seconds: `${seconds.toFixed(2)} of ${source?.toFixed(2) ?? "?"}`,
    problem: off ? `${seconds.toFixed(2)} s instead of ${source.toFixed(2)} s` : "",
  };
}

/** What is wrong with the poster and with a clip of two seconds. */
async function extrasOf(
  asset: string,
  publicId: string,
  { variants }: Stream,
  path: (name: string) => string,
): Promise<readonly string[]> {
  const hasPicture = variants.some(({ resolution }) => resolution !== "");
  const poster = hasPicture
    ? await fault("poster", async () => {
        await writeFile(path("poster.jpg"), await bytesOf(`${asset}/${publicId}.jpg`));
        const size = await sizeOf(path("poster.jpg"));
        return /^\d+x\d+$/.test(size) ? undefined : "no picture";
      })
    : [];
  const clip = await fault("clip", async () => {
    await writeFile(path("clip.mp4"), await bytesOf(`${asset}/du_2/${publicId}.mp4`));
    return (await decodedIn(path("clip.mp4"), hasPicture ? "v" : "a")) > 0 ? undefined : "empty";
  });
  return [...poster, ...clip];
}

async function fault(what: string, find: () => Promise<string | undefined>): Promise<readonly string[]> {
  const found = await find().catch(messageOf);
  return found === undefined ? [] : [`${what}: ${found}`];
}
