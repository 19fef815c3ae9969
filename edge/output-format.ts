/** Which output a delivery URL asks for. */

import { containerNamed, type DeliveryPlan, FORMATS, formatNamed } from "#media";
import { type DeliveryUrl, Problem } from "#transformation";

/** Whether a URL may lead to the uploaded file as it is: it asks for no change, and for no stream or picture. */
export function mayBeOriginal(url: DeliveryUrl): boolean {
  const format = formatNamed(url.extension ?? "");
  return (
    url.transformation.length === 0 && (format === undefined || ["clip", "sound"].includes(FORMATS[format]?.kind ?? ""))
  );
}

/** The name of a format, or `original` for the uploaded file; throws `unsupported-format`. */
export function outputOf(url: DeliveryUrl, { source, encoding }: DeliveryPlan): string {
  // `f_auto` leaves a stream a stream: SDK plug-ins append it to everything.
  const asked = encoding.format;
  const explicit = asked === undefined || asked === "auto" || url.extension === "m3u8" ? undefined : asked;
  const name = explicit ?? url.extension;
  const own: readonly string[] = containerNamed(source.container)?.extensions ?? [];
  if (mayBeOriginal(url) && (name === undefined || own.includes(name))) return "original";
  const format = formatNamed(name ?? "mp4");
  if (format !== undefined) return format;
  throw new Problem("unsupported-format", `.${name} is not delivered; these are: ${Object.keys(FORMATS).join(", ")}.`, {
    parameter: explicit === undefined ? "extension" : "f",
  });
}
