/** A Worker that opens the edge's ports to tests: what lies behind them runs where it runs in production, on workerd. */

import { Problem, parseRenditionUrl } from "#transformation";
import type { Env } from "../config.ts";
import { type EdgeServices, servicesFrom } from "../services.ts";

export { BudgetKeeper } from "../budgets/budget-keeper.ts";
export { EncodeCoalescer } from "../encode-coalescer.ts";
export { Products } from "../workers-cache-store.ts";

type Arguments = readonly unknown[];
type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Calls a method whose arguments and answer are data. */
async function call(services: EdgeServices, request: Request): Promise<Response> {
  const { port, method, args } = (await request.json()) as {
    port: keyof EdgeServices;
    method: string;
    args: Arguments;
  };
  const signal = port === "encodes" ? [request.signal] : [];
  const target = services[port] as unknown as Methods;
  const values = args.map((value) => value ?? undefined);
  const value = await target[method]?.(...([...values, ...signal] as never[]));
  return Response.json({ value });
}

/** The product store's methods, which speak in requests and responses; `x-address` says in which data centre. */
async function products({ products: store }: EdgeServices, request: Request): Promise<Response> {
  const address = request.headers.get("x-address") ?? "";
  const inner = new Request(address, { method: request.method === "HEAD" ? "HEAD" : "GET", headers: request.headers });
  const url = parseRenditionUrl(new URL(address).pathname);
  switch (request.headers.get("x-method")) {
    case "keep": {
      const mediaType = request.headers.get("content-type") ?? "";
      await store.keep(address, url, { bytes: new Uint8Array(await request.arrayBuffer()), mediaType });
      return new Response();
    }
    case "findRemembered": {
      const found = await store.findRemembered(inner);
      const response = new Response(found?.body ?? null, found);
      response.headers.set("x-tier", found ? "edge" : "none");
      return response;
    }
    case "remember": {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const [mediaType = "", etag = ""] = ["content-type", "x-etag"].map((name) => request.headers.get(name) ?? "");
      return store.remember(inner, bytes, { mediaType, bytes: bytes.length, etag, uploaded: new Date(0) });
    }
    case "lend": {
      const mediaType = request.headers.get("content-type") ?? "";
      return store.lend(inner, { bytes: new Uint8Array(await request.arrayBuffer()), mediaType });
    }
    case "keepText":
      store.keepText(inner, await request.text());
      return new Response();
    case "findText": {
      const text = await store.findText(inner);
      return new Response(text ?? null, { headers: { "x-tier": text === undefined ? "none" : "edge" } });
    }
    default: {
      const found = await store.find(inner, url);
      const response = new Response(found?.response.body ?? null, found?.response);
      response.headers.set("x-tier", found?.tier ?? "none");
      return response;
    }
  }
}

export default {
  async fetch(request, env, context) {
    const services = servicesFrom(env, context);
    try {
      return await (request.headers.has("x-address") ? products : call)(services, request);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return Response.json({ problem: error });
    }
  },
} satisfies ExportedHandler<Env>;
