import { v2 as cloudinary } from "cloudinary";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem } from "#transformation";
import { checkApiSignature } from "./api-signature.ts";

const CONFIG = { apiKey: "123456789012345", apiSecret: "an-api-secret-for-tests" };
const NOW = 1_800_000_000;

const sign = cloudinary.utils.api_sign_request as (...given: unknown[]) => string;

/** A form as Cloudinary's SDK signs it. */
function formOf(parameters: Readonly<Record<string, string>>, algorithm: string, version: number) {
  const signed = { timestamp: String(NOW), ...parameters };
  const signature = sign(signed, CONFIG.apiSecret, algorithm, version);
  return new Map(Object.entries({ ...signed, api_key: CONFIG.apiKey, signature }));
}

const outcomeOf = (form: ReadonlyMap<string, string>, now = NOW): Promise<string> =>
  checkApiSignature(form, CONFIG, now).then(
    () => "taken",
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

const value = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("a&b=c", "x=y|z=ü", "映画 🎬", "%26", "a,b"));
const form = fc
  .tuple(
    fc.dictionary(fc.constantFrom("public_id", "folder", "tags", "context", "overwrite", "eager"), value),
    fc.constantFrom("sha1", "sha256"),
    fc.constantFrom(1, 2),
  )
  .map(([parameters, algorithm, version]) => formOf(parameters, algorithm, version));

describe("an upload's signature", () => {
  it("fits what Cloudinary's SDK signs, whatever its parameters hold", async () => {
    await fc.assert(
      fc.asyncProperty(form, async (signed) => {
        expect(await outcomeOf(signed)).toBe("taken");
      }),
    );
  });

  it("fits nothing that has changed", async () => {
    await fc.assert(
      fc.asyncProperty(form, fc.nat(), fc.constantFrom("", "x"), async (signed, choice, added) => {
        const names = [...signed.keys()];
        const name = names[choice % names.length] ?? "";
        const changed = new Map(signed).set(name, added === "" ? "other" : `${signed.get(name)}${added}`);
        expect(["invalid-signature", "unauthorized"], name).toContain(await outcomeOf(changed));
        const more = new Map(signed).set("type", "private");
        expect(await outcomeOf(more)).toBe("invalid-signature");
      }),
    );
  });

  it("fits with no character of it changed", async () => {
    for (const algorithm of ["sha1", "sha256"]) {
      const signed = formOf({ public_id: "film" }, algorithm, 2);
      const signature = signed.get("signature") ?? "";
      for (const [at, character] of [...signature].entries()) {
        const forged = signature.slice(0, at) + (character === "0" ? "1" : "0") + signature.slice(at + 1);
        expect(await outcomeOf(new Map(signed).set("signature", forged))).toBe("invalid-signature");
      }
    }
  });

  it("holds for an hour, and not yet a while before", async () => {
    const signed = formOf({ public_id: "film" }, "sha1", 2);
    for (const [seconds, outcome] of [
      [3599, "taken"],
      [3601, "invalid-signature"],
      [-299, "taken"],
      [-301, "invalid-signature"],
    ] as const)
      expect(await outcomeOf(signed, NOW + seconds), `${seconds} s later`).toBe(outcome);
  });
});
