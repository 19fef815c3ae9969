/** What the edge's stories are told with: wired per request from the environment, replaced piece by piece in tests. */

import { type Catalog, openCatalog } from "#catalog";
import { type AdminAccess, adminAccess } from "./access/admin-access.ts";
import { type DeliveryAccess, deliveryAccess, grantKey } from "./access/delivery-access.ts";
import { type EncodePermits, encodePermits } from "./access/encode-permit.ts";
import { digest } from "./access/hash.ts";
import { type Keyring, keyringOf } from "./access/keyring.ts";
import { type AssetFinder, assetFinder } from "./asset-finder.ts";
import { configFrom, type EdgeConfig, type Env } from "./config.ts";
import { type DeliveryRecorder, deliveryRecorder } from "./deliveries/recorder.ts";
import { type Encodes, encodes } from "./encodes.ts";
import { type NameFinder, nameFinder } from "./name-finder.ts";
import { type OriginBuilds, originBuilds } from "./origin-builds.ts";
import { type OriginClient, originClient } from "./origin-client.ts";
import { type ProductStore, productStore } from "./product-store.ts";
import { type SignSource, sourceSigner } from "./source-url.ts";

export interface EdgeServices {
  readonly config: EdgeConfig;
  readonly catalog: Catalog;
  readonly access: DeliveryAccess;
  readonly admin: AdminAccess;
  readonly permits: EncodePermits;
  readonly assets: AssetFinder;
  readonly names: NameFinder;
  readonly products: ProductStore;
  readonly encodes: Encodes;
  readonly origin: OriginClient;
  readonly builds: OriginBuilds;
  readonly signSource: SignSource;
  readonly sources: R2Bucket;
  /** The bucket behind `products`, to be listed. */
  readonly madeBucket: R2Bucket;
  readonly recorder: DeliveryRecorder;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** What an isolate keeps between requests: keys once imported, settings once checked. */
interface Standing {
  readonly config: EdgeConfig;
  readonly playback: Keyring;
  readonly admin: Keyring;
}

const standings = new WeakMap<Env, Standing>();

function standingOf(env: Env): Standing {
  const known = standings.get(env);
  if (known) return known;
  const config = configFrom(env);
  const standing = {
    config,
    playback: keyringOf([...config.playbackKeys, grantKey(config.grantSecret)]),
    admin: keyringOf(config.adminKeys),
  };
  standings.set(env, standing);
  return standing;
}

/** The services of a request, as Hono hands it to a route. */
export const servicesOf = ({
  env,
  executionCtx,
}: {
  env: Env;
  executionCtx: Pick<ExecutionContext, "waitUntil">;
}): EdgeServices => servicesFrom(env, executionCtx);

export function servicesFrom(env: Env, context: Pick<ExecutionContext, "waitUntil">): EdgeServices {
  const { config, playback, admin } = standingOf(env);
  const waitUntil = (work: Promise<unknown>): void => context.waitUntil(work);
  const now = (): number => Date.now() / 1000;
  const catalog = openCatalog(env.DB);
  const origin = originClient(config, now);
  return {
    config,
    catalog,
    access: deliveryAccess({ ...config, playback, digest }),
    permits: encodePermits({ isStrict: config.isStrict, secret: config.grantSecret }),
    admin: adminAccess({ ...config, admin }),
    assets: assetFinder(catalog, caches.default, waitUntil),
    names: nameFinder(catalog, caches.default, waitUntil),
    products: productStore(env.PRODUCTS, caches.default, waitUntil),
    encodes: encodes(env.ENCODES, waitUntil),
    origin,
    builds: originBuilds(catalog, origin, now, waitUntil),
    signSource: sourceSigner(config.s3),
    sources: env.SOURCES,
    madeBucket: env.PRODUCTS,
    recorder: deliveryRecorder(env.DELIVERIES, now, waitUntil),
    now,
    waitUntil,
  };
}
