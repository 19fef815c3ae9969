/** What the doors of the admin API have in common: who is let in, and how the fields of a request are read. */

import type { Context } from "hono";
import { Problem } from "#transformation";
import type { Scope } from "./access/scopes.ts";
import type { Env } from "./config.ts";
import { type EdgeServices, servicesOf } from "./services.ts";

export type Door = Context<{ Bindings: Env }>;

/** Headers of every answer: it is for one administrator, at this moment. */
export const NO_STORE = { "cache-control": "no-store" };

/** @throws Problem `unauthorized` or `forbidden` */
export async function opened(context: Door, scope: Scope): Promise<EdgeServices> {
  const services = servicesOf(context);
  await services.admin.check(context.req.raw, context.req.param("cloud") ?? "", scope, services.now());
  return services;
}

async function jsonOf({ req }: Door): Promise<Record<string, unknown>> {
  const body = await req.json<unknown>().catch(() => undefined);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new Problem("invalid-query", "The body is no JSON object.");
}

/** Fields of the body, whatever it is coded as, before those of the query. */
export async function fieldsOf(context: Door): Promise<ReadonlyMap<string, string>> {
  const { req } = context;
  const isJson = req.header("content-type")?.includes("json") ?? false;
  const body: Record<string, unknown> = isJson ? await jsonOf(context) : await req.parseBody();
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return new Map([
    ...Object.entries(req.query()),
    ...Object.entries(body).map(([name, value]) => [name, text(value)] as const),
  ]);
}

export function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name);
  if (value) return value;
  throw new Problem("invalid-query", `${name} is missing.`, { parameter: name });
}
