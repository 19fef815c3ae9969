/** What can go wrong, once: every refusal edgereel can utter, its status, and how long it may be cached. */

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** How long a cache may repeat the refusal. Absent: never stored. */
  readonly cacheSeconds?: number;
}

export const PROBLEMS = {
  "invalid-url": { status: 400, title: "The URL is not a delivery URL", cacheSeconds: 10 },
  "unknown-parameter": { status: 400, title: "Unknown parameter", cacheSeconds: 10 },
  "unsupported-parameter": { status: 400, title: "Parameter not supported", cacheSeconds: 10 },
  "invalid-value": { status: 400, title: "Invalid value", cacheSeconds: 10 },
  "conflicting-parameters": { status: 400, title: "Parameters contradict each other", cacheSeconds: 10 },
  "unsupported-format": { status: 400, title: "Format not supported", cacheSeconds: 10 },
  "no-picture": { status: 400, title: "The source has no picture", cacheSeconds: 10 },
  "no-sound": { status: 400, title: "The source has no sound", cacheSeconds: 10 },
  "empty-clip": { status: 400, title: "Nothing is left of the video", cacheSeconds: 10 },
  "beyond-limit": { status: 400, title: "Beyond a limit of this cloud", cacheSeconds: 10 },
  "clip-too-long": { status: 400, title: "The clip is too long for one file", cacheSeconds: 10 },
  "invalid-upload": { status: 400, title: "The upload cannot be accepted" },
  "not-playable": { status: 400, title: "The file is no playable video or audio" },
  "invalid-subtitles": { status: 400, title: "The subtitles cannot be read" },
  "invalid-lut": { status: 400, title: "The look-up table cannot be read" },
  "source-too-large": { status: 400, title: "The file is too large" },
  "invalid-query": { status: 400, title: "Invalid query" },
  "remote-not-allowed": { status: 400, title: "Nothing is fetched from there", cacheSeconds: 10 },
  "remote-unreadable": { status: 400, title: "The remote file cannot be read", cacheSeconds: 10 },
  "invalid-report": { status: 400, title: "The report of playback cannot be read" },
  "content-too-large": { status: 413, title: "The body is too large" },
  unauthorized: { status: 401, title: "Authorization required" },
  "not-permitted": { status: 401, title: "Not permitted to encode" },
  "invalid-signature": { status: 401, title: "Invalid signature" },
  forbidden: { status: 403, title: "Not allowed" },
  "not-found": { status: 404, title: "Not found" },
  "name-taken": { status: 409, title: "The name is taken" },
  "method-not-allowed": { status: 405, title: "Method not allowed" },
  "upload-conflict": { status: 409, title: "The upload is already in progress" },
  "recipe-mismatch": { status: 409, title: "The origin encodes by another recipe" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "budget-spent": { status: 429, title: "The budget of encodes is spent" },
  "keys-unavailable": { status: 503, title: "The keys cannot be read" },
  "origin-busy": { status: 503, title: "All encoders are busy" },
  "origin-unreachable": { status: 503, title: "The encoder cannot be reached" },
  cancelled: { status: 503, title: "Nobody waits for this any more" },
  "storage-unavailable": { status: 503, title: "The storage does not answer" },
  "encode-failed": { status: 502, title: "The encode failed" },
  "source-unreadable": { status: 502, title: "The source cannot be read" },
  internal: { status: 500, title: "Internal error" },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Facts that accompany a refusal; every field goes into the problem document. */
export interface ProblemFacts {
  /** The parameter at fault, as spelled: `w`, `e_volume`, `public_id`. */
  readonly parameter?: string;
  /** Where it stands in the URL's path, counted from 1. */
  readonly column?: number;
  readonly expected?: string;
  /** The nearest valid spelling, where one is near. */
  readonly nearest?: string;
  /** The bound that is exceeded, as the configuration names it. */
  readonly limit?: string;
  readonly retryAfterSeconds?: number;
}

/** A refusal with a stable code. Whatever is thrown and is not a Problem is a defect of ours. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly facts: ProblemFacts;

  constructor(code: ProblemCode, detail: string, facts: ProblemFacts = {}) {
    super(detail);
    this.code = code;
    this.facts = facts;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  get cacheSeconds(): number {
    const kind: ProblemKind = PROBLEMS[this.code];
    return kind.cacheSeconds ?? 0;
  }

  /** The RFC 9457 problem document. */
  toJSON(): Record<string, unknown> {
    return {
      type: `https://edgereel.dev/problems/${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.message,
      ...this.facts,
    };
  }
}

/** The Problem that a problem document describes, or undefined where it is none: how the edge revives the origin's. */
export function problemFrom(document: unknown): Problem | undefined {
  if (typeof document !== "object" || document === null) return undefined;
  const { code, detail, type, title, status, ...facts } = document as Record<string, unknown>;
  if (typeof code !== "string" || !Object.hasOwn(PROBLEMS, code)) return undefined;
  return new Problem(code as ProblemCode, String(detail ?? title ?? ""), facts as ProblemFacts);
}
