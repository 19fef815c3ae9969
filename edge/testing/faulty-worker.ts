/** The Worker with a store of products that fails where a test says so; everything else is as in production. */

import type { Env } from "../config.ts";
import { EncodeCoalescer as SoundCoalescer } from "../encode-coalescer.ts";
import worker from "../worker.ts";

export { BudgetKeeper } from "../budgets/budget-keeper.ts";

/** Methods of the bucket that fail from now on; `POST /faults` names them. */
let failing: readonly (string | symbol)[] = [];

const faultyBucket = (bucket: R2Bucket): R2Bucket =>
  new Proxy(bucket, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        // As R2 says it.
        if (failing.includes(name)) throw new Error(`${String(name)}: We encountered an internal error. (10001)`);
        return value.apply(target, args);
      };
    },
  });

/** One for each environment: what an isolate keeps goes by it. */
const environments = new WeakMap<Env, Env>();

function faulty(env: Env): Env {
  const known = environments.get(env) ?? { ...env, PRODUCTS: faultyBucket(env.PRODUCTS) };
  environments.set(env, known);
  return known;
}

export class EncodeCoalescer extends SoundCoalescer {
  constructor(state: DurableObjectState, env: Env) {
    super(state, faulty(env));
  }
}

export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/faults") return worker.fetch(request, faulty(env), context);
    failing = await request.json<readonly string[]>();
    return new Response();
  },
  scheduled: (controller, env, context) => worker.scheduled(controller, faulty(env), context),
} satisfies ExportedHandler<Env, import("#catalog").CountBatch>;
