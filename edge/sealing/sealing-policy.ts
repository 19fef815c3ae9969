/** What is delivered encrypted, and that it is delivered in no other way. */

import { FORMATS } from "#media";
import { type AssetName, type DeliveryUrl, Problem, type RenditionUrl, type Sealing } from "#transformation";
import { unnamed } from "../planned-rendition.ts";

export interface SealingConfig {
  /** How authenticated videos are encrypted; absent where they are delivered in clear. */
  readonly sealing: Sealing | undefined;
}

/** Texts and single pictures; all else of a video plays. */
const ALWAYS_CLEAR = /^(?:subtitles\d*|chapters|storyboard|still|animation)-/;

/** How a rendition is encrypted; undefined where it is delivered in clear. */
export const sealingFor = (
  { sealing }: SealingConfig,
  { deliveryType }: AssetName,
  rendition: string,
): Sealing | undefined => (deliveryType === "authenticated" && !ALWAYS_CLEAR.test(rendition) ? sealing : undefined);

/** @throws Problem `not-found` for an address that names what is delivered in another form */
export function checkSealedRendition(config: SealingConfig, url: RenditionUrl): void {
  const due = sealingFor(config, url, url.rendition);
  const isOpener = url.file.kind === "key" || url.file.kind === "license";
  if (url.sealing !== due || (due ? url.file.kind === "whole" : isOpener)) throw unnamed();
}

/** @throws Problem `forbidden` for a file that would hold in clear what is encrypted, `unsupported-format` for a stream that cannot be */
export function checkSealedOutput({ sealing }: SealingConfig, url: DeliveryUrl, output: string): void {
  if (sealing === undefined || url.deliveryType !== "authenticated" || url.resourceType === "raw") return;
  const format = FORMATS[output];
  if (format?.kind === "stream" && !format.sealings.includes(sealing))
    throw new Problem("unsupported-format", `.${output} cannot be encrypted as this video is; ask for .m3u8.`, {
      parameter: "extension",
      nearest: "m3u8",
    });
  if (output === "original" || format?.kind === "clip" || format?.kind === "sound")
    throw new Problem(
      "forbidden",
      "This video is delivered encrypted, as a stream, and in no other form: ask for .m3u8.",
    );
}

/** The same object in clear. */
export function inClear({ sealing: _, ...url }: RenditionUrl): RenditionUrl {
  return url;
}
