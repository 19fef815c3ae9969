/** Puts together what ffprobe says of a video track. Pure. */

import { type Colour, isHdr, type KeyframeIndex, type VideoTrack } from "#media";
import { parseRational, type Rational, rational, toNumber } from "#transformation";
import type { PacketList, ProbedFrame, ProbedPacket, ProbedStream } from "./ffprobe.ts";
import { findFrameRate } from "./frame-rate.ts";
import { hdrMetadata } from "./hdr-metadata.ts";

/** Larger pictures are refused: one decoded 8K frame takes 50 MB, and hostile headers claim more. */
const MAX_SIDE = 8192;

export const isPicture = (stream: ProbedStream): boolean =>
  stream.codec_type === "video" &&
  stream.disposition?.["attached_pic"] !== 1 &&
  stream.disposition?.["timed_thumbnails"] !== 1;

/**
 * The track, or undefined where it cannot be shown: no decoder, no picture among the first frames, no sensible size.
 * @param frames what the decoder made of the file's first packets
 * @param packets the track's own packets
 */
export function videoTrack(
  stream: ProbedStream,
  frames: readonly ProbedFrame[],
  packets: PacketList,
): VideoTrack | undefined {
  const shown = frames.filter((frame) => frame.stream_index === stream.index && frame.media_type === "video");
  const times = shown.map((frame) => frame.best_effort_timestamp ?? frame.pts).filter((pts) => pts !== undefined);
  const [first] = shown;
  const [width, height] = [first?.width ?? stream.width ?? 0, first?.height ?? stream.height ?? 0];
  const timeBase = parseRational(stream.time_base ?? "");
  if (!first || !timeBase || times.length === 0 || width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE)
    return undefined;

  const startTicks = Math.min(...times);
  const delay = presentationDelay(packets.head, startTicks);
  const head = delay === undefined ? packets.head : withPresentationTimes(packets.head, delay);
  const tail = delay === undefined ? packets.tail : withPresentationTimes(packets.tail, delay);
  const pts = presentationTimes(head, startTicks);
  const last = packets.complete ? pts.at(-1) : presentationTimes(tail, startTicks).at(-1);
  const rate = findFrameRate(pts.length > 1 ? pts : [...new Set(times)].sort((a, b) => a - b), timeBase, [
    stream.avg_frame_rate,
    stream.r_frame_rate,
  ]);
  const interlaced = fieldOrder(stream, shown);
  const keyframes = packets.complete ? keyframeIndex(head, timeBase) : undefined;
  const hdr = isHdr(colour(stream, first)) ? hdrMetadata(stream, first) : undefined;
  const dolbyVision = stream.side_data_list?.find((data) => data.dv_profile !== undefined)?.dv_profile;
  return {
    streamIndex: stream.index,
    codec: stream.codec_name ?? "unknown",
    ...(stream.profile !== undefined && { profile: stream.profile }),
    width,
    height,
    sampleAspect: sampleAspect(stream),
    rotation: rotation(stream),
    timeBase,
    startTicks,
    endTicks: (last ?? Math.max(...times)) + rate.nominalTicks,
    // A frame for each field.
    frameRate: interlaced ? doubled(rate.frameRate) : rate.frameRate,
    variableFrameRate: rate.variable,
    ...(interlaced && { interlaced }),
    reordered: (stream.has_b_frames ?? 0) > 0,
    pixelFormat: first.pix_fmt ?? stream.pix_fmt ?? "yuv420p",
    bitDepth: bitDepth(first.pix_fmt ?? stream.pix_fmt ?? ""),
    colour: colour(stream, first),
    ...(dolbyVision !== undefined && { dolbyVisionProfile: dolbyVision }),
    ...(hdr && { hdr }),
    ...(keyframes && { keyframes }),
  };
}

/**
 * MXF and program streams stamp only some pictures: in decoding order all have a time, and the first key picture tells
 * by how many ticks later they are shown. Undefined where time stamps are complete, or there are none at all.
 */
function presentationDelay(packets: readonly ProbedPacket[], startTicks: number): number | undefined {
  const stamped = packets.filter((packet) => packet.pts !== undefined).length;
  const firstKey = packets.find((packet) => packet.key)?.dts;
  if (stamped === 0 || stamped === packets.length || firstKey === undefined) return undefined;
  return Math.max(0, startTicks - firstKey);
}

const withPresentationTimes = (packets: readonly ProbedPacket[], delay: number): readonly ProbedPacket[] =>
  packets.map((packet) => (packet.dts === undefined ? packet : { ...packet, pts: packet.dts + delay }));

/** When pictures are shown, ascending; what lies before the first decoded one is hidden by an edit list or lost. */
function presentationTimes(packets: readonly ProbedPacket[], startTicks: number): readonly number[] {
  const times = packets
    .filter((packet) => !packet.hidden)
    .map((packet) => packet.pts ?? packet.dts)
    .filter((pts) => pts !== undefined && pts >= startTicks);
  return [...new Set(times as number[])].sort((a, b) => a - b);
}

const doubled = (rate: Rational): Rational => rational(rate.num * 2, rate.den);

/** Closer key pictures are left out of the index: intra-only files have one for every frame. */
const KEYFRAME_SPACING_SECONDS = 0.5;

function keyframeIndex(packets: readonly ProbedPacket[], timeBase: Rational): KeyframeIndex | undefined {
  const spacing = KEYFRAME_SPACING_SECONDS / toNumber(timeBase);
  const keys = packets
    .filter((packet) => packet.key && (packet.pts ?? packet.dts) !== undefined)
    .map((packet) => ({ pts: packet.pts ?? packet.dts ?? 0, dts: packet.dts ?? packet.pts ?? 0 }))
    .sort((a, b) => a.pts - b.pts);
  const kept: typeof keys = [];
  for (const key of keys) if (kept.length === 0 || key.pts - (kept.at(-1)?.pts ?? 0) >= spacing) kept.push(key);
  return kept.length === 0 ? undefined : { pts: kept.map((key) => key.pts), dts: kept.map((key) => key.dts) };
}

function sampleAspect(stream: ProbedStream): Rational {
  const [num = 0, den = 0] = (stream.sample_aspect_ratio ?? "").split(":").map(Number);
  const sane = num > 0 && den > 0 && num / den < 20 && den / num < 20;
  return sane ? rational(num, den) : rational(1);
}

/** ffprobe counts anticlockwise, the picture is turned back by as much. */
function rotation(stream: ProbedStream): number {
  const degrees = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  return (((Math.round(-degrees / 90) * 90) % 360) + 360) % 360;
}

/** By what the decoder says of each picture: headers that claim interlacing are often wrong of progressive video. */
function fieldOrder(stream: ProbedStream, frames: readonly ProbedFrame[]): "top" | "bottom" | undefined {
  const fields = frames.filter((frame) => frame.interlaced_frame === 1);
  if (fields.length * 2 <= frames.length || stream.field_order === "progressive") return undefined;
  return fields.filter((frame) => frame.top_field_first === 1).length * 2 >= fields.length ? "top" : "bottom";
}

function bitDepth(pixelFormat: string): number {
  const depth =
    /(?:p|gray|f?)(9|10|12|14|16)(?:le|be)$/.exec(pixelFormat)?.[1] ?? /^p0(10|12|16)/.exec(pixelFormat)?.[1];
  return depth === undefined ? 8 : Number(depth);
}

function colour(stream: ProbedStream, frame: ProbedFrame): Colour {
  const said = (...values: (string | undefined)[]) =>
    values.find((value) => value !== undefined && value !== "unknown" && value !== "reserved") ?? "unknown";
  return {
    range: said(frame.color_range, stream.color_range) === "pc" ? "pc" : "tv",
    primaries: said(frame.color_primaries, stream.color_primaries),
    transfer: said(frame.color_transfer, stream.color_transfer),
    matrix: said(frame.color_space, stream.color_space),
  };
}
