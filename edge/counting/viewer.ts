/** What is counted of a viewer: a country and a class of device, and nothing that anybody could be known by. */

import { deviceClass } from "./device-class.ts";

export interface Viewer {
  /** As the network knows it: two letters, `XX` where it does not. */
  readonly country: string;
  readonly device: string;
}

export const viewerOf = (request: Request): Viewer => ({
  country: (request.cf as { country?: string } | undefined)?.country ?? "XX",
  device: deviceClass(request.headers.get("user-agent") ?? ""),
});

/** The rung and codec of a rendition's name, as `720p-av1` spells them. */
export function rungAndCodec(rendition: string): { readonly rung: string; readonly codec: string } {
  const [rung = "", codec = ""] = rendition.split("-");
  return { rung, codec };
}
