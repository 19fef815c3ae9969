/** The ports of a Worker under test (`ports-worker.ts`), as a test calls them. */

import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { problemFrom } from "#transformation";
import type { Encodes } from "../encodes.ts";
import type { ProductStore } from "../product-store.ts";
import type { EdgeServices } from "../services.ts";

/** Leaves by a reset where the signal fires: workerd hears of no other way of going. */
function post(base: string, body: string, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(base, { method: "POST", agent: false }, (response) => resolve(text(response)));
    request.once("error", reject);
    signal?.addEventListener("abort", () => request.socket?.resetAndDestroy());
    request.end(body);
  });
}

async function call<T>(base: string, port: keyof EdgeServices, method: string, args: unknown, signal?: AbortSignal) {
  const answer = await post(base, JSON.stringify({ port, method, args }), signal);
  const { value, problem } = JSON.parse(answer) as { value: T; problem?: unknown };
  if (problem) throw problemFrom(problem);
  return value;
}

/** A port whose methods take and give data. */
export const remotePort = <Name extends keyof EdgeServices>(base: string, port: Name): EdgeServices[Name] =>
  new Proxy(
    {},
    {
      get:
        (_, method: string) =>
        (...args: unknown[]) =>
          call(base, port, method, args),
    },
  ) as EdgeServices[Name];

export const remoteEncodes = (base: string): Encodes => ({
  make: (order, signal) => call(base, "encodes", "make", [order], signal),
  look: (order) => call(base, "encodes", "look", [order]),
});

/** The store as a data centre sees it: caches are told apart by the host that a request names. */
export function remoteProductStore(base: string, host: string): ProductStore {
  const send = (url: string, method: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    const headers = new Headers(init.headers);
    headers.set("x-address", `http://${host}${pathname}${search}`);
    headers.set("x-method", method);
    return fetch(base, { ...init, headers });
  };
  return {
    async find(request) {
      const response = await send(request.url, "find", { method: request.method, headers: request.headers });
      const tier = response.headers.get("x-tier");
      return tier === "edge" || tier === "store" ? { response, tier } : undefined;
    },
    async keep(address, _, { bytes, mediaType }) {
      await send(address, "keep", { method: "POST", body: bytes, headers: { "content-type": mediaType } });
    },
    async findRemembered(request) {
      const response = await send(request.url, "findRemembered", { method: request.method, headers: request.headers });
      return response.headers.get("x-tier") === "edge" ? response : undefined;
    },
    remember(request, bytes, { mediaType, etag }) {
      const headers = { ...Object.fromEntries(request.headers), "content-type": mediaType, "x-etag": etag };
      return send(request.url, "remember", { method: "POST", body: bytes, headers });
    },
    async lend(request, { bytes, mediaType }) {
      const headers = { ...Object.fromEntries(request.headers), "content-type": mediaType };
      return send(request.url, "lend", { method: "POST", body: bytes, headers });
    },
    async findText(request) {
      const response = await send(request.url, "findText", { method: "GET" });
      return response.headers.get("x-tier") === "edge" ? response.text() : undefined;
    },
    keepText(request, playlist) {
      void send(request.url, "keepText", { method: "POST", body: playlist });
    },
  };
}
