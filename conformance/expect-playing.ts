/** What a viewer means by "it plays". */

import type { Page } from "playwright-core";
import { expect } from "vitest";
import { distance, look, loudness, mean, spread } from "./browser.ts";

/** The <video> on the page is moving, not black, with sound. */
export async function expectPlaying(page: Page): Promise<void> {
  const first = await look(page);
  expect(spread(first.grey)).toBeGreaterThan(10);
  expect(mean(first.grey)).toBeGreaterThan(10);
  expect(await loudness(page)).toBeGreaterThan(0.02);
  const second = await look(page);
  expect(second.time).toBeGreaterThan(first.time);
  expect(distance(first.grey, second.grey)).toBeGreaterThan(0.5);
}
