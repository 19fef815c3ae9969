/** The doors of Cloudinary's Upload API: upload, destroy. */

import { Hono } from "hono";
import { DELIVERY_TYPES, Problem } from "#transformation";
import type { Env } from "../config.ts";
import { PREFLIGHT } from "../responses.ts";
import { type EdgeServices, servicesOf } from "../services.ts";
import { uploadAnswer } from "./answer.ts";
import { checkApiSignature } from "./api-signature.ts";
import { drain } from "./form.ts";
import { RESOURCE_NAMES } from "./parameters.ts";
import { takeUpload, type UploadAddress } from "./upload.ts";

/** Statuses that Cloudinary's SDKs read a message from; for others they say "unexpected status code". */
const SDK_STATUS: Readonly<Record<number, number>> = { 403: 401, 405: 400, 409: 400, 502: 500, 503: 420 };

/** The shape of errors in this API. */
export function uploadProblem(problem: Problem): Response {
  const headers: Record<string, string> = {
    ...PREFLIGHT,
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-cld-error": problem.message.replaceAll(/[^\x20-\x7e]/g, "?"),
  };
  if (problem.facts.retryAfterSeconds !== undefined) headers["retry-after"] = String(problem.facts.retryAfterSeconds);
  return new Response(JSON.stringify({ error: { message: problem.message, code: problem.code, ...problem.facts } }), {
    status: SDK_STATUS[problem.status] ?? problem.status,
    headers,
  });
}

export const uploadRoutes = new Hono<{ Bindings: Env }>();

uploadRoutes.post("/:cloud/:resource/upload", async (context) => {
  const services = servicesOf(context);
  const request = context.req.raw;
  const uploaded = await takenOrDrained(request, async () => {
    const address = addressOf(context.req.param("cloud"), context.req.param("resource"), services);
    return takeUpload(request, address, services);
  });
  if ("taken" in uploaded) return answered({ done: false, bytes: uploaded.taken.end });
  const base = new URL(context.req.url).origin;
  const answer = await uploadAnswer(uploaded.asset, { base, ...services.config });
  return answered({ ...answer, ...(uploaded.existing && { existing: true }) });
});

uploadRoutes.post("/:cloud/:resource/destroy", async (context) => {
  const services = servicesOf(context);
  const { cloud, resource } = addressOf(context.req.param("cloud"), context.req.param("resource"), services);
  const fields = new Map(Object.entries(await context.req.parseBody()).map(([name, value]) => [name, String(value)]));
  await checkApiSignature(fields, services.config, services.now());
  const deliveryType = DELIVERY_TYPES.find((known) => known === (fields.get("type") || "upload")) ?? "upload";
  const publicId = fields.get("public_id") ?? "";
  const name = { cloud, deliveryType, publicId, ...(resource === "raw" && { resourceType: resource }) };
  const found = await services.catalog.assets.deleteAsset(name, Math.floor(services.now()));
  await services.assets.forget(name);
  return answered({ result: found ? "ok" : "not found" });
});

/** A refusal is worth nothing to a client that never gets to read it. */
async function takenOrDrained<T>(request: Request, take: () => Promise<T>): Promise<T> {
  try {
    return await take();
  } catch (error) {
    await drain(request).catch(() => {});
    throw error;
  }
}

const answered = (body: unknown): Response =>
  new Response(JSON.stringify(body), {
    headers: { ...PREFLIGHT, "content-type": "application/json", "cache-control": "no-store" },
  });

/** What a file is shows in its bytes: whatever is seen or heard comes under any of its names, subtitles as `raw`. */
function addressOf(cloud: string, resource: string, services: EdgeServices): UploadAddress {
  if (cloud !== services.config.cloud)
    throw new Problem("not-found", `There is no cloud "${cloud.slice(0, 64)}" here.`, { parameter: "cloud_name" });
  const known = RESOURCE_NAMES.find((name) => name === resource);
  if (known) return { cloud, resource: known };
  throw new Problem(
    "invalid-upload",
    `resource_type must be "video" (audio, too), "image" or "raw" (subtitles, look-up tables), not "${resource.slice(0, 20)}".`,
    { parameter: "resource_type" },
  );
}
