/**
 * Makes a token with this machine's signing keys, or with one that the keys API has made.
 *
 *   npm run token -- film                                  a playback token for one video, for two hours
 *   npm run token -- 'series/*' --hours 24                 for a folder
 *   npm run token -- film --alg RS256                      by another algorithm than EdDSA
 *   npm run token -- film --key key.json                   with the `key` that POST /v1/<cloud>/keys has answered
 *   npm run token -- film --max-rung 720p --window 30-60   with claims that narrow it (docs/access.md has all)
 *   npm run token -- --admin analytics:read,keys:read      for the admin API
 */

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  type AdminScope,
  adminToken,
  type PlaybackClaims,
  playbackToken,
  type SigningKey,
  type TokenCodec,
  type TokenLifetime,
} from "../sdk/server.ts";
import { localSettings, type SigningKeys, signingKeysPath } from "./local-settings.ts";

const WORK_FOLDER = ".edgereel";

const text = { type: "string" } as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    hours: { ...text, default: "2" },
    alg: text,
    key: text,
    admin: text,
    jti: text,
    "not-before": text,
    "max-rung": text,
    codecs: text,
    window: text,
    countries: text,
    ip: text,
    transformations: text,
    "encode-seconds": text,
    "new-variants": text,
  },
});

type Option = keyof typeof values;

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}

const list = (name: Option): readonly string[] | undefined => values[name]?.split(/[,\s]+/);

function number(name: Option, largest = 1e9): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  return /^\d+(\.\d+)?$/.test(value) && Number(value) <= largest ? Number(value) : fail(`--${name} takes a number.`);
}

function windowOf(value: string | undefined): readonly [number, number] | undefined {
  if (value === undefined) return undefined;
  const [, from, to] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(value) ?? [];
  if (Number(from) < Number(to)) return [Number(from), Number(to)];
  return fail("--window takes seconds of the film, as 30-60.");
}

function rungOf(value: string | undefined): `${number}p` | undefined {
  if (value === undefined || /^[1-9]\d{0,3}p$/.test(value)) return value as `${number}p` | undefined;
  return fail("--max-rung takes a rung, as 720p.");
}

function timeOf(value: string | undefined): Date | undefined {
  const time = value === undefined ? undefined : new Date(value);
  return time && Number.isNaN(time.getTime()) ? fail("--not-before takes a time, as 2026-01-31T12:00:00Z.") : time;
}

/** Without what was not asked for. */
const stated = <T extends object>(all: { [Name in keyof T]: T[Name] | undefined }): T =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;

function lifetime(): TokenLifetime {
  const hours = number("hours", 24 * 365) || fail("--hours takes a number of hours, up to a year.");
  const expiresAt = new Date(Date.now() + hours * 3_600_000);
  return stated<TokenLifetime>({ expiresAt, notBefore: timeOf(values["not-before"]), id: values.jti });
}

const claims = (subject: string): PlaybackClaims =>
  stated<PlaybackClaims>({
    subject,
    maxRung: rungOf(values["max-rung"]),
    codecs: list("codecs") as readonly TokenCodec[] | undefined,
    window: windowOf(values.window),
    countries: list("countries"),
    ip: list("ip"),
    transformations: list("transformations"),
    encodeSeconds: number("encode-seconds"),
    newVariants: number("new-variants"),
  });

async function signingKey(kind: keyof SigningKeys): Promise<SigningKey> {
  if (values.key !== undefined) return JSON.parse(await readFile(values.key, "utf8")) as SigningKey;
  const keys = JSON.parse(await readFile(signingKeysPath(WORK_FOLDER), "utf8")) as SigningKeys;
  const alg = values.alg ?? keys[kind][0]?.alg;
  const key = keys[kind].find((known) => known.alg === alg);
  return (key ?? fail(`--alg takes ${keys[kind].map((known) => known.alg).join(", ")}.`)) as SigningKey;
}

const { CLOUD_NAME: cloud } = await localSettings(".dev.vars", WORK_FOLDER);
const [subject] = positionals;
if (values.admin !== undefined) {
  const scopes = list("admin") as readonly AdminScope[];
  console.log(await adminToken({ cloud, key: await signingKey("admin"), scopes, ...lifetime() }));
} else if (subject !== undefined) {
  console.log(await playbackToken({ cloud, key: await signingKey("playback"), ...claims(subject), ...lifetime() }));
} else fail("Say which video the token is for: a public id, or a folder as 'folder/*'.");
