/** The secrets of a local service: made at its first start, kept in .dev.vars, read again ever after. */

import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";

/** What `.dev.vars` holds; wrangler hands it to the Worker, `npm start` hands the origin its part. */
export interface LocalSettings {
  readonly CLOUD_NAME: string;
  readonly API_KEY: string;
  readonly API_SECRET: string;
  readonly ORIGIN_SECRET: string;
  readonly GRANT_SECRET: string;
  readonly S3_ACCESS_KEY_ID: string;
  readonly S3_SECRET_ACCESS_KEY: string;
  readonly PLAYBACK_KEYS: string;
  readonly ADMIN_KEYS: string;
}

/** The private halves, for whoever makes tokens: no business of the Worker's. */
export interface SigningKeys {
  readonly playback: readonly JWK[];
  readonly admin: readonly JWK[];
}

const secret = (bytes = 32): string => randomBytes(bytes).toString("base64url");

async function newSigningKeys(): Promise<SigningKeys> {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const symmetric = (kid: string): JWK => ({ kty: "oct", kid, alg: "HS256", k: secret() });
  return {
    playback: [{ ...(await exportJWK(privateKey)), kid: "playback-eddsa", alg: "EdDSA" }, symmetric("playback-hs256")],
    admin: [symmetric("admin-hs256")],
  };
}

/** What a key is verified with: of a key pair the public half. */
const verifying = (keys: readonly JWK[]): string => JSON.stringify({ keys: keys.map(({ d, ...key }) => key) });

const settingsFile = (lines: LocalSettings): string =>
  `${["# Secrets of this machine's service, made at its first start. Never commit this file.", ...Object.entries(lines).map(([name, value]) => `${name}='${value}'`)].join("\n")}\n`;

function parseSettings(text: string): Partial<LocalSettings> {
  const lines = text.split("\n").map((line) => /^([A-Z0-9_]+)\s*=\s*'?(.*?)'?$/.exec(line.trim()));
  return Object.fromEntries(
    lines.filter((match) => match !== null).map(([, name, value]) => [name, value]),
  ) as Partial<LocalSettings>;
}

const readText = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);

export const signingKeysPath = (folder: string): string => join(folder, "signing-keys.json");

async function signingKeys(folder: string): Promise<SigningKeys> {
  const path = signingKeysPath(folder);
  const known = await readText(path);
  if (known !== undefined) return JSON.parse(known) as SigningKeys;
  const keys = await newSigningKeys();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(keys, undefined, 2), { mode: 0o600 });
  return keys;
}

/** Reads the settings, making what is missing; `CLOUD_NAME`, `API_KEY` and `API_SECRET` are taken from the environment where it has them. */
export async function localSettings(
  path: string,
  keysFolder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LocalSettings> {
  const known = parseSettings((await readText(path)) ?? "");
  const keys = await signingKeys(keysFolder);
  const pick = (name: "CLOUD_NAME" | "API_KEY" | "API_SECRET", fallback: () => string): string =>
    environment[name] || known[name] || fallback();
  const settings: LocalSettings = {
    CLOUD_NAME: pick("CLOUD_NAME", () => "demo"),
    API_KEY: pick("API_KEY", () =>
      String(100_000_000_000_000 + Number(randomBytes(6).readUIntBE(0, 6) % 900_000_000_000_000)),
    ),
    API_SECRET: pick("API_SECRET", () => secret(20)),
    ORIGIN_SECRET: known.ORIGIN_SECRET ?? secret(),
    GRANT_SECRET: known.GRANT_SECRET ?? secret(),
    S3_ACCESS_KEY_ID: known.S3_ACCESS_KEY_ID ?? randomBytes(10).toString("hex"),
    S3_SECRET_ACCESS_KEY: known.S3_SECRET_ACCESS_KEY ?? randomBytes(20).toString("hex"),
    PLAYBACK_KEYS: verifying(keys.playback),
    ADMIN_KEYS: verifying(keys.admin),
  };
  const text = settingsFile(settings);
  if (text !== (await readText(path))) await writeFile(path, text, { mode: 0o600 });
  return settings;
}
