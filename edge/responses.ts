/** How answers look: CORS, problems, cache headers, playlists, and where an answer came from. */

import type { Problem } from "#transformation";
import { hex } from "./access/hash.ts";
import { DURESS, dynamicServerData } from "./cmsd.ts";
import type { Tier } from "./delivered.ts";
import { isKnown } from "./file-response.ts";

/** Costs to tell of, in milliseconds. */
export type Timings = Readonly<Record<string, number>>;

/** Any page may play: what is not for all is behind tokens, which are no cookies. */
export const CORS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "accept-ranges, age, cache-status, cmsd-dynamic, cmsd-static, content-length, content-range, date, etag, retry-after, server-timing, x-cld-error",
  "timing-allow-origin": "*",
};

/** Addresses hold tokens: whoever is led on from one is not told of it. */
const COMMON: Readonly<Record<string, string>> = { ...CORS, "referrer-policy": "no-referrer" };

export const PREFLIGHT: Readonly<Record<string, string>> = {
  ...CORS,
  "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers":
    "authorization, cmcd-object, cmcd-request, cmcd-session, cmcd-status, content-range, content-type, range, x-requested-with, x-unique-upload-id",
  "access-control-max-age": "86400",
};

export const IMMUTABLE_SECONDS = 31_536_000;

/** Tells an intermediate cache and the client how long an answer holds. */
export const cacheControl = (seconds: number, options: { isPrivate?: boolean; immutable?: boolean } = {}): string =>
  [options.isPrivate ? "private" : "public", `max-age=${seconds}`, ...(options.immutable ? ["immutable"] : [])].join(
    ", ",
  );

/** Adds to an answer what every answer carries; the body is passed on untouched. */
export function finished(
  response: Response,
  { tier, timings = {}, isPrivate = false }: { tier: Tier; timings?: Timings; isPrivate?: boolean },
): Response {
  const answer = new Response(response.body, response);
  const { headers } = answer;
  for (const [name, value] of Object.entries(COMMON)) headers.set(name, value);
  const costs = Object.entries(timings).map(([name, milliseconds]) => `${name};dur=${milliseconds.toFixed(1)}`);
  headers.set("server-timing", [`cache;desc=${tier}`, ...costs].join(", "));
  // RFC 9211.
  headers.set("cache-status", tier === "edge" ? "edgereel; hit" : `edgereel; fwd=miss; detail=${tier}`);
  const delay = dynamicServerData(timings);
  if (delay !== undefined) headers.set("cmsd-dynamic", delay);
  if (isPrivate) headers.set("cache-control", (headers.get("cache-control") ?? "").replace("public", "private"));
  return answer;
}

/** The one place where a refusal becomes an answer. */
export function problemResponse(problem: Problem): Response {
  const headers: Record<string, string> = {
    ...COMMON,
    "content-type": "application/problem+json",
    "cache-control": problem.cacheSeconds > 0 ? `public, max-age=${problem.cacheSeconds}` : "no-store",
    // Cloudinary's SDKs and players look here. Header values are Latin-1 at most.
    "x-cld-error": problem.message.replaceAll(/[^\x20-\x7e]/g, "?"),
  };
  if (problem.facts.retryAfterSeconds !== undefined) headers["retry-after"] = String(problem.facts.retryAfterSeconds);
  if (problem.code === "origin-busy") headers["cmsd-dynamic"] = DURESS;
  if (problem.status === 401) headers["www-authenticate"] = 'Bearer realm="edgereel"';
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** A playlist, or another text that is computed, compressed for whoever takes it (authoring specification 10.1), 304 for whoever has it. */
export async function playlistResponse(
  request: Request,
  text: string,
  options: { seconds: number; immutable?: boolean; vary?: string; mediaType?: string },
): Promise<Response> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const etag = `W/"${hex(digest.slice(0, 12))}"`;
  const headers = new Headers({
    "content-type": options.mediaType ?? "application/vnd.apple.mpegurl",
    "cache-control": cacheControl(options.seconds, options),
    vary: ["accept-encoding", options.vary].filter((field) => field !== undefined).join(", "),
    etag,
  });
  if (isKnown(request, headers)) return new Response(null, { status: 304, headers });
  if (!acceptsGzip(request)) return new Response(request.method === "HEAD" ? null : text, { headers });
  headers.set("content-encoding", "gzip");
  const body = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(request.method === "HEAD" ? null : body, { headers, encodeBody: "manual" });
}

/** What the client itself accepts: in front of a Worker the header is rewritten to what the network accepts. */
function acceptsGzip(request: Request): boolean {
  const own = (request.cf as { clientAcceptEncoding?: string } | undefined)?.clientAcceptEncoding;
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(own ?? request.headers.get("accept-encoding") ?? "");
}
