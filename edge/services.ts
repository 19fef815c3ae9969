/** What the edge's stories are told with: wired per request from the environment, replaced piece by piece in tests. */

import { type Catalog, openCatalog } from "#catalog";
import type { AssetName } from "#transformation";
import { type RecordsReader, type RecordsState, recordsReader } from "./access/access-records.ts";
import { type AdminAccess, adminAccess } from "./access/admin-access.ts";
import { type CloudflareAccess, cloudflareAccess } from "./access/cloudflare-access.ts";
import { type DeliveryAccess, deliveryAccess, grantKey } from "./access/delivery-access.ts";
import { type EncodePermits, encodePermits } from "./access/encode-permit.ts";
import { digest } from "./access/hash.ts";
import { catalogKeys, configuredKeys, fixedKeys, keysOfAll } from "./access/key-sources.ts";
import { keyringOf, newRingMemory, type RingMemory } from "./access/keyring.ts";
import { type Passes, passesOf } from "./access/pass.ts";
import { recordsOrigin } from "./access/records-origin.ts";
import { appraisalOrder } from "./appraisals.ts";
import { type AssetFinder, assetFinder } from "./asset-finder.ts";
import { configFrom, type EdgeConfig, type Env } from "./config.ts";
import { type Counters, queuedCounters } from "./counting/counters.ts";
import { type MadeShares, SHARES_FRESH_SECONDS } from "./degrading.ts";
import { PAID_FRESH_SECONDS, type PaidRenditions, paidRenditions } from "./demand/paid-renditions.ts";
import { type Encodes, encodes } from "./encodes.ts";
import { type NameFinder, nameFinder } from "./name-finder.ts";
import { type OriginBuilds, originBuilds } from "./origin-builds.ts";
import { type OriginClient, originClient } from "./origin-client.ts";
import type { ProductStore } from "./product-store.ts";
import { productsOf } from "./products.ts";
import { type Remembered, remembered } from "./remembered.ts";
import { type ContentKeys, derivedKeys } from "./sealing/content-keys.ts";
import { type SignSource, sourceSigner } from "./source-url.ts";

export interface EdgeServices {
  readonly config: EdgeConfig;
  readonly catalog: Catalog;
  readonly access: DeliveryAccess;
  readonly records: RecordsReader;
  readonly admin: AdminAccess;
  readonly permits: EncodePermits;
  readonly assets: AssetFinder;
  readonly names: NameFinder;
  readonly products: ProductStore;
  readonly contentKeys: ContentKeys;
  readonly paid: PaidRenditions;
  readonly shares: Remembered<MadeShares>;
  readonly encodes: Encodes;
  readonly origin: OriginClient;
  readonly builds: OriginBuilds;
  /** Has a version of a source appraised when there is nothing else to do. */
  readonly orderAppraisal: (name: AssetName, version: string) => void;
  readonly signSource: SignSource;
  readonly sources: R2Bucket;
  /** The bucket behind `products`, to be listed. */
  readonly madeBucket: R2Bucket;
  readonly counters: Counters;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** What an isolate keeps between requests: keys once imported, settings once checked, what it knows of revocations. */
interface Standing {
  readonly config: EdgeConfig;
  readonly rings: { readonly playback: RingMemory; readonly admin: RingMemory };
  readonly records: RecordsState;
  readonly passes: Passes;
  readonly contentKeys: ContentKeys;
  readonly front: CloudflareAccess | undefined;
}

const standings = new WeakMap<Env, Standing>();

function standingOf(env: Env): Standing {
  const known = standings.get(env);
  if (known) return known;
  const config = configFrom(env);
  const standing: Standing = {
    config,
    rings: { playback: newRingMemory(), admin: newRingMemory() },
    records: {},
    passes: passesOf(config.grantSecret),
    contentKeys: derivedKeys(config.contentKeySecret),
    front: config.front && cloudflareAccess(config.front),
  };
  standings.set(env, standing);
  return standing;
}

/** What the runtime gives a request: Hono's type of it does not say all. */
type RequestContext = Pick<ExecutionContext, "waitUntil"> & { readonly exports?: unknown };

/** The services of a request, as Hono hands it to a route. */
export const servicesOf = ({ env, executionCtx }: { env: Env; executionCtx: RequestContext }): EdgeServices =>
  servicesFrom(env, executionCtx);

export function servicesFrom(env: Env, context: RequestContext): EdgeServices {
  const { config, rings, passes, contentKeys, front, ...standing } = standingOf(env);
  const waitUntil = (work: Promise<unknown>): void => context.waitUntil(work);
  const now = (): number => Date.now() / 1000;
  const catalog = openCatalog(env.DB);
  const origin = originClient(config, now);
  const records = recordsReader(
    standing.records,
    recordsOrigin(config.cloud, catalog, caches.default, now),
    now,
    waitUntil,
  );
  const playbackKeys = keysOfAll(
    fixedKeys([grantKey(config.grantSecret)]),
    configuredKeys(config.playbackKeys, records),
    catalogKeys(config.grantSecret, records),
  );
  const playback = keyringOf(playbackKeys, rings.playback);
  const admin = keyringOf(configuredKeys(config.adminKeys, records), rings.admin);
  return {
    config,
    catalog,
    records,
    access: deliveryAccess({ ...config, playback, passes, digest }),
    permits: encodePermits({ isStrict: config.isStrict, secret: config.grantSecret }),
    admin: adminAccess({ ...config, admin, front }),
    assets: assetFinder(catalog, {
      current: remembered("assets", caches.default, now, waitUntil),
      versions: remembered("versions", caches.default, now, waitUntil),
    }),
    names: nameFinder(catalog, remembered("names", caches.default, now, waitUntil)),
    contentKeys,
    products: productsOf(env, config, context),
    paid: paidRenditions(env.PRODUCTS, remembered("paid", caches.default, now, waitUntil, PAID_FRESH_SECONDS)),
    shares: remembered("shares", caches.default, now, waitUntil, SHARES_FRESH_SECONDS),
    encodes: encodes(env.ENCODES, waitUntil),
    origin,
    builds: originBuilds(catalog, origin, now, waitUntil),
    orderAppraisal: (name, version) => {
      if (config.appraisesUploads) waitUntil(env.APPRAISALS.send(appraisalOrder(name, version)));
    },
    signSource: sourceSigner(config.s3),
    sources: env.SOURCES,
    madeBucket: env.PRODUCTS,
    counters: queuedCounters(env.DELIVERIES, now, waitUntil),
    now,
    waitUntil,
  };
}
