/**
 * Makes a token with this machine's signing keys.
 *
 *   npm run token -- film                       a playback token for one video, for two hours
 *   npm run token -- 'series/*' --hours 24      for a folder
 *   npm run token -- film --alg HS256           with the symmetric key instead of EdDSA
 *   npm run token -- --admin analytics:read     for the admin API
 */

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { importJWK, type JWK, SignJWT } from "jose";
import { localSettings, type SigningKeys, signingKeysPath } from "./local-settings.ts";

const WORK_FOLDER = ".edgereel";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    hours: { type: "string", default: "2" },
    alg: { type: "string", default: "EdDSA" },
    admin: { type: "string" },
  },
});

function fail(text: string): never {
  console.error(text);
  process.exit(1);
}

const hours = Number(values.hours);
if (!(hours > 0 && hours <= 24 * 365)) fail("--hours takes a number of hours, up to a year.");
const settings = await localSettings(".dev.vars", WORK_FOLDER);
const keys = JSON.parse(await readFile(signingKeysPath(WORK_FOLDER), "utf8")) as SigningKeys;

async function sign(key: JWK | undefined, claims: Record<string, unknown>, audience: string): Promise<string> {
  if (!key?.alg || !key.kid) return fail("There is no such key.");
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid })
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000 + hours * 3600))
    .sign(await importJWK(key, key.alg));
}

if (values.admin !== undefined) {
  console.log(await sign(keys.admin[0], { scope: values.admin }, `${settings.CLOUD_NAME}/admin`));
} else {
  const [subject] = positionals;
  if (subject === undefined) fail("Say which video the token is for: a public id, or a folder as 'folder/*'.");
  const key =
    keys.playback.find(({ alg }) => alg === values.alg) ??
    fail(`--alg takes ${keys.playback.map(({ alg }) => alg).join(" or ")}.`);
  console.log(await sign(key, { sub: subject }, settings.CLOUD_NAME));
}
