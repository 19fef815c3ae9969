import { spawnSync } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SourceCache } from "../sources/source-cache.ts";
import { type NetworkNamespace, openNetworkNamespace } from "./network-namespace.ts";
import { type Pausable, run } from "./run.ts";

const LIMITS = { wallSeconds: 10, outputBytes: 1 << 20 };
const MODULE = new URL("network-namespace.ts", import.meta.url).href;
const isRoot = process.getuid?.() === 0;

/** What this machine allows is what its kernel is asked for, not what we have written. */
const allowed = spawnSync("unshare", [...(isRoot ? [] : ["--user"]), "--net", "ip", "link"]).status === 0;

/** A program that tells whether anybody answers at an address. */
const knocking = (host: string, port: number): readonly string[] => [
  "-c",
  `timeout 2 bash -c 'exec 3<>/dev/tcp/${host}/${port} && echo open' 2>&1`,
];

describe.runIf(allowed)("a program that is cut off from the network", () => {
  let network: NetworkNamespace;
  let bait: Server;
  let callers = 0;

  beforeAll(async () => {
    network = await openNetworkNamespace();
    bait = createServer((socket) => {
      callers++;
      socket.end();
    });
    await new Promise<void>((resolve) => bait.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    bait.close();
    network.close();
  });
  const baitPort = (): number => (bait.address() as AddressInfo).port;

  it("reaches nobody who listens on this machine, though a program that is not does", async () => {
    const args = knocking("127.0.0.1", baitPort());
    expect((await run({ path: "bash" }, args, LIMITS)).output.toString()).toBe("open\n");
    expect(callers).toBe(1);
    expect((await run({ path: "bash", network }, args, LIMITS)).output.toString()).toContain("Connection refused");
    expect(callers).toBe(1);
  });

  it("has no way to any other machine", async () => {
    const { output } = await run({ path: "bash", network }, knocking("192.0.2.1", 80), LIMITS);
    expect(output.toString()).toContain("Network is unreachable");
  });

  it("reads sources nevertheless, which nobody outside can", async () => {
    const bytes = Buffer.from("a film, or what is taken for one");
    const cache = await SourceCache.start(
      await mkdtemp(join(tmpdir(), "edgereel-")),
      1e9,
      async (_, start, end) => bytes.subarray(start, end),
      { network },
    );
    const opened = await cache.open({ version: "a", bytes: bytes.length, url: "http://store/x", container: "mov" });
    const { location } = opened.input("mov");
    await expect(fetch(location)).rejects.toThrow();
    const copied = await run(
      { path: "ffmpeg", network },
      ["-v", "error", "-f", "data", "-i", location, "-map", "0", "-c", "copy", "-f", "data", "pipe:1"],
      LIMITS,
    );
    expect(copied).toEqual({ output: bytes, exitCode: 0, complaints: "" });
    await cache.stop();
  });

  it("may do nothing that only root may, and so cannot go back", async () => {
    const { output } = await run({ path: "cat", network }, ["/proc/self/status"], LIMITS);
    expect(output.toString()).toMatch(/^CapEff:\t0+$/m);
    const outside = `/proc/${process.pid}/ns/net`;
    expect((await run({ path: "nsenter", network }, [`--net=${outside}`, "true"], LIMITS)).exitCode).not.toBe(0);
  });

  it.runIf(isRoot)("runs as another user, who is in no group of ours", async () => {
    const { output } = await run({ path: "id", userId: 65_534, network }, [], LIMITS);
    expect(output.toString()).toMatch(/^uid=65534\S* gid=65534\S* groups=65534\S*$/m);
  });

  it("is bounded like any other", async () => {
    const { output } = await run({ path: "cat", network }, ["/proc/self/limits"], LIMITS);
    expect(/Max address space\s+(\S+)/.exec(output.toString())?.[1]).not.toBe("unlimited");
  });

  it("is itself what is put aside, and what is ended", async () => {
    let started: Pausable | undefined;
    const running = run({ path: "sleep", network }, ["0.4"], {
      ...LIMITS,
      wallSeconds: 1,
      onStart: (process) => {
        started = process;
      },
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    started?.pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    started?.resume();
    expect((await running).exitCode).toBe(0);
    const mark = `30.${process.pid}`;
    const hung = run({ path: "sleep", network }, [mark], { ...LIMITS, wallSeconds: 0.3 });
    await expect(hung).rejects.toMatchObject({ code: "encode-failed" });
    expect(spawnSync("pgrep", ["-f", `sleep ${mark}`]).status).toBe(1);
  });

  it.runIf(isRoot)("can be cut off by whoever is not root as well", () => {
    const script = `
      import { openNetworkNamespace } from "${MODULE}";
      import { spawnSync } from "node:child_process";
      const [file, ...args] = [...(await openNetworkNamespace()).entering(), "bash", "-c",
        "id -u; grep CapEff /proc/self/status; exec 3<>/dev/tcp/127.0.0.1/${baitPort()}"];
      const { stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
      console.log(stdout, stderr);`;
    const before = callers;
    const said = nodeSays(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"], script);
    expect(said).toMatch(/^65534\nCapEff:\t0+\n/);
    expect(said).toContain("Connection refused");
    expect(callers).toBe(before);
  });

  it("is not where the system refuses, and the refusal says why", () => {
    // A user namespace of its own, in which the kernel allows no network namespaces at all.
    const refusing = ["unshare", "--user", "--map-root-user", "sh", "-c", REFUSE, "sh"];
    expect(nodeSays(refusing, TRY)).toMatch(/unshare failed/);
    expect(nodeSays([], TRY, { PATH: "/nowhere" })).toMatch(/ENOENT/);
  });
});

const REFUSE = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"';
const TRY = `
  import { openNetworkNamespace } from "${MODULE}";
  console.log(await openNetworkNamespace().then(() => "cut off", (error) => error.message));
  process.exit(0);`;

/** What a module says that is run by Node behind other programs. */
function nodeSays(before: readonly string[], script: string, env: NodeJS.ProcessEnv = process.env): string {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--input-type=module-typescript"];
  const [file = "", ...args] = [...before, ...node, "--eval", script];
  return spawnSync(file, args, { encoding: "utf8", env }).stdout;
}
