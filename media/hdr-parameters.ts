/** How encoders are told of the light of high dynamic range, which they write into their streams. */

import type { OutputColour } from "./colour.ts";
import type { HdrMetadata } from "./source.ts";

/** x265 takes whole steps of ST 2086. */
export const x265HdrMetadata = ({ hdr }: OutputColour): Readonly<Record<string, string>> => ({
  ...(hdr?.display && {
    "master-display": displayOf(
      hdr.display,
      (step) => step,
      (step) => step,
    ),
  }),
  ...(hdr?.light && { "max-cll": hdr.light.join(",") }),
});

/** SVT-AV1 takes CIE 1931 and cd/m2. */
export const svtHdrMetadata = ({ hdr }: OutputColour): string =>
  [
    ...(hdr?.display
      ? [
          `:mastering-display=${displayOf(
            hdr.display,
            (step) => step / 50_000,
            (step) => step / 10_000,
          )}`,
        ]
      : []),
    ...(hdr?.light ? [`:content-light=${hdr.light.join(",")}`] : []),
  ].join("");

function displayOf(
  { green, blue, red, white, luminance }: NonNullable<HdrMetadata["display"]>,
  chromaticity: (step: number) => number,
  light: (step: number) => number,
): string {
  const points = Object.entries({ G: green, B: blue, R: red, WP: white });
  const places = points.map(([name, place]) => `${name}(${place.map(chromaticity).join(",")})`);
  return `${places.join("")}L(${luminance.map(light).join(",")})`;
}
