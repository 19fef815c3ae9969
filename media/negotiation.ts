/** Negotiation: which codec families a client is offered, from what it says of itself. Pure, so a device can be replayed. */

import type { VideoCodecName } from "#transformation";
import { VIDEO_CODEC_NAMES, VIDEO_CODECS } from "./codecs.ts";

/** What a request says of its client; all of it optional, most of it usually absent. */
export interface Client {
  /** `?caps=h264,av1`: what a page found by MediaCapabilities, or a device to be replayed. */
  readonly caps?: string | undefined;
  readonly accept?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Structured client hint `Sec-CH-UA`, which Chromium sends instead of telling its name. */
  readonly brands?: string | undefined;
}

export interface Offer {
  readonly codecs: readonly VideoCodecName[];
  /** Whether it tells high dynamic range by VIDEO-RANGE, and takes it where it shows it. */
  readonly highRange?: boolean;
  /** Which fact decided, for diagnosis. */
  readonly because: "url" | "caps" | "accept" | "agent" | "default";
}

const inOrder = (names: readonly VideoCodecName[]): readonly VideoCodecName[] =>
  VIDEO_CODEC_NAMES.filter((name) => names.includes(name));

/** The codec that a word of `?caps=` or a codecs parameter names: `av1`, `hevc`, `hvc1.1.6.L93.90`, `avc1`. */
function codecNamed(word: string): VideoCodecName | undefined {
  const entry = word.trim().toLowerCase().split(".")[0] ?? "";
  if (entry === "hevc") return "h265";
  return VIDEO_CODEC_NAMES.find((name) => {
    const codec = VIDEO_CODECS[name];
    return entry === name || entry === codec.sampleEntry || codec.sampleEntryAliases.includes(entry);
  });
}

const codecsIn = (text: string): readonly VideoCodecName[] =>
  inOrder(
    text
      .split(/[\s,;"]+/)
      .map(codecNamed)
      .filter((name) => name !== undefined),
  );

/** `hdr` in `?caps=`, or a profile of ten bits: Main 10 of HEVC, AV1 with `10` behind its level. */
const takesHighRange = (text: string): boolean => /\bhdr\b|\b(?:hvc1|hev1)\.2\.|\bav01\.\d\.\d\d[MH]\.10\b/i.test(text);

/** AVFoundation, which Apple's players are made of, chooses by VIDEO-RANGE and by the screen. */
const CHOOSES_BY_RANGE = /\bAppleCoreMedia\//;

/** `Accept: video/mp4; codecs="hvc1"`, as native apps send it where they know what they play. */
function codecsAccepted(accept: string): readonly VideoCodecName[] {
  const lists = [...accept.matchAll(/codecs\s*=\s*(?:"([^"]{0,200})"|([^\s;,]{1,100}))/gi)];
  return inOrder(lists.flatMap((list) => codecsIn(list[1] ?? list[2] ?? "")));
}

/**
 * Agents that choose by bit rate alone, whatever the codec, and so switch codecs in mid-stream or fetch every variant
 * at once (measured: ffmpeg and mpv open all variants, GStreamer 1.22 dies of the switch, VLC 3 ignores CODECS).
 */
const BY_RATE = [
  ...[/\bLavf[/\d]/, /\b(?:lib)?mpv\b/i, /VLC\//, /\bGStreamer\b/i, /\bKodi\//, /\bMPlayer\b/],
  // Players of systems: Android's before ExoPlayer, QuickTime, Roku, the first Chromecasts.
  ...[/\bstagefright\//, /\bQuickTime\//, /\bRoku\//, /\bCrKey\/1\.[0-4]/],
  // Televisions before 2018, whose own players know one codec a stream: Tizen up to 3, webOS up to 3.
  ...[/\bTizen [123]\./, /\bWeb0S\b.*\bChrome\/(?:[1-4]\d|5[0-2])\./],
];

/** Robots want a picture of the video: one codec, which whatever they decode it with has. */
const ROBOTS = [/bot\b/i, /\bGooglebot/, /\bfacebookexternalhit\b/, /\bSlackbot/, /\bWhatsApp\//];

/** Browsers whose system has no HEVC decoder for Media Source, so that it needs not be listed. */
const WITHOUT_HEVC = [/\bFirefox\/(?:[1-9]\d|1[0-2]\d|13[0-3])\b/, /\bCrOS\b/];

const ranged = (highRange: boolean): Pick<Offer, "highRange"> => (highRange ? { highRange } : {});

/** No agent that is known here takes more to say its name. */
const AGENT_CHARACTERS = 500;

/**
 * The codecs that a client is offered, most compatible first. Whoever says nothing is offered all: players drop what
 * CODECS tells them they cannot play; only those known to ignore it get a short list.
 */
export function negotiate({ caps, accept, userAgent = "", brands = "" }: Client): Offer {
  if (caps !== undefined && codecsIn(caps).length > 0)
    return { codecs: codecsIn(caps), ...ranged(takesHighRange(caps)), because: "caps" };
  const accepted = codecsAccepted(accept ?? "");
  // A client that lists codecs but not the one that everybody plays means to prefer, not to exclude.
  if (accepted.length > 0)
    return { codecs: inOrder(["h264", ...accepted]), ...ranged(takesHighRange(accept ?? "")), because: "accept" };
  const agent = userAgent.slice(0, AGENT_CHARACTERS);
  const says = (patterns: readonly RegExp[]) => patterns.some((pattern) => pattern.test(agent));
  if (brands === "" && (says(BY_RATE) || says(ROBOTS))) return { codecs: ["h264"], because: "agent" };
  if (says(WITHOUT_HEVC)) return { codecs: ["h264", "av1"], because: "agent" };
  return { codecs: VIDEO_CODEC_NAMES, ...ranged(CHOOSES_BY_RANGE.test(userAgent)), because: "default" };
}
