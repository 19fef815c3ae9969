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
  readonly ENCRYPTION: string;
  readonly APPRAISE_UPLOADS: string;
  readonly CONTENT_KEY_SECRET: string;
}

/** The private halves, for whoever makes tokens: no business of the Worker's. */
export interface SigningKeys {
  readonly playback: readonly JWK[];
  readonly admin: readonly JWK[];
}

const secret = (bytes = 32): string => randomBytes(bytes).toString("base64url");

/** One key for each algorithm that playback tokens may be signed with. */
const PLAYBACK_ALGORITHMS = ["EdDSA", "HS256", "ES256", "RS256"] as const;

const keyId = (alg: string): string => `playback-${alg.toLowerCase()}`;

const symmetricKey = (kid: string): JWK => ({ kty: "oct", kid, alg: "HS256", k: secret() });

async function newPlaybackKey(alg: (typeof PLAYBACK_ALGORITHMS)[number]): Promise<JWK> {
  if (alg === "HS256") return symmetricKey(keyId(alg));
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: keyId(alg), alg };
}

/** The keys that are there, and those that are missing. */
async function completed({ playback, admin }: SigningKeys): Promise<SigningKeys> {
  const missing = PLAYBACK_ALGORITHMS.filter((name) => !playback.some(({ alg }) => alg === name));
  return {
    playback: [...playback, ...(await Promise.all(missing.map(newPlaybackKey)))],
    admin: admin.length > 0 ? admin : [symmetricKey("admin-hs256")],
  };
}

/** Members of a key that everybody may know, and the secret that verifies as well (RFC 7518, section 6). */
const VERIFYING_MEMBERS = ["kty", "kid", "alg", "crv", "x", "y", "n", "e", "k"];

/** What a key is verified with: of a key pair the public half. */
const verifying = (keys: readonly JWK[]): string =>
  JSON.stringify({
    keys: keys.map((key) =>
      Object.fromEntries(Object.entries(key).filter(([name]) => VERIFYING_MEMBERS.includes(name))),
    ),
  });

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
  const before: SigningKeys = known === undefined ? { playback: [], admin: [] } : JSON.parse(known);
  const keys = await completed(before);
  const text = JSON.stringify(keys, undefined, 2);
  await mkdir(dirname(path), { recursive: true });
  if (text !== known) await writeFile(path, text, { mode: 0o600 });
  return keys;
}

/** Reads the settings, making what is missing; `CLOUD_NAME`, `API_KEY`, `API_SECRET`, `ENCRYPTION` and `APPRAISE_UPLOADS` are taken from the environment where it has them. */
export async function localSettings(
  path: string,
  keysFolder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LocalSettings> {
  const known = parseSettings((await readText(path)) ?? "");
  const keys = await signingKeys(keysFolder);
  type Chosen = "CLOUD_NAME" | "API_KEY" | "API_SECRET" | "ENCRYPTION" | "APPRAISE_UPLOADS";
  const pick = (name: Chosen, fallback: () => string): string => environment[name] || known[name] || fallback();
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
    ENCRYPTION: pick("ENCRYPTION", () => "off"),
    APPRAISE_UPLOADS: pick("APPRAISE_UPLOADS", () => "on"),
    CONTENT_KEY_SECRET: known.CONTENT_KEY_SECRET ?? secret(),
  };
  const text = settingsFile(settings);
  if (text !== (await readText(path))) await writeFile(path, text, { mode: 0o600 });
  return settings;
}
