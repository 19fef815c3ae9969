import { describe, expect, it } from "vitest";
import { type DeliveryUrl, Problem, parseDeliveryUrl } from "#transformation";
import { PUBLIC_IDS, SDK_SECRET, SIGNING, sdkPath } from "../../transformation/testing/sdk-urls.ts";
import { deliveryAccess } from "./delivery-access.ts";
import { digest } from "./hash.ts";
import { fixedKeys } from "./key-sources.ts";
import { keyringOf } from "./keyring.ts";
import { passesOf } from "./pass.ts";

const access = deliveryAccess({
  apiSecret: SDK_SECRET,
  grantSecret: "a-grant-secret-for-tests-of-32-chars",
  playback: keyringOf(fixedKeys([])),
  passes: passesOf("a-grant-secret-for-tests-of-32-chars"),
  digest,
  authTokenKey: undefined,
});

const NOW = 1_800_000_000;

/** What becomes of a request without a token: `granted`, or the Problem's code. */
async function outcomeOf(path: string): Promise<string> {
  let url: DeliveryUrl;
  try {
    url = parseDeliveryUrl(path);
  } catch (error) {
    return (error as Problem).code;
  }
  return access.checkDelivery(url, { token: undefined }, { original: true, now: NOW }).then(
    () => "granted",
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );
}

describe("a signed URL", () => {
  it.each(SIGNING)("opens what it names, whatever its name: $name", async ({ options }) => {
    for (const type of ["upload", "private", "authenticated"])
      for (const publicId of PUBLIC_IDS) {
        const path = sdkPath(publicId, { ...options, type, sign_url: true, width: 300, crop: "scale" });
        expect(await outcomeOf(path), path).toBe("granted");
      }
  });

  it.each(SIGNING)("is refused with any character of its signature changed, public or not: $name", async (signing) => {
    for (const type of ["upload", "authenticated"]) {
      const path = sdkPath("shows/pilot", { ...signing.options, type, sign_url: true });
      const { signature = "" } = parseDeliveryUrl(path);
      expect(signature).toHaveLength(signing.length);
      for (const [at, character] of [...signature].entries()) {
        const other = character === "A" ? "B" : "A";
        const forged = path.replace(signature, signature.slice(0, at) + other + signature.slice(at + 1));
        expect(await outcomeOf(forged), forged).toBe("invalid-signature");
      }
    }
  });

  it("opens nothing but what it was made for", async () => {
    const options = { type: "authenticated", sign_url: true, width: 300, crop: "scale", format: "jpg" };
    const path = sdkPath("shows/pilot", options);
    const others = [
      path.replace("w_300", "w_301"),
      path.replace("/c_scale,w_300", ""),
      path.replace("pilot", "Pilot"),
      path.replace("shows/pilot", "pilot"),
      path.replace(".jpg", ".png"),
      path.replace(".jpg", ""),
    ];
    for (const other of others) expect(await outcomeOf(other), other).toBe("invalid-signature");
    expect(await outcomeOf(path.replace(/s--.*?--\//, ""))).toBe("unauthorized");
  });
});
