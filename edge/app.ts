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
import { type EdgeServices, servicesFrom, servicesOf } from "./services.ts";
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
  const problem = problemOf(error);
  return context.req.path.startsWith("/v1_1/") ? uploadProblem(problem) : problemResponse(problem);
});

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  console.error("defect", error);
  return new Problem("internal", "Something went wrong here.");
}

/** A cloud's videos. No cloud is called as the doors above are. */
const VIDEO = /^https?:\/\/[^/]+\/(?!v1\/|v1_1\/)([^/]+)\/videos?\/([^?#]*)/;

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);

/** Segments come a thousand times for anything else, and each alike: they go by no router. */
export async function answer(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
  const [, cloud, path = ""] = METHODS.has(request.method) ? (VIDEO.exec(request.url) ?? []) : [];
  if (cloud === undefined) return app.fetch(request, env, context);
  try {
    return await answerVideo(request, { cloud, path }, servicesFrom(env, context));
  } catch (error) {
    return problemResponse(problemOf(error));
  }
}

async function answerVideo(
  request: Request,
  { cloud, path }: { readonly cloud: string; readonly path: string },
  services: EdgeServices,
): Promise<Response> {
  // Players ask for licenses by POST, and for nothing else.
  if (request.method === "POST" && !path.endsWith("/license.json"))
    throw new Problem("method-not-allowed", "POST is not for this address.");
  if (cloud !== services.config.cloud) throw new Problem("not-found", "There is nothing at this address.");
  if (/[?&]explain(?:[=&#]|$)/.test(request.url)) {
    await services.admin.check(request, services.config.cloud, "assets:read", services.now());
    return Response.json(await explain(request, services), { headers: { "cache-control": "no-store" } });
  }
  return countedDelivery(request, services);
}
