/** Tests by what they need: nothing, workerd, ffmpeg, or the whole service. */

import { defineConfig } from "vitest/config";

const service = { maxWorkers: 1, testTimeout: 120_000, hookTimeout: 240_000 };

export default defineConfig({
  test: {
    globalSetup: "scripts/temporary-files.ts",
    projects: [
      {
        test: {
          name: "pure",
          include: ["{transformation,media,scripts,sdk}/**/*.test.ts"],
          sequence: { groupOrder: 0 },
          // Properties take seconds; on a machine that does something else, a minute.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "edge",
          include: ["{edge,catalog}/**/*.test.ts"],
          sequence: { groupOrder: 1 },
          ...service,
          // They wait more than they work: for queues, clocks and retries.
          maxWorkers: 2,
        },
      },
      {
        test: { name: "origin", include: ["origin-transcoder/**/*.test.ts"], sequence: { groupOrder: 2 }, ...service },
      },
      {
        test: {
          name: "service",
          include: ["conformance/**/*.test.ts"],
          globalSetup: "conformance/service.ts",
          sequence: { groupOrder: 3 },
          ...service,
        },
      },
    ],
  },
});
