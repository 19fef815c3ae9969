import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeliveryUrl, PARAMETER_LIST, Problem, parseDeliveryUrl, signedStrings, spellParameter } from "./index.ts";
import { PUBLIC_IDS, SDK_SECRET, SDK_TRANSFORMATIONS, SIGNING, sdkPath } from "./testing/sdk-urls.ts";

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Whether a signature is that of one of the strings which it may have been computed over. */
function fits({ signature = "", ...url }: DeliveryUrl): boolean {
  const algorithms = signature.length === 8 ? ["sha1", "sha256"] : ["sha256"];
  return signedStrings(url).some((text) =>
    algorithms.some(
      (algorithm) =>
        createHash(algorithm)
          .update(text + SDK_SECRET)
          .digest("base64url")
          .slice(0, signature.length) === signature,
    ),
  );
}

/** Whether a path is read and its signature fits; a path that is not read is refused, too. */
function opens(path: string): boolean {
  try {
    return fits(parseDeliveryUrl(path));
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    return false;
  }
}

describe("a signature that Cloudinary's SDK has made", () => {
  const everyParameter = PARAMETER_LIST.flatMap(({ key, examples }) =>
    examples.map((example) => ({ raw_transformation: spellParameter(key, example) })),
  );
  const vectors = [...SDK_TRANSFORMATIONS, ...everyParameter].flatMap((options) =>
    PUBLIC_IDS.map((publicId) => ({ publicId, options })),
  );

  it.each(SIGNING)("fits every transformation of every public id: $name", ({ length, options: signing }) => {
    for (const { publicId, options } of vectors) {
      const path = sdkPath(publicId, { ...options, ...signing, sign_url: true });
      const url = parseDeliveryUrl(path);
      expect([url.signature?.length, fits(url)], path).toEqual([length, true]);
      // A name that begins with a version is read as one: the version is then no part of the name.
      expect([publicId, publicId.replace(/^v\d+\//, "")], path).toContain(url.publicId);
    }
  });

  it("fits whatever the parameters' own examples make up, in chains of any length", () => {
    const spelled = PARAMETER_LIST.flatMap(({ key, examples }) =>
      examples.map((example) => ({ key, text: spellParameter(key, example) })),
    );
    const component = fc
      .uniqueArray(fc.constantFrom(...spelled), { selector: ({ key }) => key, minLength: 1, maxLength: 4 })
      .map((parameters) => parameters.map(({ text }) => text).join(","));
    const chain = fc.array(component, { maxLength: 4 }).map((components) => components.join("/"));
    fc.assert(
      fc.property(
        chain,
        fc.constantFrom(...PUBLIC_IDS),
        fc.constantFrom(...SIGNING),
        fc.option(fc.nat(), { nil: undefined }),
        (transformation, publicId, { options }, version) => {
          const raw = { raw_transformation: transformation, sign_url: true, ...(version !== undefined && { version }) };
          const path = sdkPath(publicId, { ...raw, ...options });
          expect(opens(path), path).toBe(true);
        },
      ),
    );
  });

  it.each(SIGNING)("fits no more when any one character of it is another: $name", ({ options }) => {
    const path = sdkPath("shows/pilot", { ...options, sign_url: true, width: 300, crop: "scale" });
    const { signature = "" } = parseDeliveryUrl(path);
    for (let at = 0; at < signature.length; at++) {
      for (const other of BASE64URL.replace(signature[at] ?? "", "")) {
        const forged = path.replace(signature, signature.slice(0, at) + other + signature.slice(at + 1));
        expect(opens(forged), forged).toBe(false);
      }
    }
  });

  it("fits no more when any one character that it signs is another, is missing or is doubled", () => {
    const path = sdkPath("my shows/pilot", { sign_url: true, width: 300, crop: "scale", force_version: false });
    expect(opens(path)).toBe(true);
    for (let at = path.indexOf("--/") + 3; at < path.length; at++) {
      const [before, character = "", after] = [path.slice(0, at), path[at], path.slice(at + 1)];
      // Doubled slashes are collapsed, by the SDK before it signs and here before it is verified.
      for (const other of [character === "a" ? "b" : "a", "/", "%", "", character + character])
        if (other !== character && !/\/\//.test(before + other + after))
          expect(opens(before + other + after), before + other + after).toBe(false);
    }
  });

  it("fits under any version, delivery type and cloud: the SDK signs none of them", () => {
    const path = sdkPath("dog", { sign_url: true, width: 300, crop: "scale", version: 5 });
    for (const same of [path.replace("/v5/", "/v6/"), path.replace("/v5/", "/"), path.replace("/upload/", "/private/")])
      expect(opens(same), same).toBe(true);
  });
});
