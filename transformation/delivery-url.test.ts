import { createHash } from "node:crypto";
import { v2 as cloudinary } from "cloudinary";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apiSignedStrings,
  canonicalDeliveryPath,
  formatRenditionUrl,
  isRenditionPath,
  Problem,
  parseDeliveryUrl,
  parseRenditionUrl,
  parseTransformation,
  signedStrings,
} from "./index.ts";

cloudinary.config({ cloud_name: "demo", api_key: "1", api_secret: "abcd", secure: true, analytics: false });

const pathOf = (publicId: string, options: Record<string, unknown>): string =>
  new URL(cloudinary.url(publicId, { resource_type: "video", ...options })).pathname;

/** A rendition that playlists name. */
const PLAYLIST = {
  cloud: "demo",
  deliveryType: "upload" as const,
  publicId: "shows/my film",
  transformation: parseTransformation("c_fill,h_360,w_640"),
  sourceVersion: "0123456789abcdef",
  recipe: "r1abc",
  rendition: "720p-av1",
};

describe("a delivery URL", () => {
  it("is read part by part", () => {
    expect(parseDeliveryUrl("/demo/video/upload/c_fill,h_360,w_640/so_5/v1312461204/shows/pilot.m3u8")).toMatchObject({
      cloud: "demo",
      deliveryType: "upload",
      publicId: "shows/pilot",
      extension: "m3u8",
      version: "1312461204",
      transformation: [
        { kind: "edit", component: { crop: "fill", height: { pixels: 360 }, width: { pixels: 640 } } },
        { kind: "edit", component: { startOffset: { seconds: { num: 5, den: 1 } } } },
      ],
    });
  });

  it.each([
    ["a folder that looks like nothing", "/demo/video/upload/shows/pilot.mp4", "shows/pilot", "mp4"],
    ["no extension", "/demo/video/upload/pilot", "pilot", undefined],
    ["an unknown extension", "/demo/video/upload/pilot.final", "pilot.final", undefined],
    ["a dot at the beginning", "/demo/video/upload/.mp4", ".mp4", undefined],
    ["escapes", "/demo/video/upload/my%20film%2B1.mp4", "my film+1", "mp4"],
    ["a version folder of the id", "/demo/video/upload/v1/v2.mp4", "v2", "mp4"],
    ["doubled slashes", "/demo/video/upload//w_300//shows//pilot.mp4", "shows/pilot", "mp4"],
    ["words for search engines", "/demo/videos/w_300/v1/shows/my-nice-pilot.mp4", "shows", "mp4"],
    [
      "words for search engines behind a signature",
      "/demo/videos/s--yG7Vu3yq--/w_300/pilot/nice.m3u8",
      "pilot",
      "m3u8",
    ],
    ["a name that looks like a component", "/demo/video/upload/w_300", "w_300", undefined],
  ])("knows the public id: %s", (_, path, publicId, extension) => {
    const url = parseDeliveryUrl(path);
    expect([url.publicId, url.extension]).toEqual([publicId, extension]);
  });

  it.each([
    "/demo/image/upload/a.jpg",
    "/demo/video/fetch/x",
    "/",
    "/demo",
    "/demo/video/upload",
    "/demo/video/upload/",
    "/demo/video/upload/../x.mp4",
    "/demo/video/upload/%E0%A4%A.mp4",
  ])("refuses %s", (path) => expect(() => parseDeliveryUrl(path)).toThrow(Problem));

  it("has one canonical path for all spellings, and that is its own canonical path", () => {
    const spellings = [
      "w_640,c_limit,q_auto/v1/shows/pilot.m3u8",
      "q_auto:good/c_limit,w_640/shows/pilot.m3u8",
      "f_auto/c_limit,w_640/v99/shows/pilot.m3u8",
    ];
    const paths = spellings.map((spelling) =>
      canonicalDeliveryPath(parseDeliveryUrl(`/demo/video/upload/${spelling}`)),
    );
    expect(new Set(paths)).toEqual(new Set(["/demo/video/upload/c_limit,w_640/shows/pilot.m3u8"]));
    expect(canonicalDeliveryPath(parseDeliveryUrl(paths[0] ?? ""))).toBe(paths[0]);
  });

  it.each(["e_learning/course", "b_roll/clip", "w_300/film", "v2/film", "s--abcdefgh--/film", "$x_1/film"])(
    "keeps a folder from being read as something else: %s",
    (publicId) => {
      const path = `/demo/video/upload/w_10/v1/${publicId.replace("$", "%24")}.mp4`;
      const url = parseDeliveryUrl(path);
      expect([url.publicId, canonicalDeliveryPath(url)]).toEqual([publicId, path]);
      const rendition = {
        ...{ ...PLAYLIST, publicId },
        file: { kind: "playlist" as const },
      };
      expect(parseRenditionUrl(formatRenditionUrl(rendition))).toEqual(rendition);
    },
  );

  it("names the types that it does not serve", () => {
    expect(() => parseDeliveryUrl("/demo/video/vimeo/w_300/12345.mp4")).toThrow(/vimeo is not served/);
  });

  it("is read as Cloudinary's SDK writes it", () => {
    const path = pathOf("shows/pilot", {
      format: "mp4",
      transformation: [
        { width: 640, height: 360, crop: "fill", gravity: "north" },
        { start_offset: 5, quality: "auto" },
      ],
    });
    expect(canonicalDeliveryPath(parseDeliveryUrl(path))).toBe(
      "/demo/video/upload/c_fill,g_north,h_360,w_640/so_5/shows/pilot.mp4",
    );
  });

  it("answers any path with a value or a Problem", () => {
    fc.assert(
      fc.property(fc.oneof(fc.webPath(), fc.string()), (tail) => {
        try {
          parseDeliveryUrl(`/demo/video/upload/${tail}`);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
    );
  });
});

describe("a delivery signature", () => {
  const signatureOf = (text: string, algorithm: string, length: number): string =>
    createHash(algorithm).update(`${text}abcd`).digest("base64url").slice(0, length);

  it.each([
    ["a plain file", "dog", { format: "mp4" }, "sha1", 8],
    ["a transformation", "dog", { format: "mp4", width: 300, height: 200, crop: "fill" }, "sha1", 8],
    ["a folder, for which the SDK inserts a version", "a/dog", { format: "m3u8", streaming_profile: "hd" }, "sha1", 8],
    ["a version", "dog", { format: "mp4", version: 1486020273 }, "sha1", 8],
    ["a version within the id", "v1/dog", { format: "mp4" }, "sha1", 8],
    ["a space", "my dog", { format: "mp4" }, "sha1", 8],
    ["SHA-256", "dog", { format: "mp4", width: 300, signature_algorithm: "sha256" }, "sha256", 8],
    ["a long signature", "dog", { format: "mp4", width: 300, long_url_signature: true }, "sha256", 32],
    ["an authenticated file", "dog", { format: "mp4", type: "authenticated" }, "sha1", 8],
  ])("fits what the SDK signs: %s", (_, publicId, options, algorithm, length) => {
    const url = parseDeliveryUrl(pathOf(publicId, { sign_url: true, ...options }));
    expect(signedStrings(url).map((text) => signatureOf(text, algorithm, length))).toContain(url.signature);
  });

  it("is found though it begins or ends with dashes", () => {
    expect(parseDeliveryUrl("/demo/video/upload/s----SjmNDA--/dog.mp4").signature).toBe("--SjmNDA");
    expect(parseDeliveryUrl("/demo/video/upload/s--abcdef----/dog.mp4").signature).toBe("abcdef--");
  });

  it("covers every byte of the transformation and the id", () => {
    const [base] = signedStrings(parseDeliveryUrl("/demo/video/upload/s--AAAAAAAA--/w_300/dog.mp4"));
    expect(base).toBe("w_300/dog.mp4");
  });
});

describe("an upload's signature", () => {
  it.each([
    ["version 2", { public_id: "a&b", tags: "x,y", timestamp: "1" }, 2],
    ["version 1", { public_id: "a&b", tags: "x,y", timestamp: "1" }, 1],
    ["empty values left out", { public_id: "a", folder: "", timestamp: "1" }, 2],
  ])("fits what the SDK signs: %s", (_, parameters, version) => {
    const sign = cloudinary.utils.api_sign_request as (...given: unknown[]) => string;
    const signature = sign(parameters, "abcd", null, version);
    const fields = new Map<string, string>([
      ...Object.entries(parameters),
      ["api_key", "1"],
      ["signature", signature],
      ["file", "x"],
    ]);
    expect(apiSignedStrings(fields).map((text) => createHash("sha1").update(`${text}abcd`).digest("hex"))).toContain(
      signature,
    );
  });
});

describe("a path that edgereel hands out", () => {
  const url = PLAYLIST;

  it.each([
    { kind: "playlist" },
    { kind: "init" },
    { kind: "segment", number: 12 },
    { kind: "sheet", number: 12, extension: "jpg" },
    { kind: "whole", extension: "jpg" },
  ] as const)("is read back: %j", (file) => {
    const path = formatRenditionUrl({ ...url, file });
    expect(isRenditionPath(path)).toBe(true);
    expect(parseRenditionUrl(path)).toEqual({ ...url, file });
  });

  it.each([
    ["another order of parameters", "/demo/video/upload/w_640,c_fill,h_360/film/@0123456789abcdef.r1/720p-av1/1.m4s"],
    ["a default spelled out", "/demo/video/upload/c_scale,w_640/film/@0123456789abcdef.r1/720p-av1/1.m4s"],
    ["leading zeros", "/demo/video/upload/film/@0123456789abcdef.r1/720p-av1/01.m4s"],
    ["a short version", "/demo/video/upload/film/@0123.r1/720p-av1/1.m4s"],
    ["an unknown file", "/demo/video/upload/film/@0123456789abcdef.r1/720p-av1/x.exe"],
    ["an escape more than needed", "/demo/video/upload/fil%6D/@0123456789abcdef.r1/720p-av1/1.m4s"],
  ])("has no second spelling: %s", (_, path) => {
    expect(() => parseRenditionUrl(path)).toThrow(Problem);
  });
});
