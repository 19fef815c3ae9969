/** Base64url of texts (RFC 4648 section 5), without padding; plain, since a pure room has neither atob nor TextDecoder. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The text's UTF-8 bytes. */
const utf8 = (text: string): readonly number[] =>
  [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|[^%]/g)].map(([character, hex]) =>
    hex === undefined ? character.charCodeAt(0) : Number.parseInt(hex, 16),
  );

export function toBase64Url(text: string): string {
  const bits = utf8(text)
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  return (bits.match(/.{1,6}/g) ?? []).map((six) => ALPHABET[Number.parseInt(six.padEnd(6, "0"), 2)]).join("");
}

/** At most two, and never searched for from every place where one stands. */
const withoutPadding = (text: string): string => text.slice(0, text.length - (/={1,2}$/.exec(text)?.[0].length ?? 0));

/** The text, or undefined for what is no base64 or no UTF-8; both alphabets and padding are taken. */
export function fromBase64Url(text: string): string | undefined {
  const digits = [...withoutPadding(text).replaceAll("+", "-").replaceAll("/", "_")].map((digit) =>
    ALPHABET.indexOf(digit),
  );
  if (digits.includes(-1)) return undefined;
  const bits = digits.map((digit) => digit.toString(2).padStart(6, "0")).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  try {
    return decodeURIComponent(
      bytes.map((byte) => `%${Number.parseInt(byte, 2).toString(16).padStart(2, "0")}`).join(""),
    );
  } catch {
    return undefined;
  }
}
