/** How a file is answered with: all of it, a part, nothing new, or no such part (RFC 9110, sections 13 and 14). */

/** What is known of a file before any byte of it is read. */
export interface FileFacts {
  readonly mediaType: string;
  readonly bytes: number;
  /** Strong, in quotes. */
  readonly etag: string;
  readonly uploaded: Date;
}

/** Reads a file, or so many bytes from a place on; null where it is gone. */
export type ReadFile = (range?: { offset: number; length: number }) => Promise<ReadableStream | null>;

export const fileHeaders = ({ mediaType, bytes, etag, uploaded }: FileFacts): Headers =>
  new Headers({
    "content-type": mediaType,
    "content-length": String(bytes),
    etag,
    "last-modified": uploaded.toUTCString(),
    "accept-ranges": "bytes",
  });

/** Whether a client has what an answer's headers describe; entity tags compare weakly (section 13.1.2). */
export function isKnown(request: Request, headers: Headers): boolean {
  const plain = (tag: string): string => tag.trim().replace(/^W\//, "");
  const known = request.headers.get("if-none-match")?.split(",");
  if (!known) return (request.headers.get("if-modified-since") ?? "") === headers.get("last-modified");
  return known.some((tag) => tag.trim() === "*" || plain(tag) === plain(headers.get("etag") ?? ""));
}

/** Whether the part that a client asks for belongs to the bytes that it has begun with (If-Range, section 13.1.5). */
export function isContinued(request: Request, headers: Headers): boolean {
  const begun = request.headers.get("if-range");
  return begun === null || begun === headers.get("etag") || begun === headers.get("last-modified");
}

/** The answer to whoever has the file. */
export function unchanged(headers: Headers): Response {
  const kept = new Headers(headers);
  for (const name of ["content-length", "content-range", "content-type"]) kept.delete(name);
  return new Response(null, { status: 304, headers: kept });
}

/**
 * An answer of a cache as a request's conditions want it: nothing new, without a body, or the whole where what is asked for
 * belongs to other bytes.
 */
export async function underConditions(
  request: Request,
  found: Response,
  whole: () => Promise<Response | undefined>,
): Promise<Response | undefined> {
  if (isKnown(request, found.headers)) {
    await found.body?.cancel();
    return unchanged(found.headers);
  }
  if (askedRange(request) && !isContinued(request, found.headers)) {
    await found.body?.cancel();
    return whole();
  }
  return request.method === "HEAD" ? new Response(null, found) : found;
}

interface AskedRange {
  readonly first: number | undefined;
  /** Included; without `first`, how many of the last bytes. */
  readonly last: number | undefined;
}

/** The one range that a GET asks for; several at once, or what is no range, ask for the whole (section 14.2). */
export function askedRange(request: Request): AskedRange | undefined {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.headers.get("range") ?? "") ?? [];
  const first = from === "" ? undefined : Number(from);
  const last = to === "" ? undefined : Number(to);
  const isRange = first === undefined ? last !== undefined : last === undefined || first <= last;
  return request.method === "GET" && isRange ? { first, last } : undefined;
}

/** Answers undefined where the file is gone. */
export async function fileResponse(request: Request, facts: FileFacts, read: ReadFile): Promise<Response | undefined> {
  const headers = fileHeaders(facts);
  if (isKnown(request, headers)) return unchanged(headers);
  if (request.method === "HEAD") return new Response(null, { headers });
  const asked = isContinued(request, headers) ? askedRange(request) : undefined;
  if (!asked) {
    const body = await read();
    return body ? new Response(body, { headers }) : undefined;
  }
  const { bytes } = facts;
  const start = asked.first ?? Math.max(0, bytes - (asked.last ?? 0));
  const end = asked.first === undefined ? bytes : Math.min((asked.last ?? bytes) + 1, bytes);
  if (start >= end) {
    headers.set("content-range", `bytes */${bytes}`);
    headers.delete("content-length");
    return new Response(null, { status: 416, headers });
  }
  const part = await read({ offset: start, length: end - start });
  headers.set("content-range", `bytes ${start}-${end - 1}/${bytes}`);
  headers.set("content-length", String(end - start));
  return part ? new Response(part, { status: 206, headers }) : undefined;
}
