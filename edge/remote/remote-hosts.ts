/** Which hosts files may be fetched from: those of a list, and what a name may not hide. */

import { Problem } from "#transformation";

/** An entry of the list. */
export interface RemoteHost {
  readonly protocol: "http:" | "https:";
  /** With its port where that is not the protocol's own; behind `*.` any name below it. */
  readonly host: string;
  readonly isWildcard: boolean;
}

/** Where files may be fetched from, and how large they may be. */
export interface RemoteRules {
  readonly hosts: readonly RemoteHost[];
  readonly maxBytes: number;
}

/** Reads `media.example.com`, `*.example.org`, `http://127.0.0.1:8123`; https where nothing else is said. */
export function parseRemoteHost(text: string): RemoteHost | undefined {
  const [, scheme = "https", star, host = ""] = /^(?:(https?):\/\/)?(\*\.)?([a-z0-9.:[\]-]+)$/i.exec(text) ?? [];
  const base = `${scheme.toLowerCase()}://${host}`;
  if (host === "" || !URL.canParse(base)) return undefined;
  const url = new URL(base);
  return { protocol: url.protocol as RemoteHost["protocol"], host: url.host, isWildcard: star !== undefined };
}

/** Ranges of IANA's special-purpose registries, and names that no public server has. */
const PRIVATE = [
  /^(?:0|10|127|22[4-9]|2[34]\d|25[0-5])\./,
  /^(?:169\.254|192\.168|192\.0\.[02]|198\.1[89]|198\.51\.100|203\.0\.113)\./,
  /^172\.(?:1[6-9]|2\d|3[01])\./,
  /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  /^\[/,
  /(?:^|\.)(?:localhost|local|internal|lan|home\.arpa)$/,
];

const isPrivate = ({ hostname }: URL): boolean =>
  PRIVATE.some((range) => range.test(hostname)) || !hostname.includes(".");

function isListed(url: URL, { protocol, host, isWildcard }: RemoteHost): boolean {
  if (url.protocol !== protocol) return false;
  // Addresses within a network are only reached where the list names them themselves.
  if (isWildcard) return url.host.endsWith(`.${host}`) && !isPrivate(url);
  return url.host === host;
}

const refused = (message: string): Problem => new Problem("remote-not-allowed", message, { parameter: "file" });

/** The address as it may be fetched; throws `remote-not-allowed`. */
export function allowedRemote(text: string, { hosts }: RemoteRules): URL {
  if (hosts.length === 0)
    throw refused("This cloud fetches nothing: no host is allowed (FETCH_HOSTS). Upload the file instead.");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || `${url.username}${url.password}` !== "")
    throw refused("A file is fetched from an http(s) URL without a user and a password.");
  if (!hosts.some((entry) => isListed(url, entry)))
    throw refused(
      `Nothing is fetched from ${url.protocol}//${url.host.slice(0, 100)} here; the allowed hosts are in FETCH_HOSTS.`,
    );
  return url;
}
