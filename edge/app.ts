/** All doors of the Worker on one screen. */

import { Hono } from "hono";
import { Problem } from "#transformation";
import { budgetRoutes } from "./budget-routes.ts";
import type { Env } from "./config.ts";
import { analyticsRoutes } from "./counting/analytics-routes.ts";
import { countedDelivery } from "./counting/counted-delivery.ts";
import { explain } from "./explain.ts";
import { keyRoutes } from "./key-routes.ts";
import { nameRoutes } from "./name-routes.ts";
import { deliverRaw } from "./originals.ts";
import { beaconRoutes } from "./playback/beacon-routes.ts";
import { PREFLIGHT, problemResponse } from "./responses.ts";
import { servicesOf } from "./services.ts";
import { uploadProblem, uploadRoutes } from "./upload/routes.ts";

/** Posters and files may be found; streams are no pages, and each of their parts that is looked at costs an encode. */
const ROBOTS = [
  "User-agent: *",
  ...["/v1/", "/v1_1/", "/*.m3u8", "/*.mpd", "/*/@"].map((path) => `Disallow: ${path}`),
  "",
].join("\n");

export const app = new Hono<{ Bindings: Env }>();

app.options("*", () => new Response(null, { status: 204, headers: PREFLIGHT }));

app.get("/health", async (context) => {
  const services = servicesOf(context);
  const [database, origin] = await Promise.all([
    services.catalog.originBuilds.last().then(
      () => true,
      () => false,
    ),
    services.origin.isHealthy(),
  ]);
  const healthy = database && origin;
  return context.json(
    { status: healthy ? "ok" : "unavailable", database, origin },
    { status: healthy ? 200 : 503, headers: { "cache-control": "no-store" } },
  );
});

app.get("/robots.txt", () => new Response(ROBOTS, { headers: { "cache-control": "public, max-age=86400" } }));

app.route("/v1_1", uploadRoutes);
app.route("/v1_1", nameRoutes);
app.route("/v1", keyRoutes);
app.route("/v1", budgetRoutes);
app.route("/v1", analyticsRoutes);
app.route("/v1", beaconRoutes);

app.on(["GET", "HEAD", "POST"], ["/:cloud/video/*", "/:cloud/videos/*"], async (context) => {
  const services = servicesOf(context);
  // Players ask for licenses by POST, and for nothing else.
  if (context.req.method === "POST" && !context.req.path.endsWith("/license.json"))
    throw new Problem("method-not-allowed", "POST is not for this address.");
  if (context.req.param("cloud") !== services.config.cloud)
    throw new Problem("not-found", "There is nothing at this address.");
  if (context.req.query("explain") !== undefined) {
    await services.admin.check(context.req.raw, services.config.cloud, "assets:read", services.now());
    return context.json(await explain(context.req.raw, services), 200, { "cache-control": "no-store" });
  }
  return countedDelivery(context.req.raw, services);
});

app.on(["GET", "HEAD"], "/:cloud/raw/*", (context) => deliverRaw(context.req.raw, servicesOf(context)));

app.notFound((context) => {
  const known = context.req.method === "GET" || context.req.method === "HEAD";
  return problemResponse(
    known
      ? new Problem("not-found", "There is nothing at this address.")
      : new Problem("method-not-allowed", `${context.req.method} is not for this address.`),
  );
});

app.onError((error, context) => {
  if (!(error instanceof Problem)) console.error("defect", error);
  const problem = error instanceof Problem ? error : new Problem("internal", "Something went wrong here.");
  return context.req.path.startsWith("/v1_1/") ? uploadProblem(problem) : problemResponse(problem);
});
