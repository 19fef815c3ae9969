/** What has been made: the port behind which it is kept, never changed under its path. */

import type { RenditionUrl } from "#transformation";
import type { Tier } from "./delivered.ts";
import type { FileFacts } from "./file-response.ts";

/** A made object that is to be kept. */
export interface NewProduct {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

export interface FoundProduct {
  readonly response: Response;
  readonly tier: Extract<Tier, "edge" | "store">;
}

/** The segment store, in two layouts (docs/decisions/cache-layouts.md): the Cache API before R2, and Workers Cache before R2. */
export interface ProductStore {
  /**
   * The object under a path, as a whole, as the range or as the 304 that the request asks for. A hit in the data
   * centre's cache touches nothing else.
   */
  find(request: Request, url: RenditionUrl): Promise<FoundProduct | undefined>;
  /**
   * Keeps an object unless its address has one already; answers when it can be found.
   * @throws Problem `storage-unavailable` where the store takes nothing
   */
  keep(address: string, url: RenditionUrl, product: NewProduct): Promise<void>;
  /** What this data centre remembers of what is derived from products, as `find` answers. */
  findRemembered(request: Request): Promise<Response | undefined>;
  /** Remembers such an object in the data centre's cache only, and answers with it as `find` would. */
  remember(request: Request, bytes: Uint8Array<ArrayBuffer>, facts: FileFacts): Promise<Response>;
  /** Serves an object that no store has taken, and keeps it in the data centre's cache only. */
  lend(request: Request, product: NewProduct): Promise<Response>;
  /** A playlist that this data centre remembers. */
  findText(request: Request): Promise<string | undefined>;
  /** Remembers a playlist in the data centre's cache only: it is computed anew wherever it is missing. */
  keepText(request: Request, text: string): void;
}
