/** The door that players send events to (CMCD version 2, event mode): open to all, bounded, and always in few words. */

import { Hono } from "hono";
import type { PlaybackCount } from "#catalog";
import { Problem } from "#transformation";
import type { Env } from "../config.ts";
import { viewerOf } from "../counting/viewer.ts";
import { CORS } from "../responses.ts";
import { type EdgeServices, servicesOf } from "../services.ts";
import { type CmcdReport, readBeacon } from "./cmcd.ts";
import { sessionOf } from "./playback-session.ts";
import { firstKnown, namesAt, namesOf } from "./reported-video.ts";

/** A hundred reports. */
const MAX_BODY_BYTES = 65_536;
/** Players keep one session a beacon; a proxy of some may gather theirs. */
const MAX_SESSIONS = 8;
const MAX_SESSION_ID_CHARACTERS = 128;

export const beaconRoutes = new Hono<{ Bindings: Env }>();

beaconRoutes.post("/:cloud/cmcd", async (context) => {
  const services = servicesOf(context);
  const request = context.req.raw;
  if (context.req.param("cloud") !== services.config.cloud)
    throw new Problem("not-found", "There is nothing at this address.");
  const { success } = await context.env.BEACONS.limit({ key: request.headers.get("cf-connecting-ip") ?? "" });
  if (!success) throw new Problem("too-many-requests", "Fewer beacons, please.", { retryAfterSeconds: 60 });
  const reports = readBeacon(await bodyOf(request));
  const publicId = await videoOf(context.req.query("stream"), reports, services);
  const line = {
    minute: Math.floor(services.now() / 60),
    cloud: services.config.cloud,
    publicId,
    ...viewerOf(request),
  };
  for (const [sid, ofSession] of bySession(reports)) {
    const session = await sessionOf(context.env.SESSIONS, line.cloud, sid);
    for (const { counters, codec, rung } of await session.note(ofSession, services.now() * 1000))
      services.counters.add("playback", { ...line, mode: "event", codec, rung, ...counters } satisfies PlaybackCount);
  }
  return new Response(null, { status: 204, headers: { ...CORS, "cache-control": "no-store" } });
});

/** Reads no more than it may: a length that is told may be a lie. */
async function bodyOf({ body, headers }: Request): Promise<string> {
  const tooLarge = new Problem("content-too-large", `A beacon has ${MAX_BODY_BYTES} bytes at most.`);
  if (Number(headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > MAX_BODY_BYTES) throw tooLarge;
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}

function bySession(reports: readonly CmcdReport[]): readonly (readonly [string, readonly CmcdReport[]])[] {
  const sessions = Map.groupBy(reports, ({ sid = "" }) => sid.slice(0, MAX_SESSION_ID_CHARACTERS));
  sessions.delete("");
  return [...sessions].slice(0, MAX_SESSIONS);
}

/** The public id of what plays: the stream that the beacon's address names, or the content id, or what was answered. */
async function videoOf(
  stream: string | undefined,
  reports: readonly CmcdReport[],
  services: EdgeServices,
): Promise<string> {
  const said = (name: "cid" | "url") => reports.find((report) => report[name] !== undefined)?.[name];
  const names = [
    ...(await namesAt(stream)),
    ...namesOf(said("cid"), services.config.cloud),
    ...(await namesAt(said("url"))),
  ];
  return firstKnown(names, services);
}
