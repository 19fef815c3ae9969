/** An origin that encodes nothing: it answers probes with facts and jobs with bytes, counts them, and fails on demand. */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { jwtVerify } from "jose";
import {
  type Appraisal,
  type AppraisalJob,
  type Glance,
  type GlanceJob,
  type InitJob,
  type OriginBuild,
  type Probe,
  RECIPE_NUMBER,
  type SegmentJob,
  type WholeJob,
} from "#media";
import { type Problem, rational } from "#transformation";
import { ORIGIN_SECRET } from "./edge-under-test.ts";

type Job = SegmentJob | InitJob | WholeJob | GlanceJob | AppraisalJob;

/** What it sees of every source: all of it alike. */
export const GLANCE: Glance = {
  moments: [{ frame: 50, interest: 1 }],
  attention: Array.from({ length: 24 }, () => "z".repeat(24)),
  bars: { left: 0, top: 90, right: 0, bottom: 90 },
  border: ["102030ff"],
  colours: ["405060ff"],
};

/** What it finds of every source: as easy as can be, at the sizes of its trials. */
const appraisalFor = ({ frameRate, trials }: AppraisalJob): Appraisal => ({
  frameRate,
  details: [],
  trials: trials.map(({ codec, width, height, rateFactor }) => ({
    ...{ codec, width, height, rateFactor, decibels: 60 - rateFactor / 2 },
    ...{ peakBitsPerSecond: 200_000, meanBitsPerSecond: 100_000 },
  })),
});

export interface FakeOrigin {
  readonly url: string;
  /** The jobs that it was asked for, in order. */
  readonly jobs: { readonly job: Job; readonly lookAhead: readonly SegmentJob[]; readonly isIdle: boolean }[];
  /** Requests that the client gave up. */
  aborted: number;
  /** What a probe finds; a Problem refuses the upload. */
  probe: Probe | Problem;
  /** Takes the place of the next answers. */
  answer: ((job: Job, response: ServerResponse) => void) | undefined;
  delayMilliseconds: number;
  /** It closes every connection without a word. */
  isDown: boolean;
  /** It takes every request and answers none. */
  isSilent: boolean;
  build: OriginBuild;
  stop(): Promise<void>;
}

const fast = { startSeconds: 0.1, secondsPerMegapixel: 0.001 };

export const PROBE: Probe = {
  container: "mov",
  containerStart: rational(0),
  video: {
    streamIndex: 0,
    codec: "h264",
    width: 1280,
    height: 720,
    sampleAspect: rational(1),
    rotation: 0,
    timeBase: rational(1, 12_800),
    startTicks: 0,
    endTicks: 12_800 * 60,
    frameRate: rational(25),
    variableFrameRate: false,
    reordered: true,
    pixelFormat: "yuv420p",
    bitDepth: 8,
    colour: { range: "tv", primaries: "bt709", transfer: "bt709", matrix: "bt709" },
  },
  audio: [
    {
      streamIndex: 1,
      codec: "aac",
      language: "en",
      isDefault: true,
      channels: 2,
      sampleRate: 48_000,
      startSample: 0,
      endSample: 48_000 * 60,
    },
  ],
  subtitles: [],
};

/** As `origin-transcoder/job-signature.ts` checks it. */
async function isSigned(authorization: string | undefined, body: Buffer): Promise<boolean> {
  const times = { requiredClaims: ["exp"], maxTokenAge: 120, clockTolerance: 30 };
  const options = { algorithms: ["HS256"], audience: "edgereel-origin", ...times };
  const token = authorization?.replace(/^Bearer /, "") ?? "";
  const verified = await jwtVerify(token, new TextEncoder().encode(ORIGIN_SECRET), options).catch(() => undefined);
  return verified?.payload["body"] === createHash("sha256").update(body).digest("base64url");
}

/** Bytes that tell which job they are for. */
export function bytesFor(job: Job): Buffer {
  if (job.kind === "glance") return Buffer.from(JSON.stringify(GLANCE));
  if (job.kind === "appraisal") return Buffer.from(JSON.stringify(appraisalFor(job)));
  return Buffer.from(`${job.kind} ${"key" in job ? job.key : job.codecString} `.repeat(40));
}

function mediaTypeOf(job: Job): string {
  if (job.kind === "glance" || job.kind === "appraisal") return "application/json";
  return job.kind === "whole" ? job.mediaType : `${job.media}/mp4`;
}

/** Answers as an origin does that has made what it was asked for. */
export function answerWhole(job: Job, response: ServerResponse): void {
  const bytes = bytesFor(job);
  response.writeHead(200, {
    "content-type": mediaTypeOf(job),
    "content-length": bytes.length,
    "repr-digest": `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`,
    "server-timing": "origin;desc=encoded, queue;dur=1.5, encode;dur=250.0",
  });
  response.end(bytes);
}

const readBody = async (request: IncomingMessage): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));

export async function startFakeOrigin(): Promise<FakeOrigin> {
  const build: OriginBuild = {
    recipe: `r${RECIPE_NUMBER}test`,
    speeds: { h264: fast, h265: fast, av1: fast },
    decodeSecondsPerMegapixel: 0.0001,
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const json = (body: unknown, status = 200): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (origin.isDown) return void request.socket.destroy();
    if (origin.isSilent) return;
    if (request.url === "/health") return json({ status: "ok" });
    const body = await readBody(request);
    if (!(await isSigned(request.headers.authorization, body))) return json({ code: "unauthorized" }, 401);
    if (request.url === "/build") return json(origin.build);
    const {
      job,
      lookAhead = [],
      isIdle = false,
    } = JSON.parse(body.toString()) as {
      job: Job | { kind: "probe" };
      lookAhead?: SegmentJob[];
      isIdle?: boolean;
    };
    if (job.kind === "probe")
      return "code" in origin.probe ? json(origin.probe, origin.probe.status) : json(origin.probe);
    if (job.recipe !== origin.build.recipe) return json({ code: "recipe-mismatch" }, 409);
    origin.jobs.push({ job, lookAhead, isIdle });
    response.once("close", () => {
      if (!response.writableFinished) origin.aborted++;
    });
    await new Promise((resolve) => setTimeout(resolve, origin.delayMilliseconds));
    if (origin.answer) return origin.answer(job, response);
    answerWhole(job, response);
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin: FakeOrigin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    jobs: [],
    aborted: 0,
    probe: PROBE,
    answer: undefined,
    delayMilliseconds: 0,
    isDown: false,
    isSilent: false,
    build,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return origin;
}
