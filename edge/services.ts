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
import { type KeySource, keyringOf, newRingMemory, type RingMemory } from "./access/keyring.ts";
import { type Passes, passesOf } from "./access/pass.ts";
import { recordsOrigin } from "./access/records-origin.ts";
import { appraisalOrder } from "./appraisal-order.ts";
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

/** What an isolate keeps between requests: all that belongs to none of them, keys once imported, what is known of revocations. */
interface Standing
  extends Pick<
    EdgeServices,
    "config" | "catalog" | "permits" | "origin" | "signSource" | "contentKeys" | "sources" | "madeBucket" | "now"
  > {
  /** Of what playlists of signed URLs hand on. */
  readonly grantKeys: KeySource;
  readonly rings: { readonly playback: RingMemory; readonly admin: RingMemory };
  readonly records: RecordsState;
  readonly passes: Passes;
  readonly front: CloudflareAccess | undefined;
}

const standings = new WeakMap<Env, Standing>();

function standingOf(env: Env): Standing {
  const known = standings.get(env);
  if (known) return known;
  const config = configFrom(env);
  const now = (): number => Date.now() / 1000;
  const standing: Standing = {
    config,
    now,
    catalog: openCatalog(env.DB),
    origin: originClient(config, now),
    permits: encodePermits({ isStrict: config.isStrict, secret: config.grantSecret }),
    signSource: sourceSigner(config.s3),
    sources: env.SOURCES,
    madeBucket: env.PRODUCTS,
    grantKeys: fixedKeys([grantKey(config.grantSecret)]),
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
  const { rings, passes, front, grantKeys, records: known, ...standing } = standingOf(env);
  const { config, catalog, origin, now } = standing;
  // Asking for it costs more than most of what follows.
  const { default: cache } = caches;
  const waitUntil = (work: Promise<unknown>): void => context.waitUntil(work);
  const records = recordsReader(known, recordsOrigin(config.cloud, catalog, cache, now), now, waitUntil);
  const playbackKeys = keysOfAll(
    grantKeys,
    configuredKeys(config.playbackKeys, records),
    catalogKeys(config.grantSecret, records),
  );
  const playback = keyringOf(playbackKeys, rings.playback);
  const admin = keyringOf(configuredKeys(config.adminKeys, records), rings.admin);
  return {
    ...standing,
    records,
    access: deliveryAccess({ ...config, playback, passes, digest }),
    admin: adminAccess({ ...config, admin, front }),
    assets: assetFinder(catalog, {
      current: remembered("assets", cache, now, waitUntil),
      versions: remembered("versions", cache, now, waitUntil),
    }),
    names: nameFinder(catalog, remembered("names", cache, now, waitUntil)),
    products: productsOf(env, config, context, cache),
    paid: paidRenditions(env.PRODUCTS, remembered("paid", cache, now, waitUntil, PAID_FRESH_SECONDS)),
    shares: remembered("shares", cache, now, waitUntil, SHARES_FRESH_SECONDS),
    encodes: encodes(env.ENCODES, waitUntil),
    builds: originBuilds(catalog, origin, now, waitUntil),
    orderAppraisal: (name, version) => {
      if (config.appraisesUploads) waitUntil(env.APPRAISALS.send(appraisalOrder(name, version)));
    },
    counters: queuedCounters(env.DELIVERIES, now, waitUntil),
    waitUntil,
  };
}
