import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LEDGERS } from "./index.ts";

const documentation = readFileSync("docs/analytics.md", "utf8");

/** The section of a ledger, by its heading. */
const sectionOf = (title: string): string => documentation.split(/^## /m).find((text) => text.startsWith(title)) ?? "";

describe.each([
  ["Deliveries", LEDGERS.deliveries],
  ["Playback", LEDGERS.playback],
] as const)("the documentation of %s", (title, { dimensions, metrics }) => {
  const section = sectionOf(title);

  it("has every metric, in the order of the answers, and no other", () => {
    const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(Object.keys(metrics));
  });

  it("names every dimension", () => {
    for (const name of Object.keys(dimensions)) expect(section).toContain(`\`${name}\``);
  });
});
