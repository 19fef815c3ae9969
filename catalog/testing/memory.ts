/** Catalogs that forget everything, for tests of what stands on them. */

import type { OriginBuildCatalog } from "../index.ts";

export function memoryOriginBuilds(): OriginBuildCatalog {
  let noted: Awaited<ReturnType<OriginBuildCatalog["last"]>>;
  return {
    last: async () => noted,
    note: async (build, seenAt) => {
      noted = { build, seenAt };
    },
  };
}
