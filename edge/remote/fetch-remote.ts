/** Fetches a file from elsewhere into a sink: from allowed hosts alone, step by step, and no more than is allowed. */

import { Problem } from "#transformation";
import type { FileSink } from "../upload/form.ts";
import { allowedRemote, type RemoteRules } from "./remote-hosts.ts";

const MAX_REDIRECTS = 5;
/** Until a server answers; how long its file takes is its own affair. */
const ANSWER_MILLISECONDS = 15_000;

const unreadable = (message: string): Problem => new Problem("remote-unreadable", message, { parameter: "file" });

/** Each step of a redirection is judged as the first address was. */
async function answerOf(text: string, rules: RemoteRules): Promise<Response> {
  let url = allowedRemote(text, rules);
  for (let step = 0; step <= MAX_REDIRECTS; step++) {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), ANSWER_MILLISECONDS);
    const response = await fetch(url, { redirect: "manual", signal: aborter.signal }).catch(() => {
      throw unreadable(`${url.host} does not answer.`);
    });
    clearTimeout(timer);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, url)) throw unreadable(`${url.host} leads nowhere.`);
    url = allowedRemote(new URL(location, url).href, rules);
  }
  throw unreadable("The remote file is redirected too often.");
}

/**
 * @returns the name that the file has where it comes from
 * @throws Problem `remote-not-allowed`, `remote-unreadable`, `source-too-large`
 */
export async function fetchRemote(text: string, rules: RemoteRules, sink: FileSink): Promise<string> {
  const response = await answerOf(text, rules);
  const tooLarge = (): Problem =>
    new Problem("source-too-large", `A file that is fetched may have ${rules.maxBytes} bytes (FETCH_MAX_MEGABYTES).`, {
      parameter: "file",
    });
  const isTooLarge = Number(response.headers.get("content-length") ?? 0) > rules.maxBytes;
  if (response.status !== 200 || !response.body || isTooLarge) {
    await response.body?.cancel();
    throw isTooLarge ? tooLarge() : unreadable(`The remote server answered ${response.status}.`);
  }
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > rules.maxBytes) throw tooLarge();
    await sink.write(chunk);
  }
  return nameIn(text);
}

/** The last part of a path, unescaped where it can be. */
function nameIn(text: string): string {
  const name = new URL(text).pathname.split("/").at(-1) || "file";
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
