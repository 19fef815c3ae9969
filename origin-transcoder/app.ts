/** The origin's doors: health, what it is, and jobs. */

import { createHash } from "node:crypto";
import { Hono } from "hono";
import {
  type AppraisalJob,
  type GlanceJob,
  type InitJob,
  isCopying,
  type JobSource,
  type OriginBuild,
  type SegmentJob,
  type WholeJob,
} from "#media";
import { Problem } from "#transformation";
import { appraiseSource } from "./appraise-source.ts";
import { EncodeQueue, type Task, type TaskControl } from "./encode-queue.ts";
import { encodeSegment, type Product } from "./encode-segment.ts";
import { encodeWhole } from "./encode-whole.ts";
import { checkJobSignature } from "./job-signature.ts";
import { lookAtSource } from "./look-at-source.ts";
import { probeSource } from "./probe/probe.ts";
import { ProductCache } from "./product-cache.ts";
import type { Services } from "./services.ts";
import { isOutOfSpace, outOfSpace } from "./sources/disk-space.ts";

interface ProbeJob {
  readonly kind: "probe";
  readonly source: Omit<JobSource, "container">;
}

/** What waits for its turn. */
type QueuedJob = SegmentJob | WholeJob | GlanceJob | AppraisalJob;

/** A body of `POST /jobs`: what is wanted now, and what will probably be wanted next. */
interface JobRequest {
  readonly job: QueuedJob | InitJob | ProbeJob;
  readonly lookAhead?: readonly SegmentJob[];
  /** Nobody watches it. */
  readonly isIdle?: boolean;
}

/** Requests that may wait for an encoder before the origin says that it is busy. */
const WAITING = 64;
const AHEAD_WAITING = 24;
const LIGHT_AT_ONCE = 4;
const PRODUCT_CACHE_BYTES = 192 * 2 ** 20;
const MAX_BODY_BYTES = 2 ** 20;

export interface Origin {
  readonly app: Hono;
  stop(): void;
}

export function createOrigin(services: Services, build: OriginBuild): Origin {
  const queue = new EncodeQueue<Product>({
    heavy: services.config.encoders,
    light: LIGHT_AT_ONCE,
    waiting: WAITING,
    ahead: AHEAD_WAITING,
  });
  const products = new ProductCache<Product>(PRODUCT_CACHE_BYTES);
  const app = new Hono();

  const ffmpegNetwork = services.config.ffmpeg.network ? "none" : "whitelist";
  app.get("/health", (context) => context.json({ status: "ok", recipe: build.recipe, ffmpegNetwork, ...queue.load }));
  app.get("/build", async (context) => {
    await checkJobSignature(context.req.header("authorization"), new Uint8Array(), services.config.secret);
    return context.json(build);
  });

  app.post("/jobs", async (context) => {
    const body = new Uint8Array(await context.req.arrayBuffer());
    if (body.length > MAX_BODY_BYTES) throw new Problem("unauthorized", "This origin takes signed jobs only.");
    await checkJobSignature(context.req.header("authorization"), body, services.config.secret);
    const { job, lookAhead = [], isIdle = false } = JSON.parse(new TextDecoder().decode(body)) as JobRequest;
    const { signal } = context.req.raw;
    if (job.kind === "probe") return context.json(await probeSource(job.source, services, signal));
    if (job.recipe !== build.recipe)
      throw new Problem("recipe-mismatch", `This origin encodes by ${build.recipe}, the job is for ${job.recipe}.`);
    const answer = answerTo(job, isIdle, signal);
    if (job.kind === "segment" && !isIdle)
      queue.lookAhead(
        laneOf(job),
        lookAhead.filter((next) => !products.get(next.key)).map((next) => taskFor(next)),
      );
    return productResponse(
      await answer.catch((error: unknown) => {
        if (signal.aborted && job.kind === "segment") queue.abandon(laneOf(job));
        throw error;
      }),
    );
  });

  app.onError((error, context) => {
    if (error instanceof Problem)
      return context.json(error.toJSON(), { status: error.status as 500, headers: retryAfter(error) });
    if (isOutOfSpace(error)) {
      services.log("disk full", { error: error.message });
      return context.json(outOfSpace().toJSON(), { status: 503, headers: retryAfter(outOfSpace()) });
    }
    services.log("defect", { error: error.stack ?? String(error) });
    return context.json(new Problem("internal", "The origin failed.").toJSON(), 500);
  });
  app.notFound((context) => context.json(new Problem("not-found", "There is nothing at this address.").toJSON(), 404));

  async function answerTo(job: QueuedJob | InitJob, isIdle: boolean, signal: AbortSignal): Promise<Answered> {
    if (job.kind === "init") {
      const startedAt = performance.now();
      const bytes = await services.inits.get(job, services);
      return {
        product: {
          bytes,
          mediaType: job.media === "video" ? "video/mp4" : "audio/mp4",
          encodeSeconds: (performance.now() - startedAt) / 1000,
        },
        queuedSeconds: 0,
        source: "encoded",
      };
    }
    const made = products.get(job.key);
    if (made) return { product: made, queuedSeconds: 0, source: "ahead" };
    const { value, queuedSeconds, joined } = await (isIdle
      ? queue.idle(taskFor(job), signal)
      : queue.watch(taskFor(job), signal));
    return { product: value, queuedSeconds, source: joined ? "joined" : "encoded" };
  }

  function taskFor(job: QueuedJob): Task<Product> {
    return {
      key: job.key,
      lane: job.kind === "segment" ? laneOf(job) : job.key,
      weight: isLight(job) ? "light" : "heavy",
      run: async (control) => {
        const product = await madeBy(job, control);
        products.keep(job.key, product);
        return product;
      },
    };
  }

  function madeBy(job: QueuedJob, control: TaskControl): Promise<Product> {
    switch (job.kind) {
      case "segment":
        return encodeSegment(job, services, control);
      case "whole":
        return encodeWhole(job, services, control);
      case "glance":
        return lookAtSource(job, services, control);
      case "appraisal":
        return appraiseSource(job, services, control);
    }
  }

  return { app, stop: () => queue.stop() };
}

interface Answered {
  readonly product: Product;
  readonly queuedSeconds: number;
  readonly source: "encoded" | "joined" | "ahead";
}

/** Sound, single pictures and copies cost a tenth of a segment, unless they say more. */
function isLight(job: QueuedJob): boolean {
  if (job.kind === "segment") return job.media === "audio" || job.expected.samples === 1 || isCopying(job);
  if (job.kind === "glance") return true;
  if (job.kind === "appraisal") return false;
  return !job.needsFile && !job.isHeavy;
}

/** A viewer's stream: the folder that its segments lie in. */
const laneOf = (job: SegmentJob): string => job.key.slice(0, job.key.lastIndexOf("/"));

const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(1);

/** The length and the digest let the edge see a body that was cut off. */
function productResponse({ product, queuedSeconds, source }: Answered): Response {
  return new Response(product.bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": product.mediaType,
      "content-length": String(product.bytes.length),
      "repr-digest": `sha-256=:${createHash("sha256").update(product.bytes).digest("base64")}:`,
      "server-timing": `origin;desc=${source}, queue;dur=${milliseconds(queuedSeconds)}, encode;dur=${milliseconds(product.encodeSeconds)}`,
    },
  });
}

const retryAfter = (problem: Problem): Record<string, string> =>
  problem.facts.retryAfterSeconds === undefined ? {} : { "retry-after": String(problem.facts.retryAfterSeconds) };
