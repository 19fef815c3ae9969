/** `npm start`: the whole service on this machine, with a film to watch. */

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { makeDemoFilm } from "./demo-film.ts";
import { isPortFree, startLocalService } from "./local-service.ts";
import { localSettings } from "./local-settings.ts";
import { uploadFile } from "./upload-file.ts";

const WORK_FOLDER = ".edgereel";
const STATE_FOLDER = ".wrangler/state";
const says = (text: string): void => console.log(text);

const film = process.argv[2];
if (film !== undefined && !existsSync(film)) fail(`There is no file ${film}.`);
const port = Number(process.env["PORT"] ?? 8787);
if (!Number.isInteger(port) || port < 1 || port > 65_535)
  fail(`PORT must be a port number, not "${process.env["PORT"]}".`);
if (!(await isPortFree(port))) fail(`Port ${port} is taken. Choose another one: PORT=8788 npm start`);

function fail(text: string): never {
  console.error(`edgereel: ${text}`);
  process.exit(1);
}

await mkdir(WORK_FOLDER, { recursive: true });
const settings = await localSettings(".dev.vars", WORK_FOLDER);
says("edgereel: starting (the first start measures this machine)");
const service = await startLocalService({ port, settings, stateFolder: STATE_FOLDER, workFolder: WORK_FOLDER }).catch(
  (error: unknown) => fail((error as Error).message),
);

let ending = false;
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await service.stop();
  process.exit(code);
}
process.on("SIGINT", () => void end(0));
process.on("SIGTERM", () => void end(0));

try {
  await offerFilm();
  await service.failed;
} catch (error) {
  const { message, cause } = error as Error;
  console.error(`edgereel: ${message}${cause instanceof Error ? ` (${cause.message})` : ""}`);
  await end(1);
}

/** Uploads what there is to watch, and says where it can be watched. */
async function offerFilm(): Promise<void> {
  const cloud = settings.CLOUD_NAME;
  const target = { base: service.base, cloud, apiKey: settings.API_KEY, apiSecret: settings.API_SECRET };
  const publicId = film === undefined ? "demo" : basename(film, extname(film)).replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_");
  const address = (path: string): string => `${service.base}/${cloud}/video/upload/${path}`;
  if (film !== undefined) {
    const { duration } = await uploadFile(target, film, { public_id: publicId });
    says(`edgereel: ${film} is uploaded (${Number(duration).toFixed(1)} s)`);
  } else if (!(await fetch(address("demo.mp4"), { method: "HEAD" })).ok) {
    const path = join(WORK_FOLDER, "demo.mp4");
    await makeDemoFilm(path);
    await uploadFile(target, path, { public_id: publicId });
  }
  const stream = `/${cloud}/video/upload/sp_auto/${encodeURIComponent(publicId)}.m3u8`;
  says(`
  Stream      ${service.base}${stream}
  Player      ${service.base}/player?src=${encodeURIComponent(stream)}
  Picture     ${address(`so_2,w_640/${encodeURIComponent(publicId)}.jpg`)}
  Upload      CLOUDINARY_URL=cloudinary://${settings.API_KEY}:${settings.API_SECRET}@${cloud}?upload_prefix=${service.base}

  Ctrl-C ends it; everything is kept for the next start.
`);
}
