/** The doors of Cloudinary's Admin API that keep transformations and streaming profiles under names. */

import { Hono } from "hono";
import type { CustomProfile, NamedTransformation } from "#catalog";
import {
  canonicalTransformation,
  formatTransformation,
  isBuiltInProfile,
  Problem,
  parseTransformation,
  STREAMING_PROFILE_NAMES,
} from "#transformation";
import { type Door, fieldsOf, NO_STORE, opened, required } from "./admin-door.ts";
import type { Env } from "./config.ts";
import type { EdgeServices } from "./services.ts";

/** Names of one cloud: more are no vocabulary but a store. */
const MAX_NAMES = 500;
const MAX_RUNGS = 20;

function checkName(name: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u.test(name)) return name;
  throw new Problem("invalid-query", "A name has up to 64 letters, digits, dashes and underscores.", {
    parameter: "name",
  });
}

/** The definition as it is kept: in the one spelling of all that mean the same. */
const definitionOf = (text: string): string =>
  formatTransformation(canonicalTransformation(parseTransformation(text), { isPart: true }));

/** SDKs put `t_` before the name of a kept transformation, or send the name alone. */
const bareName = (text: string): string => text.replace(/^t_/, "");

const transformationAnswer = ({ name, definition, allowedForStrict }: NamedTransformation) => ({
  name: `t_${name}`,
  allowed_for_strict: allowedForStrict,
  named: true,
  definition,
});

async function transformationNamed(services: EdgeServices, name: string): Promise<NamedTransformation> {
  const { transformations } = await services.catalog.names.all(services.config.cloud);
  const found = transformations.find((known) => known.name === name);
  if (found) return found;
  throw new Problem("not-found", `No transformation is kept as ${name.slice(0, 80)}.`, { parameter: "transformation" });
}

const representationsOf = (text: string): readonly string[] => {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined;
  }
  const rungs = Array.isArray(list) ? list : [];
  if (rungs.length === 0 || rungs.length > MAX_RUNGS)
    throw new Problem("invalid-query", `representations is a list of 1 to ${MAX_RUNGS} transformations.`, {
      parameter: "representations",
    });
  return rungs.map((rung: unknown) => {
    const { transformation } = rung as { transformation?: unknown };
    if (typeof transformation === "string" && transformation !== "") return definitionOf(transformation);
    throw new Problem("invalid-query", "Each representation holds a transformation, spelled as in URLs.", {
      parameter: "representations",
    });
  });
};

const profileAnswer = ({ name, displayName, representations }: CustomProfile) => ({
  name,
  display_name: displayName,
  predefined: false,
  representations: representations.map((transformation) => ({ transformation })),
});

async function profileNamed(services: EdgeServices, name: string): Promise<CustomProfile> {
  const { profiles } = await services.catalog.names.all(services.config.cloud);
  const found = profiles.find((known) => known.name === name);
  if (found) return found;
  throw new Problem("not-found", `No streaming profile is kept as ${name.slice(0, 80)}.`, { parameter: "name" });
}

async function checkRoom(services: EdgeServices, name: string, kind: "transformations" | "profiles"): Promise<void> {
  const known = (await services.catalog.names.all(services.config.cloud))[kind];
  if (known.some((other) => other.name === name))
    throw new Problem("name-taken", `${name} is kept already.`, { parameter: "name" });
  if (known.length >= MAX_NAMES)
    throw new Problem("invalid-query", `A cloud keeps ${MAX_NAMES} ${kind} at most.`, { parameter: "name" });
}

/** Cloudinary's SDK escapes the slash before the name. */
const ONE_PROFILE = "/:cloud/:profile{streaming_profiles(?:/|%2F)[^/]+}";

const nameIn = (context: Door): string => decodeURIComponent(context.req.param("profile") ?? "").split("/")[1] ?? "";

export const nameRoutes = new Hono<{ Bindings: Env }>();

nameRoutes.get("/:cloud/transformations", async (context) => {
  const services = await opened(context, "names:read");
  const asked = context.req.query("transformation");
  if (asked !== undefined)
    return context.json(transformationAnswer(await transformationNamed(services, bareName(asked))), 200, NO_STORE);
  const { transformations } = await services.catalog.names.all(services.config.cloud);
  return context.json({ transformations: transformations.map(transformationAnswer) }, 200, NO_STORE);
});

nameRoutes.post("/:cloud/transformations", async (context) => {
  const services = await opened(context, "names:write");
  const fields = await fieldsOf(context);
  const name = checkName(bareName(required(fields, "name")));
  await checkRoom(services, name, "transformations");
  const definition = definitionOf(required(fields, "transformation"));
  await services.catalog.names.putTransformation(services.config.cloud, { name, definition, allowedForStrict: true });
  await services.names.forget(services.config.cloud);
  return context.json({ message: "created" }, 200, NO_STORE);
});

nameRoutes.put("/:cloud/transformations", async (context) => {
  const services = await opened(context, "names:write");
  const fields = await fieldsOf(context);
  const before = await transformationNamed(services, bareName(required(fields, "transformation")));
  const [strict, unsafe] = [fields.get("allowed_for_strict"), fields.get("unsafe_update")];
  await services.catalog.names.putTransformation(services.config.cloud, {
    ...before,
    ...(unsafe !== undefined && { definition: definitionOf(unsafe) }),
    ...(strict !== undefined && { allowedForStrict: strict === "true" || strict === "1" }),
  });
  await services.names.forget(services.config.cloud);
  return context.json({ message: "updated" }, 200, NO_STORE);
});

nameRoutes.delete("/:cloud/transformations", async (context) => {
  const services = await opened(context, "names:write");
  const { name } = await transformationNamed(services, bareName(required(await fieldsOf(context), "transformation")));
  await services.catalog.names.deleteTransformation(services.config.cloud, name);
  await services.names.forget(services.config.cloud);
  return context.json({ message: "deleted" }, 200, NO_STORE);
});

nameRoutes.get("/:cloud/streaming_profiles", async (context) => {
  const services = await opened(context, "names:read");
  const { profiles } = await services.catalog.names.all(services.config.cloud);
  const builtIn = STREAMING_PROFILE_NAMES.map((name) => ({ name, display_name: null, predefined: true }));
  return context.json({ data: [...builtIn, ...profiles.map(profileAnswer)] }, 200, NO_STORE);
});

nameRoutes.get(ONE_PROFILE, async (context) => {
  const services = await opened(context, "names:read");
  return context.json({ data: profileAnswer(await profileNamed(services, nameIn(context))) }, 200, NO_STORE);
});

nameRoutes.post("/:cloud/streaming_profiles", async (context) => {
  const services = await opened(context, "names:write");
  const fields = await fieldsOf(context);
  const name = checkName(required(fields, "name"));
  if (isBuiltInProfile(name)) throw new Problem("name-taken", `${name} is built in.`, { parameter: "name" });
  await checkRoom(services, name, "profiles");
  const representations = representationsOf(required(fields, "representations"));
  const profile = { name, displayName: fields.get("display_name") ?? name, representations };
  await services.catalog.names.putProfile(services.config.cloud, profile);
  await services.names.forget(services.config.cloud);
  return context.json({ message: "created", data: profileAnswer(profile) }, 200, NO_STORE);
});

nameRoutes.put(ONE_PROFILE, async (context) => {
  const services = await opened(context, "names:write");
  const fields = await fieldsOf(context);
  const before = await profileNamed(services, nameIn(context));
  const [displayName, representations] = [fields.get("display_name"), fields.get("representations")];
  const profile = {
    ...before,
    ...(displayName !== undefined && { displayName }),
    ...(representations !== undefined && { representations: representationsOf(representations) }),
  };
  await services.catalog.names.putProfile(services.config.cloud, profile);
  await services.names.forget(services.config.cloud);
  return context.json({ message: "updated", data: profileAnswer(profile) }, 200, NO_STORE);
});

nameRoutes.delete(ONE_PROFILE, async (context) => {
  const services = await opened(context, "names:write");
  const profile = await profileNamed(services, nameIn(context));
  await services.catalog.names.deleteProfile(services.config.cloud, profile.name);
  await services.names.forget(services.config.cloud);
  return context.json({ message: "deleted", data: profileAnswer(profile) }, 200, NO_STORE);
});
