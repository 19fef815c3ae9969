/** What a benchmark is, and what it may use. */

import type { Product } from "./product.ts";
import type { Table } from "./table.ts";

export interface Bench {
  /** By which it is chosen: `npm run bench -- warm`. */
  readonly name: string;
  run(setting: Setting): Promise<Table>;
}

export interface Setting {
  /** For films and whatever else is made; removed at the end. */
  readonly folder: string;
  /** A long film of the caller's, to be measured beside the generated ones. */
  readonly film: string | undefined;
  /** The whole product, started for the first benchmark that needs it. */
  product(): Promise<Product>;
  /** Tells the waiting reader what is going on; no part of the figures. */
  says(text: string): void;
}
