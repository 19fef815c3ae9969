import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { COLLECTION } from "./collection.ts";
import { ffmpeg, makeFilm } from "./films.ts";
import { address, upload } from "./stream.ts";

const { folder, settings } = inject("service");

let canary: Server;
let bites: string[] = [];
let canaryUrl: string;
let canaryFile: string;

beforeAll(async () => {
  canary = createServer((request, response) => {
    bites.push(request.url ?? "");
    response.end("#EXTM3U\n");
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
  canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
  canaryFile = join(folder, "canary.txt");
  await writeFile(canaryFile, "the canary's own words");
});

afterAll(() => {
  canary?.closeAllConnections();
  canary?.close();
});

async function refusalOf(path: string, publicId: string): Promise<string> {
  try {
    await upload(path, publicId);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${path} was taken`);
}

/** An AVI whose subtitle stream holds a whole file, for a demuxer that is guessed (CVE-2017-9993 and its kin). */
function aviWithSubtitle(content: string): Buffer {
  const chunk = (id: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(id, 0, "latin1");
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  };
  const list = (type: string, ...bodies: Buffer[]): Buffer =>
    chunk("LIST", Buffer.concat([Buffer.from(type, "latin1"), ...bodies]));
  const mainHeader = Buffer.alloc(56);
  mainHeader.writeUInt32LE(40_000, 0);
  mainHeader.writeUInt32LE(1, 24);
  const streamHeader = Buffer.alloc(56);
  streamHeader.write("txts", 0, "latin1");
  streamHeader.writeUInt32LE(1, 20);
  streamHeader.writeUInt32LE(25, 24);
  streamHeader.writeUInt32LE(1, 32);
  const title = Buffer.from("x\0", "utf16le");
  const gab2 = Buffer.alloc(17 + title.length);
  gab2.write("GAB2\0", 0, "latin1");
  gab2.writeUInt16LE(2, 5);
  gab2.writeUInt32LE(title.length, 7);
  title.copy(gab2, 11);
  gab2.writeUInt16LE(4, 11 + title.length);
  gab2.writeUInt32LE(content.length, 13 + title.length);
  const headers = list(
    "hdrl",
    chunk("avih", mainHeader),
    list("strl", chunk("strh", streamHeader), chunk("strf", Buffer.alloc(40))),
  );
  const movie = list("movi", chunk("00tx", Buffer.concat([gab2, Buffer.from(content)])));
  return chunk("RIFF", Buffer.concat([Buffer.from("AVI "), headers, movie]));
}

const playlist = (target: string): string =>
  `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n${target}\n#EXT-X-ENDLIST\n`;

describe("a file that is an attack", () => {
  const attacks = (): readonly (readonly [name: string, content: string | Buffer])[] => [
    ["playlist-http.mp4", playlist(`${canaryUrl}/playlist`)],
    ["playlist-ts.mp4", playlist(`${canaryUrl}/segment.ts`)],
    ["playlist-file.mp4", playlist(`file://${canaryFile}`)],
    ["playlist-concat.avi", playlist(`concat:${canaryUrl}/header.m3u8|file://${canaryFile}`)],
    ["concat-script.mp4", `ffconcat version 1.0\nfile '${canaryFile}'\n`],
    ["concat-http.mp4", `ffconcat version 1.0\nfile '${canaryUrl}/concat'\n`],
    [
      "dash.mp4",
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1"><BaseURL>${canaryUrl}/dash</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    ],
    [
      "picture.svg",
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="${canaryUrl}/svg"/><image xlink:href="file://${canaryFile}"/></svg>`,
    ],
    [
      "session.sdp",
      `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video ${new URL(canaryUrl).port} RTP/AVP 96\n`,
    ],
    ["subtitle-playlist.avi", aviWithSubtitle(playlist(`${canaryUrl}/gab2`))],
    ["subtitle-file.avi", aviWithSubtitle(playlist(`file://${canaryFile}`))],
    [
      "subtitle-xbin.avi",
      aviWithSubtitle(
        `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\n#EXT-X-BYTERANGE:1\nfile://${canaryFile}\n#EXT-X-ENDLIST\n`,
      ),
    ],
    ["document.mp4", "{}"],
    ["empty-boxes.mp4", Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.from("ftypisom"), Buffer.alloc(4)])],
    ["endless-box.mp4", Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff]), Buffer.from("moov"), Buffer.alloc(64)])],
    ["zeros.mp4", Buffer.alloc(100_000)],
    ["packed.mp4", deflateRawSync(Buffer.alloc(1_000_000))],
  ];

  it("is refused, reaches no server and no file, and says no word of what it was after", async () => {
    bites = [];
    for (const [name, content] of attacks()) {
      const path = join(folder, name);
      await writeFile(path, content);
      const refusal = await refusalOf(path, `attack-${name.replaceAll(".", "-")}`);
      expect(refusal, name).toMatch(/no video or audio file|neither picture nor sound|can be decoded|damaged/);
      expect(refusal).not.toContain("canary");
    }
    expect(bites).toEqual([]);
  });

  it("cannot borrow a video's name to read a file: external references in MP4 lead nowhere", async () => {
    const film = await makeFilm(folder, { name: "referring.mov", seconds: 1 });
    const bytes = await readFile(film.path);
    // The data reference's "self-contained" flag is cleared, so that the media would lie elsewhere.
    const dref = bytes.indexOf("url \0\0\0\u0001", 0, "latin1");
    expect(dref).toBeGreaterThan(0);
    bytes[dref + 7] = 0;
    const path = join(folder, "referring-out.mov");
    await writeFile(path, bytes);
    bites = [];
    await upload(path, "referring").catch(() => undefined);
    expect(bites).toEqual([]);
  });

  it.skipIf(!existsSync(COLLECTION))(
    `is refused also where it comes from the collection in ${COLLECTION} (skipped without it; EDGEREEL_MEDIA names it)`,
    async () => {
      const files = readdirSync(COLLECTION).filter((name) => name.startsWith("attack-"));
      expect(files.length).toBeGreaterThan(5);
      bites = [];
      for (const name of files)
        expect(await refusalOf(join(COLLECTION, name), `collected-${name.replaceAll(/\W/g, "-")}`), name).not.toContain(
          "root:",
        );
      expect(bites).toEqual([]);
    },
  );
});

describe("a file that is broken", () => {
  it("is refused or played in bounded time, wherever it was cut off", async () => {
    const film = await makeFilm(folder, {
      name: "whole.mp4",
      seconds: 4,
      options: ["-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", "-movflags", "+faststart"],
    });
    const bytes = await readFile(film.path);
    for (const share of [0.01, 0.1, 0.3, 0.6, 0.95]) {
      const path = join(folder, `cut-${share}.mp4`);
      await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * share)));
      const startedAt = performance.now();
      const outcome = await upload(path, `cut-${share * 100}`).catch((error: Error) => error.message);
      expect(performance.now() - startedAt, `cut at ${share}`).toBeLessThan(20_000);
      expect(typeof outcome === "string" || Number(outcome["duration"]) > 0).toBe(true);
    }
  });

  it("claims a size that nobody can decode, and is refused", async () => {
    const path = join(folder, "giant.webm");
    await ffmpeg("-f", "lavfi", "-i", "color=size=64x64:rate=1", "-frames:v", "1", "-c:v", "libvpx-vp9", path);
    const bytes = await readFile(path);
    // PixelWidth and PixelHeight (B0, BA), two bytes long.
    for (const id of [0xb0, 0xba]) {
      const at = bytes.indexOf(Buffer.from([id, 0x81, 0x40]));
      if (at > 0) bytes[at + 2] = 0xff;
    }
    await writeFile(path, bytes);
    await upload(path, "giant").catch((error: Error) => expect(error.message).toMatch(/decoded|neither/));
  });
});

describe("the origin", () => {
  const { originPort } = inject("service");
  const post = (headers: Record<string, string>, body: string) =>
    fetch(`http://127.0.0.1:${originPort}/jobs`, { method: "POST", headers, body });

  it("obeys nobody but the edge", async () => {
    const body = JSON.stringify({
      job: { kind: "probe", source: { version: "x", bytes: 10, url: `${canaryUrl}/job` } },
    });
    bites = [];
    expect((await post({}, body)).status).toBe(401);
    expect((await post({ authorization: "Bearer abc" }, body)).status).toBe(401);
    expect(bites).toEqual([]);
  });

  it("reads nothing but where sources lie, even for a signed job", async () => {
    const { SignJWT } = await import("jose");
    const { createHash } = await import("node:crypto");
    bites = [];
    for (const url of [
      `${canaryUrl}/job`,
      `${address("/cdn-cgi/local/r2/s3/edgereel-sources/../edgereel-products/x")}`,
      `file://${canaryFile}`,
      address("/health"),
    ]) {
      const body = JSON.stringify({
        job: {
          kind: "probe",
          source: { version: createHash("sha256").update(url).digest("hex").slice(0, 16), bytes: 10, url },
        },
      });
      const token = await new SignJWT({ body: createHash("sha256").update(body).digest("base64url") })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience("edgereel-origin")
        .setIssuedAt()
        .setExpirationTime("1m")
        .sign(new TextEncoder().encode(settings.ORIGIN_SECRET));
      const response = await post({ authorization: `Bearer ${token}` }, body);
      expect([response.status, ((await response.json()) as { code: string }).code], url).toEqual([
        502,
        "source-unreadable",
      ]);
    }
    expect(bites).toEqual([]);
  });
});
