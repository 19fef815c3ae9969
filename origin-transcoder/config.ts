/** Configuration of the origin: every setting, its default and its bounds, read from the environment once. */

import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { NetworkNamespace } from "./ffmpeg/network-namespace.ts";
import type { Program } from "./ffmpeg/run.ts";

export interface OriginConfig {
  readonly host: string;
  readonly port: number;
  /** Shared with the edge; jobs are signed with it. */
  readonly secret: string;
  /** A job may name no source whose URL begins otherwise. */
  readonly sourceUrlPrefixes: readonly string[];
  readonly workFolder: string;
  readonly sourceCacheBytes: number;
  /** Encodes at once, one thread each beside what decodes and filters. */
  readonly encoders: number;
  /** They run as a user of their own where FFMPEG_USER names one. */
  readonly ffmpeg: Program;
  readonly ffprobe: Program;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; throws one Error that names every fault. */
export function configFrom(env: Environment): OriginConfig {
  const faults: string[] = [];
  const number = (name: string, fallback: number, min: number, max: number): number => {
    const value = env[name] === undefined ? fallback : Number(env[name]);
    if (!Number.isInteger(value) || value < min || value > max)
      faults.push(`${name} must be a whole number from ${min} to ${max}`);
    return value;
  };
  const secret = env["ORIGIN_SECRET"] ?? "";
  if (secret.length < 32) faults.push("ORIGIN_SECRET must have 32 characters at least");
  const prefixes = (env["SOURCE_URL_PREFIXES"] ?? "")
    .split(",")
    .map((prefix) => prefix.trim())
    .filter((prefix) => prefix !== "");
  if (prefixes.length === 0 || prefixes.some((prefix) => !/^https?:\/\/[^/]+\/./.test(prefix))) {
    faults.push(
      "SOURCE_URL_PREFIXES must list where sources may be read, such as https://account.r2.cloudflarestorage.com/sources/",
    );
  }
  const isRoot = process.getuid?.() === 0;
  const user = env["FFMPEG_USER"] === undefined ? {} : { userId: number("FFMPEG_USER", 0, 1, 2 ** 31) };
  if (user.userId !== undefined && !isRoot) faults.push("FFMPEG_USER needs an origin that runs as root");
  const config: OriginConfig = {
    host: env["ORIGIN_HOST"] ?? "127.0.0.1",
    port: number("ORIGIN_PORT", 8788, 0, 65_535),
    secret,
    sourceUrlPrefixes: prefixes,
    workFolder: env["ORIGIN_WORK_FOLDER"] ?? join(tmpdir(), "edgereel-origin"),
    sourceCacheBytes: number("SOURCE_CACHE_GIGABYTES", 20, 1, 100_000) * 1e9,
    encoders: number("ENCODERS", availableParallelism(), 1, 256),
    ffmpeg: { path: env["FFMPEG"] ?? "ffmpeg", ...user },
    ffprobe: { path: env["FFPROBE"] ?? "ffprobe", ...user },
  };
  if (faults.length > 0) throw new Error(`The origin cannot start:\n${faults.map((fault) => `- ${fault}`).join("\n")}`);
  return config;
}

/** The same origin, whose ffmpeg and ffprobe have no other network than this one. */
export const withNetwork = (config: OriginConfig, network: NetworkNamespace | undefined): OriginConfig =>
  network ? { ...config, ffmpeg: { ...config.ffmpeg, network }, ffprobe: { ...config.ffprobe, network } } : config;
