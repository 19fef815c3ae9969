/**
 * The contract between edge and origin: a job says everything that the origin needs to make one object, as data. The
 * origin spells it for ffmpeg, runs it, checks the result against `expected`, and knows nothing of URLs or plans.
 */

import type { Filter, InputStream } from "#transformation";
import type { Option } from "../codecs.ts";
import type { TextDrawing } from "../laid.ts";
import type { Seeks } from "../seek.ts";
import type { PacketSplitter } from "../source.ts";

/** The only thing that the origin may read for a job. */
export interface JobSource {
  readonly version: string;
  readonly bytes: number;
  readonly container: string;
  /** A presigned URL of the object. */
  readonly url: string;
}

/** One opening of a source. Attempt after attempt takes the next of its seeks, the last one again and again. */
export interface JobInput {
  /** The version of a layer's source; without one the job's own source is read. */
  readonly version?: string;
  /** A text that is drawn and read as a picture, instead of a source. */
  readonly drawing?: TextDrawing;
  /** A track of the source that is copied into a file of its own first, whose only stream it is. */
  readonly unpacked?: UnpackedTrack;
  readonly seeks: Seeks;
  /** Threads of its decoder; as many as there are processors without. */
  readonly decoderThreads?: number;
}

export interface UnpackedTrack {
  readonly streamIndex: number;
  readonly into: PacketSplitter;
}

/** What a stream of the output is made of: filters, whose first one takes `stream` unless they name their own. */
export interface Filtered {
  readonly stream?: InputStream;
  readonly filters: readonly Filter[];
}

interface AnyInitJob {
  readonly kind: "init";
  readonly recipe: string;
  readonly media: "video" | "audio";
  readonly encoder: readonly Option[];
  readonly timescale: number;
  readonly codecString: string;
}

/** A source-free encode of the same stream, whose init section is that of every segment. */
export interface EncodedInitJob extends AnyInitJob {
  /** A lavfi source of one frame. */
  readonly generator: Filter;
  readonly filters: readonly Filter[];
}

/** The init section of what is copied: the source's own. */
export interface CopiedInitJob extends AnyInitJob {
  readonly source: JobSource;
  readonly inputs: readonly JobInput[];
  readonly stream: InputStream;
}

export type InitJob = EncodedInitJob | CopiedInitJob;

/** How the samples of a segment are taken from the source as they are. */
export interface Copy {
  /** What of the source's own time line is the output's zero, in ticks of the job's time scale. */
  readonly zeroTick: number;
  /** Nothing behind it is wanted: in seconds of the source's own time line. */
  readonly untilSeconds: string;
}

export interface SegmentJob extends Filtered {
  readonly kind: "segment";
  readonly recipe: string;
  /** The path that the object is stored under: also names the job. */
  readonly key: string;
  readonly source: JobSource;
  readonly layers?: readonly JobSource[];
  readonly inputs: readonly JobInput[];
  readonly media: "video" | "audio";
  readonly encoder: readonly Option[];
  readonly timescale: number;
  /** Movie fragment sequence number, from 1. */
  readonly sequence: number;
  /** What the segment must be, to the tick; anything else is never let out. */
  readonly expected: { readonly firstTick: number; readonly samples: number; readonly sampleTicks: number };
  readonly init: InitJob;
  /** Nothing is decoded and nothing filtered; `encoder` holds what the muxer is told. */
  readonly copy?: Copy;
}

/** Whether a job passes something through. */
export const isCopying = (job: { readonly kind: string }): boolean =>
  ("copy" in job && job.copy !== undefined) || (job.kind === "init" && "source" in job);

/** What every job for an object of an asset holds. */
export interface JobContext {
  readonly recipe: string;
  readonly key: string;
  readonly source: JobSource;
  /** What else may be read: the sources of layers. */
  readonly layers?: readonly JobSource[];
}
