/**
 * CMCD_KEYS: every key of Common Media Client Data, version 1 (CTA-5004) and version 2 (CTA-5004-B). One entry a key:
 * how it is written, since which version, in which unit, and beyond which value it is no measurement but a mistake.
 */

/**
 * How a key is written. `numbers` are one number in version 1 and an inner list in version 2, whose items say what kind
 * of media they are of: `br=(5200;v 128;a)`.
 */
interface CmcdKey {
  readonly type: "number" | "numbers" | "boolean" | "string" | "strings" | "token";
  readonly since: 1 | 2;
  /** The last version that has it; without it all have. */
  readonly until?: 1;
  readonly unit?: "kbit/s" | "ms" | "ms since 1970" | "frames" | "stalls" | "×";
  readonly max?: number;
}

const DAY = 86_400_000;
/** Beyond any encoder, and any network. */
const [MAX_BIT_RATE, MAX_THROUGHPUT] = [2_000_000, 100_000_000];

const bitRate = { type: "numbers", unit: "kbit/s", max: MAX_BIT_RATE } as const;
const milliseconds = { type: "number", unit: "ms", max: DAY } as const;

export const CMCD_KEYS = {
  // The object that is asked for.
  br: { ...bitRate, since: 1 },
  d: { type: "number", unit: "ms", max: 3_600_000, since: 1 },
  ot: { type: "token", since: 1 },
  tb: { ...bitRate, since: 1 },
  ab: { ...bitRate, since: 2 },
  tab: { ...bitRate, since: 2 },
  lb: { ...bitRate, since: 2 },
  lab: { ...bitRate, since: 2 },
  tpb: { ...bitRate, since: 2 },
  pb: { ...bitRate, since: 2 },
  // The request.
  bl: { type: "numbers", unit: "ms", max: DAY, since: 1 },
  tbl: { type: "numbers", unit: "ms", max: DAY, since: 2 },
  dl: { ...milliseconds, since: 1 },
  mtp: { type: "numbers", unit: "kbit/s", max: MAX_THROUGHPUT, since: 1 },
  rtp: { type: "number", unit: "kbit/s", max: MAX_THROUGHPUT, since: 1 },
  nor: { type: "strings", since: 1 },
  nrr: { type: "string", since: 1, until: 1 },
  nr: { type: "boolean", since: 2 },
  su: { type: "boolean", since: 1 },
  // The session.
  cid: { type: "string", since: 1 },
  sid: { type: "string", since: 1 },
  sf: { type: "token", since: 1 },
  st: { type: "token", since: 1 },
  pr: { type: "number", unit: "×", max: 100, since: 1 },
  v: { type: "number", since: 1 },
  sn: { type: "number", since: 2 },
  msd: { type: "number", unit: "ms", max: 3_600_000, since: 2 },
  cs: { type: "string", since: 2 },
  cdn: { type: "string", since: 2 },
  // The player.
  bs: { type: "boolean", since: 1 },
  bsa: { type: "numbers", unit: "stalls", max: 1_000_000, since: 2 },
  bsd: { type: "numbers", unit: "ms", max: 3_600_000, since: 2 },
  bsda: { type: "numbers", unit: "ms", max: DAY, since: 2 },
  dfa: { type: "number", unit: "frames", max: 1_000_000_000, since: 2 },
  sta: { type: "token", since: 2 },
  pt: { ...milliseconds, since: 2 },
  ltc: { ...milliseconds, since: 2 },
  bg: { type: "boolean", since: 2 },
  ec: { type: "strings", since: 2 },
  // Events, and what was answered.
  e: { type: "token", since: 2 },
  ts: { type: "number", unit: "ms since 1970", since: 2 },
  cen: { type: "string", since: 2 },
  h: { type: "string", since: 2 },
  url: { type: "string", since: 2 },
  rc: { type: "number", max: 999, since: 2 },
  ttfb: { ...milliseconds, since: 2 },
  ttfbb: { ...milliseconds, since: 2 },
  ttlb: { ...milliseconds, since: 2 },
  cmsds: { type: "string", since: 2 },
  cmsdd: { type: "string", since: 2 },
  smrt: { type: "string", since: 2 },
} as const satisfies Readonly<Record<string, CmcdKey>>;

export type CmcdKeyName = keyof typeof CMCD_KEYS;

/** A number, and what kind of media it is of (`v`, `a`, `av`, …), where the player says so. */
export interface CmcdNumber {
  readonly value: number;
  readonly of?: string;
}

interface ValueOf {
  readonly number: number;
  readonly numbers: readonly CmcdNumber[];
  readonly boolean: boolean;
  readonly string: string;
  readonly strings: readonly string[];
  readonly token: string;
}

/** What a player tells in one report. */
export type CmcdReport = { readonly [K in CmcdKeyName]?: ValueOf[(typeof CMCD_KEYS)[K]["type"]] };

export const isCmcdKey = (name: string): name is CmcdKeyName => Object.hasOwn(CMCD_KEYS, name);

export const cmcdKey = (name: CmcdKeyName): CmcdKey => CMCD_KEYS[name];
