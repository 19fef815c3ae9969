/** Configuration of the Worker: every variable and secret it reads, checked once per isolate. */

import type { JWK } from "jose";
import { type CloudLimits, isLimitName, LIMITS } from "#media";
import type { Sealing } from "#transformation";
import type { CloudflareAccessConfig } from "./access/cloudflare-access.ts";
import { SCOPE_NAMES } from "./access/scopes.ts";
import { keyFault } from "./access/token-algorithms.ts";
import type { ConfiguredBudgets } from "./budgets/spender.ts";
import { parseRemoteHost, type RemoteRules } from "./remote/remote-hosts.ts";

/** The bindings and variables of `wrangler.toml` and `.dev.vars`. */
export interface Env {
  readonly DB: D1Database;
  readonly SOURCES: R2Bucket;
  readonly PRODUCTS: R2Bucket;
  readonly ENCODES: DurableObjectNamespace<import("./encode-coalescer.ts").EncodeCoalescer>;
  readonly BUDGETS: DurableObjectNamespace<import("./budgets/budget-keeper.ts").BudgetKeeper>;
  readonly SESSIONS: DurableObjectNamespace<import("./playback/playback-session.ts").PlaybackSession>;
  /** Counts of deliveries and of playback. */
  readonly DELIVERIES: Queue<import("#catalog").CountBatch>;
  /** Sources that are to be appraised. */
  readonly APPRAISALS: Queue<import("./appraisal-order.ts").AppraisalOrder>;
  /** How many beacons an address may send. */
  readonly BEACONS: RateLimit;
  readonly CLOUD_NAME: string;
  readonly API_KEY: string;
  readonly API_SECRET: string;
  readonly ORIGIN_URL: string;
  readonly ORIGIN_SECRET: string;
  /** JSON Web Key Sets: what playback tokens and admin tokens are verified with. */
  readonly PLAYBACK_KEYS?: string;
  readonly ADMIN_KEYS?: string;
  /** Cloudflare Access in front of the admin's doors: its team's domain, the application's audience, and what it lets do. */
  readonly ACCESS_TEAM_DOMAIN?: string;
  readonly ACCESS_AUDIENCE?: string;
  readonly ACCESS_SCOPES?: string;
  /** The key of Cloudinary's `__cld_token__`, hexadecimal. */
  readonly AUTH_TOKEN_KEY?: string;
  /** `on`: only signed URLs and named transformations cause encodes. */
  readonly STRICT_TRANSFORMATIONS?: string;
  /** Budgets of encodes, an hour: of the whole cloud, and of each playback token that says nothing else. */
  readonly CLOUD_ENCODE_SECONDS?: string;
  readonly CLOUD_NEW_VARIANTS?: string;
  readonly TOKEN_ENCODE_SECONDS?: string;
  readonly TOKEN_NEW_VARIANTS?: string;
  /** Hosts that files may be fetched from, separated by commas: `media.example.com, *.example.org`. None: nothing is. */
  readonly FETCH_HOSTS?: string;
  readonly FETCH_MAX_MEGABYTES?: string;
  /** Bounds of what may be made: a JSON object, such as `{"side_pixels":1920,"layers":4}`. */
  readonly LIMITS?: string;
  /** Signs the grants that a signed URL hands on to what its playlist names. */
  readonly GRANT_SECRET: string;
  /** `cache-api`, or `workers-cache`: what stands before the store of products. */
  readonly CACHE_LAYOUT?: string;
  /** `off`: uploads are not appraised, and every film is streamed by the same ladder; `on`. */
  readonly APPRAISE_UPLOADS?: string;
  /** `aes-128` or `cbcs`: authenticated videos are streamed encrypted, and delivered in no other form; `off`. */
  readonly ENCRYPTION?: string;
  /** What their keys are derived of. */
  readonly CONTENT_KEY_SECRET?: string;
  /** The S3 side of the bucket that SOURCES binds, for the origin to read. */
  readonly S3_ENDPOINT: string;
  readonly S3_BUCKET: string;
  readonly S3_ACCESS_KEY_ID: string;
  readonly S3_SECRET_ACCESS_KEY: string;
}

export interface EdgeConfig {
  readonly cloud: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly originUrl: string;
  readonly originSecret: string;
  readonly grantSecret: string;
  readonly isStrict: boolean;
  readonly cacheLayout: CacheLayout;
  readonly appraisesUploads: boolean;
  readonly limits: CloudLimits;
  readonly remote: RemoteRules;
  /** How authenticated videos are encrypted; absent where they are delivered in clear. */
  readonly sealing: Sealing | undefined;
  readonly contentKeySecret: string;
  readonly authTokenKey: string | undefined;
  readonly playbackKeys: readonly JWK[];
  readonly adminKeys: readonly JWK[];
  /** Absent where Access does not stand in front. */
  readonly front: CloudflareAccessConfig | undefined;
  readonly budgets: ConfiguredBudgets;
  readonly s3: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
}

export type CacheLayout = "cache-api" | "workers-cache";

const isCacheLayout = (name: string): name is CacheLayout => name === "cache-api" || name === "workers-cache";

const ENCRYPTIONS: Readonly<Record<string, Sealing>> = { "aes-128": "aes128", cbcs: "cbcs" };

/** Reads the environment; throws one Error that names everything that is missing. */
export function configFrom(env: Env): EdgeConfig {
  const faults: string[] = [];
  const text = (name: keyof Env, minLength = 1): string => {
    const value = env[name];
    if (typeof value !== "string" || value.length < minLength) {
      faults.push(minLength > 1 ? `${name} must have ${minLength} characters at least` : `${name} is not set`);
      return "";
    }
    return value;
  };
  const keys = (name: "PLAYBACK_KEYS" | "ADMIN_KEYS"): readonly JWK[] => {
    try {
      const { keys: list } = JSON.parse(env[name] ?? '{"keys":[]}') as { keys: readonly JWK[] };
      for (const key of list) {
        const fault = keyFault(key);
        if (fault !== undefined) faults.push(`${name}: the key ${key.kid ?? "without a kid"} ${fault}`);
      }
      return list;
    } catch {
      faults.push(`${name} must be a JSON Web Key Set`);
      return [];
    }
  };
  const limits = limitsFrom(env.LIMITS ?? "{}");
  if (!limits)
    faults.push(`LIMITS must be a JSON object of numbers above 0, by the names ${Object.keys(LIMITS).join(", ")}`);
  const remote = remoteFrom(env);
  if (!remote) faults.push("FETCH_HOSTS must be hosts separated by commas, FETCH_MAX_MEGABYTES a number above 0");
  const { STRICT_TRANSFORMATIONS: strict = "off" } = env;
  if (strict !== "on" && strict !== "off") faults.push("STRICT_TRANSFORMATIONS must be on or off");
  const { APPRAISE_UPLOADS: appraises = "on" } = env;
  if (appraises !== "on" && appraises !== "off") faults.push("APPRAISE_UPLOADS must be on or off");
  const { CACHE_LAYOUT: cacheLayout = "cache-api" } = env;
  if (!isCacheLayout(cacheLayout)) faults.push("CACHE_LAYOUT must be cache-api or workers-cache");
  const { ENCRYPTION: encryption = "off" } = env;
  const sealing = ENCRYPTIONS[encryption];
  if (sealing === undefined && encryption !== "off") faults.push("ENCRYPTION must be aes-128, cbcs or off");
  const authTokenKey = env.AUTH_TOKEN_KEY || undefined;
  if (authTokenKey !== undefined && !/^(?:[0-9a-fA-F]{2}){6,64}$/.test(authTokenKey))
    faults.push("AUTH_TOKEN_KEY must be 12 to 128 hexadecimal digits");
  const config: EdgeConfig = {
    cloud: text("CLOUD_NAME"),
    apiKey: text("API_KEY"),
    apiSecret: text("API_SECRET"),
    originUrl: text("ORIGIN_URL").replace(/\/$/, ""),
    originSecret: text("ORIGIN_SECRET", 32),
    grantSecret: text("GRANT_SECRET", 32),
    isStrict: strict === "on",
    cacheLayout: isCacheLayout(cacheLayout) ? cacheLayout : "cache-api",
    appraisesUploads: appraises === "on",
    limits: limits ?? {},
    remote: remote ?? { hosts: [], maxBytes: 0 },
    sealing,
    contentKeySecret: sealing === undefined ? "" : text("CONTENT_KEY_SECRET", 32),
    authTokenKey,
    playbackKeys: keys("PLAYBACK_KEYS"),
    adminKeys: keys("ADMIN_KEYS"),
    front: frontFrom(env, faults),
    budgets: budgetsFrom(env, faults),
    s3: {
      endpoint: text("S3_ENDPOINT").replace(/\/$/, ""),
      bucket: text("S3_BUCKET"),
      accessKeyId: text("S3_ACCESS_KEY_ID"),
      secretAccessKey: text("S3_SECRET_ACCESS_KEY"),
    },
  };
  if (faults.length > 0)
    throw new Error(`The Worker is not configured:\n${faults.map((fault) => `- ${fault}`).join("\n")}`);
  return config;
}

/** A team's keys come from where its assertions say that they are signed. */
const TEAM_DOMAIN = /^https:\/\/[a-z0-9.-]+$|^http:\/\/127\.0\.0\.1:\d+$/;

function frontFrom(
  { ACCESS_TEAM_DOMAIN: domain = "", ACCESS_AUDIENCE: audience = "", ACCESS_SCOPES }: Env,
  faults: string[],
): CloudflareAccessConfig | undefined {
  if (domain === "" && audience === "") return undefined;
  const teamDomain = domain.replace(/\/$/, "");
  if (!TEAM_DOMAIN.test(teamDomain)) faults.push("ACCESS_TEAM_DOMAIN must be https://<team>.cloudflareaccess.com");
  if (audience === "") faults.push("ACCESS_AUDIENCE must be the audience tag of the Access application");
  const words = ACCESS_SCOPES ? ACCESS_SCOPES.split(/[\s,]+/) : SCOPE_NAMES;
  const scopes = SCOPE_NAMES.filter((scope) => words.includes(scope));
  if (scopes.length < words.length) faults.push(`ACCESS_SCOPES takes ${SCOPE_NAMES.join(", ")}`);
  return { teamDomain, audience, scopes };
}

function budgetsFrom(env: Env, faults: string[]): ConfiguredBudgets {
  const amount = (name: `${"CLOUD" | "TOKEN"}_${"ENCODE_SECONDS" | "NEW_VARIANTS"}`): number | undefined => {
    const text = env[name] || undefined;
    if (text !== undefined && !/^\d{1,9}$/.test(text)) faults.push(`${name} must be a number, of an hour`);
    return text === undefined ? undefined : Number(text);
  };
  return {
    cloud: { encodeSeconds: amount("CLOUD_ENCODE_SECONDS"), newVariants: amount("CLOUD_NEW_VARIANTS") },
    token: { encodeSeconds: amount("TOKEN_ENCODE_SECONDS"), newVariants: amount("TOKEN_NEW_VARIANTS") },
  };
}

/** Undefined for whatever says no bounds: a misspelt one would bound nothing. */
function limitsFrom(text: string): CloudLimits | undefined {
  try {
    const bounds: unknown = JSON.parse(text);
    if (typeof bounds !== "object" || bounds === null || Array.isArray(bounds)) return undefined;
    const isBound = ([name, bound]: [string, unknown]): boolean =>
      isLimitName(name) && typeof bound === "number" && bound > 0;
    return Object.entries(bounds).every(isBound) ? (bounds as CloudLimits) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for what names no hosts: a misspelt one would let nothing in, or worse. */
function remoteFrom({ FETCH_HOSTS = "", FETCH_MAX_MEGABYTES = "512" }: Env): RemoteRules | undefined {
  const entries = FETCH_HOSTS.split(",").flatMap((entry) => entry.trim() || []);
  const hosts = entries.flatMap((entry) => parseRemoteHost(entry) ?? []);
  const megabytes = Number(FETCH_MAX_MEGABYTES);
  return hosts.length === entries.length && megabytes > 0
    ? { hosts, maxBytes: Math.floor(megabytes * 1_000_000) }
    : undefined;
}
