/** URLs a second: how fast they are read and brought into their one spelling, against how fast Cloudinary's SDKs write them. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { CloudinaryVideo } from "@cloudinary/url-gen";
import { quality } from "@cloudinary/url-gen/actions/delivery";
import { fill, limitFit } from "@cloudinary/url-gen/actions/resize";
import { byAngle } from "@cloudinary/url-gen/actions/rotate";
import { trim, volume } from "@cloudinary/url-gen/actions/videoEdit";
import { canonicalTransformation, encodeTransformation, parseDeliveryUrl } from "#transformation";
import { edgereel } from "../sdk/index.ts";
import { SDK_TRANSFORMATIONS, sdkPath } from "../transformation/testing/sdk-urls.ts";
import type { Bench } from "./bench.ts";
import { median } from "./measurement.ts";
import { ratio } from "./table.ts";

const TURNS = 15;
/** Of each contestant in each turn, so that all see the same disturbances. */
const TURN_SECONDS = 0.1;

interface Contestant {
  readonly name: string;
  /** Handles so many URLs. */
  readonly urls: number;
  readonly run: () => unknown;
  readonly rates: number[];
}

const contestant = (name: string, urls: number, run: () => unknown): Contestant => ({ name, urls, run, rates: [] });

const PATHS = SDK_TRANSFORMATIONS.map((options) => sdkPath("shows/pilot", options));

/** The path's one spelling, as keys hold it. */
const canonicalKey = (path: string): string =>
  encodeTransformation(canonicalTransformation(parseDeliveryUrl(path).transformation));

/** A chain of five components, by url-gen, which is made of `@cloudinary/transformation-builder-sdk`. */
const composedByUrlGen = (): string =>
  new CloudinaryVideo("shows/pilot", { cloudName: "demo" }, { analytics: false })
    .videoEdit(trim().startOffset(3).duration(10))
    .resize(fill(1280, 720))
    .rotate(byAngle(90))
    .videoEdit(volume(-50))
    .delivery(quality(80))
    .resize(limitFit(640))
    .toURL();

const media = edgereel({ base: "https://res.cloudinary.com", cloud: "demo" });

const composedByOurSdk = (): string =>
  media.url("shows/pilot", {
    steps: [
      { startOffset: 3, duration: 10 },
      { width: 1280, height: 720, crop: "fill" },
      { angle: "90" },
      { volume: "-50" },
      { quality: 80 },
      { width: 640, crop: "limit" },
    ],
  });

const CHAIN = new URL(composedByUrlGen()).pathname;

function contestants(): readonly Contestant[] {
  return [
    contestant("`cloudinary` composes", PATHS.length, () =>
      SDK_TRANSFORMATIONS.map((options) => sdkPath("shows/pilot", options)),
    ),
    contestant("edgereel reads what it has composed", PATHS.length, () => PATHS.map(parseDeliveryUrl)),
    contestant("and spells its key", PATHS.length, () => PATHS.map(canonicalKey)),
    contestant("`@cloudinary/url-gen` composes six actions", 1, composedByUrlGen),
    contestant("edgereel's SDK composes them", 1, composedByOurSdk),
    contestant("edgereel reads them and spells their key", 1, () => canonicalKey(CHAIN)),
  ];
}

/** URLs a second in a turn. */
function rateOf({ urls, run }: Contestant): number {
  const startedAt = performance.now();
  let rounds = 0;
  while (performance.now() - startedAt < TURN_SECONDS * 1000) {
    for (let round = 0; round < 20; round++) run();
    rounds += 20;
  }
  return (rounds * urls) / ((performance.now() - startedAt) / 1000);
}

const versionOf = (name: string): string =>
  (
    JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`${name}/package.json`), "utf8")) as {
      version: string;
    }
  ).version;

export const urls: Bench = {
  name: "urls",
  async run() {
    const all = contestants();
    // For compilers, before anything counts.
    for (const each of all) rateOf(each);
    for (let turn = 0; turn < TURNS; turn++) for (const each of all) each.rates.push(rateOf(each));
    const base = median(all[0]?.rates ?? []);
    return {
      title: "URLs a second, one thread",
      method: [
        `${PATHS.length} URLs as the SDK's users write them, and one chain; ${TURNS} turns of ${TURN_SECONDS} s each, medians.`,
        `cloudinary ${versionOf("cloudinary")}, @cloudinary/url-gen ${versionOf("@cloudinary/url-gen")}.`,
      ].join(" "),
      columns: ["what", "URLs/s", "÷ the first"],
      remarks: ["imgproxy and its like are written in Go: they cannot be run in this process."],
      rows: all.map(({ name, rates }) => [name, median(rates).toFixed(0), ratio(median(rates) / base)]),
    };
  },
};
