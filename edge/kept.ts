/** What is kept beside an asset, for the chains that ask for it. */

import type { FoundAsset } from "#catalog";
import { type Kept, NOTHING_KEPT } from "#media";

export const keptBeside = ({ tags, context }: FoundAsset): Kept => ({ ...NOTHING_KEPT, tags, context });
