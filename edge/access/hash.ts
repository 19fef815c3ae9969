/** Hashes as signatures are spelled, and their comparison in constant time. */

export type Encoding = "hex" | "base64url";

export type Digest = (algorithm: "SHA-1" | "SHA-256", text: string, encoding: Encoding) => Promise<string>;

/** Of a buffer, or of the part of one that a view shows. */
type Bytes = ArrayBuffer | Uint8Array;

export const hex = (bytes: Bytes): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const base64url = (bytes: Bytes): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

export const digest: Digest = async (algorithm, text, encoding) => {
  const bytes = await crypto.subtle.digest(algorithm, new TextEncoder().encode(text));
  return encoding === "hex" ? hex(bytes) : base64url(bytes);
};

/** HMAC-SHA256 under a hexadecimal key, hexadecimal. */
export async function hmacOf(hexKey: string, text: string): Promise<string> {
  const bytes = Uint8Array.from(hexKey.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
}

/** Compares without telling by its time how many characters agree. */
export function hashEquals(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}
