/** The Worker on real workerd with real storage, in front of an origin that the test provides. */

import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { migrate } from "../../catalog/testing/database.ts";

export const CLOUD = "demo";
export const API_KEY = "123456789012345";
export const API_SECRET = "an-api-secret-for-tests";
export const ORIGIN_SECRET = "an-origin-secret-for-tests-32-chars";

export interface EdgeUnderTest {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  readonly miniflare: Miniflare;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** Runs SQL in the Worker's database. */
  sql<T = Record<string, unknown>>(text: string): Promise<readonly T[]>;
  stop(): Promise<void>;
}

/** The Worker as production builds it: one file, nothing but what it imports. */
export async function bundleWorker(entry = "edge/worker.ts"): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "import"],
    external: ["cloudflare:*"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** What of wrangler.toml is needed here; wrangler's own type of it needs the types of the Workers runtime. */
interface WranglerConfig {
  readonly compatibility_date: string;
  readonly d1_databases: readonly { readonly binding: string }[];
  readonly r2_buckets: readonly { readonly binding: string }[];
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly ratelimits: readonly {
    readonly name: string;
    readonly namespace_id: string;
    readonly simple: { readonly limit: number; readonly period: 10 | 60 };
  }[];
  readonly queues: {
    readonly producers?: readonly { readonly binding: string; readonly queue: string }[];
    readonly consumers?: readonly { readonly queue: string; readonly max_retries?: number }[];
  };
}

/** Bindings as wrangler.toml names them, for Miniflare. */
function bindingsFromConfig() {
  const config = unstable_readConfig({ config: "wrangler.toml" }) as unknown as WranglerConfig;
  return {
    compatibilityDate: config.compatibility_date,
    d1Databases: config.d1_databases.map(({ binding }) => binding),
    r2Buckets: config.r2_buckets.map(({ binding }) => binding),
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name }) => [name, { className: class_name, useSQLite: true }]),
    ),
    ratelimits: Object.fromEntries(config.ratelimits.map(({ name, ...limit }) => [name, limit])),
    queueProducers: Object.fromEntries((config.queues.producers ?? []).map(({ binding, queue }) => [binding, queue])),
    queueConsumers: Object.fromEntries(
      (config.queues.consumers ?? []).map(({ queue, max_retries: maxRetries = 3 }) => [
        queue,
        { maxBatchTimeout: 1, maxBatchSize: 100, maxRetries },
      ]),
    ),
  };
}

export interface EdgeOptions {
  readonly entry?: string;
  /** Where the network says that every request comes from. */
  readonly country?: string;
  /** Hears all that the Worker writes to its log. */
  readonly log?: (line: string) => void;
}

export async function startEdge(
  variables: Readonly<Record<string, string>>,
  { entry, country, log }: EdgeOptions = {},
): Promise<EdgeUnderTest> {
  const bindings = {
    CLOUD_NAME: CLOUD,
    API_KEY,
    API_SECRET,
    ORIGIN_SECRET,
    GRANT_SECRET: "a-grant-secret-for-tests-of-32-chars",
    S3_ENDPOINT: "http://127.0.0.1:1/s3",
    S3_BUCKET: "sources",
    S3_ACCESS_KEY_ID: "key",
    S3_SECRET_ACCESS_KEY: "secret",
    // What is appraised plays by another ladder, some time after its upload; tests that want it say so.
    APPRAISE_UPLOADS: "off",
    ...variables,
  };
  const options = {
    modules: true as const,
    script: await bundleWorker(entry),
    ...bindingsFromConfig(),
    bindings,
    logRequests: false,
    ...(country !== undefined && { cf: { country } }),
    ...(log && { handleStructuredLogs: ({ message }: { message: string }) => log(message) }),
  };
  const miniflare = new Miniflare(convertV4MiniflareOptions(options));
  const base = (await miniflare.ready).origin;
  await migrate(await miniflare.getD1Database("DB"));
  return {
    base,
    miniflare,
    get: (path, init) => fetch(new URL(path, base), init),
    async sql<T>(text: string) {
      const database = await miniflare.getD1Database("DB");
      return (await database.prepare(text).all<T>()).results;
    },
    stop: () => miniflare.dispose(),
  };
}
