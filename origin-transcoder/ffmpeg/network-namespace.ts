/** A Linux network namespace with nothing but a loopback of its own: what runs inside reaches only who listens there. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Server } from "node:net";
import { join } from "node:path";

export interface NetworkNamespace {
  /** What a command line begins with to run inside. Each program replaces itself by the next, so the process id stays. */
  entering(userId?: number): readonly string[];
  /** Listens on a free port of the loopback inside, for us outside. */
  listen(): Promise<Server>;
  close(): void;
}

const ENVIRONMENT = { PATH: process.env["PATH"] ?? "" };

/** Says that it stands, and keeps the namespace until it is told that others hold it. */
const HOLDER = ["sh", "-c", "ip link set lo up && echo up && cat >/dev/null"];

/** Runs inside, since a socket belongs for good to the namespace that it was made in. */
const LISTENER = join(import.meta.dirname, "listen-inside.ts");

/**
 * Makes one, by util-linux and iproute2. Whoever is not root needs a user namespace around it, for that is who may make it.
 * @throws Error with the reason where this system does not let us
 */
export async function openNetworkNamespace(): Promise<NetworkNamespace> {
  const isRoot = process.getuid?.() === 0;
  // The same user inside as outside, not root: exec takes its capabilities away. Only the holder keeps them, for `ip`.
  const user = isRoot ? [] : ["--user", "--map-current-user", "--keep-caps"];
  const holder = spawn("unshare", [...user, "--net", "--", ...HOLDER], { env: ENVIRONMENT });
  await standing(holder);
  const descriptors = (isRoot ? ["net"] : ["user", "net"]).map(
    (kind) => [kind, openSync(`/proc/${holder.pid}/ns/${kind}`, "r")] as const,
  );
  holder.stdin.end();

  const paths = descriptors.map(([kind, descriptor]) => `--${kind}=/proc/${process.pid}/fd/${descriptor}`);
  const entering = (userId?: number): readonly string[] => [
    "nsenter",
    ...paths,
    ...(isRoot ? ["--", ...withoutCapabilities(userId), "--"] : ["--preserve-credentials", "--"]),
  ];
  const namespace: NetworkNamespace = {
    entering,
    listen: () => listenBehind(entering()),
    close: () => {
      for (const [, descriptor] of descriptors) closeSync(descriptor);
    },
  };
  const [file = "", ...args] = [...entering(), "true"];
  const { status, stderr } = spawnSync(file, args, { env: ENVIRONMENT, encoding: "utf8" });
  if (status === 0) return namespace;
  namespace.close();
  throw new Error(stderr?.trim() || `${file} failed`);
}

/** Root with its capabilities could go back to where it came from. */
const withoutCapabilities = (userId: number | undefined): readonly string[] => [
  "setpriv",
  "--no-new-privs",
  "--inh-caps=-all",
  "--bounding-set=-all",
  ...(userId === undefined ? [] : [`--reuid=${userId}`, `--regid=${userId}`, "--clear-groups"]),
];

function standing(holder: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    let complaints = "";
    holder.stderr?.on("data", (chunk: Buffer) => {
      complaints += chunk.toString("utf8");
    });
    holder.stdout?.once("data", () => resolve());
    holder.once("error", (error) => reject(new Error(error.message)));
    holder.once("close", (code) => reject(new Error(complaints.trim() || `unshare ended with ${code}`)));
  });
}

/** A child listens inside and hands its socket over to us, who stay outside. */
function listenBehind([file = "", ...args]: readonly string[]): Promise<Server> {
  const child: ChildProcess = spawn(file, [...args, process.execPath, LISTENER], {
    env: ENVIRONMENT,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (_, server) => {
      child.send("taken", () => child.disconnect());
      resolve(server as Server);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`nothing listens in the namespace: ${code}`)));
  });
}
