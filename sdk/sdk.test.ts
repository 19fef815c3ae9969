import { v2 as cloudinary } from "cloudinary";
import { exportJWK, generateKeyPair, generateSecret, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { edgereel, expression, named, overlay, text, transformation, underlay, variable, when } from "./index.ts";
import { playbackToken, type SigningKey, signUrl } from "./server.ts";

const service = edgereel({ base: "https://media.example.com/", cloud: "demo" });

describe("a composed URL", () => {
  it("is spelled canonically, whatever order it was composed in", () => {
    const one = service.url("shows/pilot", { steps: [{ width: 640, height: 360, crop: "fill" }], format: "m3u8" });
    const other = service.url("shows/pilot", { steps: [{ crop: "fill", height: 360, width: 640 }], format: "m3u8" });
    expect(one).toBe("https://media.example.com/demo/video/upload/c_fill,h_360,w_640/shows/pilot.m3u8");
    expect(other).toBe(one);
  });

  it.each([
    [
      "shares and times",
      transformation({ width: "50%" }, { startOffset: 6.5, duration: "10p" }),
      "w_0.5/du_10p,so_6.5",
    ],
    ["effects", transformation({ blur: 300, grayscale: 100 }), "e_blur:300,e_grayscale"],
    ["what takes no value", transformation({ reverse: true }), "e_reverse"],
    ["streaming profiles", transformation({ streamingProfile: "auto:maxres_720p" }), "sp_auto:maxres_720p"],
    [
      "outputs of other kinds",
      transformation({ waveform: true, width: 300, colour: "red" }, { storyboard: true, samplingRate: "5s" }),
      "co_red,fl_waveform,w_300/fl_sprite,vs_5s",
    ],
    [
      "variables and expressions",
      transformation(variable("size", 300), { width: expression("$size_mul_2") }),
      "$size_300/w_$size_mul_2",
    ],
    [
      "conditions",
      transformation(when("w_gt_1000", [{ width: 500 }], [named("small")])),
      "if_w_gt_1000/w_500/if_else/t_small/if_end",
    ],
    [
      "layers",
      transformation(overlay("brand/logo", { steps: [{ width: 100 }], placement: { gravity: "north_east", x: 10 } })),
      "l_brand:logo/w_100/fl_layer_apply,g_north_east,x_10",
    ],
    ["layers beneath", transformation(underlay("video:bg")), "u_video:bg/fl_layer_apply"],
    [
      "texts",
      transformation(text("Arial_40_bold", "50% off, today/only?", { style: { colour: "red" } })),
      "co_red,l_text:Arial_40_bold:50%25 off%2C today%2Fonly%3F/fl_layer_apply",
    ],
  ])("says %s", (_, composed, spelled) => {
    expect(composed).toBe(spelled);
  });

  it("escapes what a path cannot hold, and takes versions, types and tokens", () => {
    const url = service.url("my shows/Straße #1", {
      steps: [text("Arial_20", "a, b")],
      deliveryType: "authenticated",
      version: 7,
      format: "mp4",
      token: "a.b.c",
    });
    expect(url).toBe(
      "https://media.example.com/demo/video/authenticated/l_text:Arial_20:a%252C%20b/fl_layer_apply/v7/my%20shows/Stra%C3%9Fe%20%231.mp4?token=a.b.c",
    );
  });

  it("does not compile with what does not exist, and says what is wrong where it is not compiled", () => {
    // @ts-expect-error there is no such parameter
    expect(() => transformation({ widht: 640 })).toThrow("widht");
    // @ts-expect-error there is no such way to crop
    expect(() => transformation({ crop: "fil", width: 10 })).toThrow("c takes");
    // @ts-expect-error a strength is a number
    expect(() => transformation({ blur: "strong" })).toThrow("e_blur takes");
    expect(() => transformation({ width: 100_000 })).toThrow("w takes");
  });
});

describe("what servers add", () => {
  it.each([8, 32] as const)("is a signature as Cloudinary's SDK makes it: %i characters", async (length) => {
    const url = service.url("shows/pilot", { steps: [{ width: 300, crop: "limit" }], format: "mp4", version: 12 });
    const theirs = cloudinary.url("shows/pilot", {
      ...{ cloud_name: "demo", api_secret: "a-secret", resource_type: "video", secure: true, sign_url: true },
      ...{
        width: 300,
        crop: "limit",
        format: "mp4",
        version: 12,
        long_url_signature: length === 32,
        urlAnalytics: false,
      },
    });
    const signed = await signUrl(url, { apiSecret: "a-secret", length });
    expect(new URL(signed).pathname).toBe(new URL(theirs).pathname);
  });

  it.each(["EdDSA", "ES256", "RS256", "HS256"] as const)(
    "is a token that any JWT library verifies: %s",
    async (alg) => {
      const { signing, verifying } = await keysFor(alg);
      const token = await playbackToken({
        ...{ cloud: "demo", subject: "series/*", key: { ...(await exportJWK(signing)), kid: "k1", alg } as SigningKey },
        ...{ expiresAt: new Date(Date.now() + 3_600_000), notBefore: new Date(Date.now() - 1000), id: "one" },
        ...{ maxRung: "720p", window: [30, 60.5], countries: ["DE"] },
      });
      const { payload, protectedHeader } = await jwtVerify(token, verifying, { audience: "demo" });
      expect(protectedHeader).toEqual({ alg, typ: "JWT", kid: "k1" });
      expect(payload).toEqual({
        ...{ aud: "demo", sub: "series/*", exp: expect.any(Number), nbf: expect.any(Number), jti: "one" },
        ...{ max_rung: "720p", window: [30, 60.5], countries: ["DE"] },
      });
    },
  );

  it("is no token of a key that is another algorithm's, or none", async () => {
    const jwk = await exportJWK((await keysFor("ES256")).signing);
    const options = { cloud: "demo", subject: "*", expiresAt: new Date() };
    for (const key of [
      { ...jwk, kid: "k", alg: "EdDSA" },
      { ...jwk, kid: "k", alg: "none" },
      { ...jwk, alg: "ES256" },
    ])
      await expect(playbackToken({ ...options, key: key as SigningKey })).rejects.toThrow();
    const long = Array.from({ length: 300 }, (_, index) => `branded-${index}`);
    const key = { ...jwk, kid: "k", alg: "ES256" } as SigningKey;
    await expect(playbackToken({ ...options, key, transformations: long })).rejects.toThrow("4096 at most");
  });
});

/** A pair for an algorithm; of a shared secret both are the same. */
async function keysFor(alg: string) {
  if (alg === "HS256") {
    const secret = await generateSecret(alg, { extractable: true });
    return { signing: secret, verifying: secret };
  }
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { signing: privateKey, verifying: publicKey };
}
