/** Which output a delivery URL asks for. */

import { containerNamed, type DeliveryPlan, FORMATS, fileFormat, formatNamed } from "#media";
import { type Component, type DeliveryUrl, type Encoding, Problem, walkSteps } from "#transformation";

/** Whether a URL may lead to the uploaded file as it is: it asks for no change, and for no stream or picture. */
export function mayBeOriginal(url: DeliveryUrl): boolean {
  const format = formatNamed(url.extension ?? "");
  return (
    url.transformation.length === 0 && (format === undefined || ["clip", "sound"].includes(FORMATS[format]?.kind ?? ""))
  );
}

/** The name of a format, or `original` for the uploaded file; throws `unsupported-format`. */
export function outputOf(url: DeliveryUrl, { source, encoding }: DeliveryPlan): string {
  // What is asked for as a stream stays one: SDK plug-ins append formats to everything.
  const isStream = FORMATS[url.extension ?? ""]?.kind === "stream";
  const asked = encoding.format;
  const explicit = asked === undefined || asked === "auto" || isStream ? undefined : asked;
  if (encoding.isStoryboard) return storyboardOutput(url, explicit);
  const name = explicit ?? url.extension;
  if (encoding.isWaveform) return waveformOutput(name ?? "png", encoding);
  const own: readonly string[] = containerNamed(source.container)?.extensions ?? [];
  if (mayBeOriginal(url) && (name === undefined || own.includes(name))) return "original";
  const format = formatNamed(name ?? "mp4");
  if (format !== undefined && FORMATS[format]?.kind === "index")
    throw new Problem("unsupported-format", `A .${name} is the index of a storyboard, which fl_sprite asks for.`, {
      parameter: "extension",
      nearest: "fl_sprite",
    });
  if (format !== undefined) return format;
  throw new Problem("unsupported-format", `.${name} is not delivered; these are: ${Object.keys(FORMATS).join(", ")}.`, {
    parameter: explicit === undefined ? "extension" : "f",
  });
}

/** An index, whatever `f_` says its sheets are; a picture of one sheet. */
function storyboardOutput({ extension }: DeliveryUrl, explicit: string | undefined): string {
  const kindOf = (name: string | undefined): string | undefined => FORMATS[formatNamed(name ?? "") ?? ""]?.kind;
  if (extension === undefined || kindOf(extension) === "index") return extension ?? "vtt";
  const name = formatNamed(explicit ?? extension) ?? extension;
  if (kindOf(name) === "still") return name;
  throw new Problem(
    "unsupported-format",
    `A storyboard comes as .vtt, .json, .jpg, .png, .webp or .avif, not .${name}.`,
    {
      parameter: explicit === undefined ? "extension" : "f",
      nearest: ".vtt",
    },
  );
}

/** A picture of sound is one picture. */
function waveformOutput(name: string, encoding: Encoding): string {
  if (fileFormat(name, encoding)?.kind === "still") return formatNamed(name) ?? name;
  throw new Problem("unsupported-format", `A waveform comes as .png, .jpg, .webp or .avif, not .${name}.`, {
    parameter: "fl_waveform",
    nearest: ".png",
  });
}

/** What the sheets of a storyboard are coded as that an index names. */
export const sheetFormat = ({ encoding: { format = "jpg" } }: DeliveryPlan): string =>
  FORMATS[format]?.kind === "still" ? format : "jpg";

/** A parameter of the delivery as the URL itself gives it, its usual value included; the last one holds. */
const asWritten = <Name extends keyof Component>(url: DeliveryUrl, name: Name): Component[Name] | undefined =>
  walkSteps(url.transformation)
    .map((step) => (step.kind === "edit" ? step.component[name] : undefined))
    .findLast((value) => value !== undefined);

/** Stills that cost less, the smallest first; what a client does not accept by name it is not sent. */
const SMALLER_STILLS = ["avif", "webp"] as const;

/** The still that `f_auto` takes for a client; undefined where the URL does not leave the choice. */
export function automaticStill(url: DeliveryUrl, format: string, accept: string): string | undefined {
  if (FORMATS[format]?.kind !== "still" || asWritten(url, "format") !== "auto") return undefined;
  return SMALLER_STILLS.find((name) => accept.includes(FORMATS[name]?.mediaType ?? name)) ?? format;
}

/** `Content-Disposition` for `fl_attachment`: the name that is given, or the video's own. */
export function dispositionOf(url: DeliveryUrl, extension: string): string | undefined {
  const wish = asWritten(url, "attachment");
  if (wish === undefined) return undefined;
  const given = wish === "" ? (url.publicId.split("/").at(-1) ?? "video") : wish;
  const name = given.replaceAll(/%2E/gi, ".").replaceAll(/[^\p{L}\p{N}._ -]/gu, "_");
  const full = name.toLowerCase().endsWith(`.${extension}`) ? name : `${name}.${extension}`;
  // RFC 6266: the plain form for old clients, the escaped one for names beyond ASCII.
  return `attachment; filename="${full.replaceAll(/[^\x20-\x7e]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(full)}`;
}
