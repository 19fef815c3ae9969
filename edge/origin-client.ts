/** Talks to the origin: signs jobs, brings back bytes that are whole, revives its Problems. */

import { SignJWT } from "jose";
import type { AppraisalJob, GlanceJob, InitJob, JobSource, OriginBuild, Probe, SegmentJob, WholeJob } from "#media";
import { Problem, problemFrom } from "#transformation";
import { base64url } from "./access/hash.ts";
import { PATIENCE_MILLISECONDS, type Patience, waitFor } from "./patience.ts";

/** What the origin made, and at what cost. */
export interface Made {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly queueMilliseconds: number;
  readonly encodeMilliseconds: number;
}

export type MediaJob = SegmentJob | InitJob | WholeJob | GlanceJob | AppraisalJob;

export interface JobRequest {
  readonly job: MediaJob;
  readonly lookAhead?: readonly SegmentJob[];
  /** Nobody watches it: it stands behind everything that somebody does, and behind what is looked ahead to. */
  readonly isIdle?: boolean;
}

export interface OriginClient {
  build(): Promise<OriginBuild>;
  probe(source: Omit<JobSource, "container">): Promise<Probe>;
  make(request: JobRequest, signal?: AbortSignal): Promise<Made>;
  isHealthy(): Promise<boolean>;
}

/** As the origin expects it (`origin-transcoder/job-signature.ts`). */
const AUDIENCE = "edgereel-origin";
const JOB_SECONDS = 60;

const HEALTH_MILLISECONDS = 3000;

export function originClient(
  { originUrl, originSecret }: { originUrl: string; originSecret: string },
  now: () => number,
  patience: Patience = PATIENCE_MILLISECONDS,
): OriginClient {
  const secret = new TextEncoder().encode(originSecret);

  async function authorization(body: Uint8Array<ArrayBuffer>): Promise<string> {
    const encoded = base64url(await crypto.subtle.digest("SHA-256", body));
    const at = Math.floor(now());
    const token = await new SignJWT({ body: encoded })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience(AUDIENCE)
      .setIssuedAt(at)
      .setExpirationTime(at + JOB_SECONDS)
      .sign(secret);
    return `Bearer ${token}`;
  }

  async function ask(path: string, request: unknown, signal: AbortSignal): Promise<Response> {
    const body = new TextEncoder().encode(
      request === undefined ? "" : JSON.stringify(request),
    ) as Uint8Array<ArrayBuffer>;
    const headers = { authorization: await authorization(body), "content-type": "application/json" };
    const response = await fetch(`${originUrl}${path}`, {
      headers,
      signal,
      ...(request !== undefined && { method: "POST", body }),
    }).catch((error: unknown) => {
      throw unreachable(error);
    });
    if (response.ok) return response;
    throw refusalOf(response.status, problemFrom(await response.json().catch(() => undefined)));
  }

  async function isHealthy(): Promise<boolean> {
    const response = await fetch(`${originUrl}/health`, { signal: AbortSignal.timeout(HEALTH_MILLISECONDS) }).catch(
      () => undefined,
    );
    await response?.body?.cancel();
    return response?.ok === true;
  }

  return {
    build: async () => (await ask("/build", undefined, AbortSignal.timeout(HEALTH_MILLISECONDS))).json<OriginBuild>(),
    probe: (source) =>
      waitFor(async (signal) => (await ask("/jobs", { job: { kind: "probe", source } }, signal)).json<Probe>(), {
        milliseconds: patience.probe,
        isAlive: isHealthy,
      }),
    make: (request, leaving) =>
      waitFor(async (signal) => wholeBody(await ask("/jobs", request, signal)), {
        milliseconds: patience[request.isIdle && request.job.kind !== "appraisal" ? "idle" : request.job.kind],
        isAlive: isHealthy,
        leaving,
      }),
    isHealthy,
  };
}

/** What an origin refuses is a viewer's business, but not that it and the edge do not understand each other. */
function refusalOf(status: number, problem: Problem | undefined): Problem {
  if (problem?.code === "unauthorized")
    return new Problem(
      "origin-unreachable",
      "The origin does not accept the jobs of this edge: their secrets or their clocks differ.",
      { retryAfterSeconds: 30 },
    );
  return problem ?? new Problem("origin-unreachable", `The origin answered ${status}.`, { retryAfterSeconds: 2 });
}

const unreachable = (error: unknown): Problem =>
  new Problem("origin-unreachable", `The origin cannot be reached (${(error as Error).name}).`, {
    retryAfterSeconds: 2,
  });

/** A body that was cut off on the way must never get into a cache. */
async function wholeBody(response: Response): Promise<Made> {
  const bytes = new Uint8Array(
    await response.arrayBuffer().catch((error: unknown) => {
      throw unreachable(error);
    }),
  );
  const digest = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))));
  if (response.headers.get("repr-digest") !== `sha-256=:${digest}:`) {
    throw new Problem("origin-unreachable", "The origin's answer came incomplete.", { retryAfterSeconds: 1 });
  }
  const timing = response.headers.get("server-timing") ?? "";
  const duration = (name: string) => Number(new RegExp(`\\b${name};dur=([\\d.]+)`).exec(timing)?.[1] ?? 0);
  return {
    bytes,
    mediaType: response.headers.get("content-type") ?? "application/octet-stream",
    queueMilliseconds: duration("queue"),
    encodeMilliseconds: duration("encode"),
  };
}
