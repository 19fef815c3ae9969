/** `npm run migrations` writes the next migration from the schema. */

import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "sqlite", schema: "./catalog/schema.ts", out: "./catalog/migrations" });
