/** Requests a second of a warm segment, against nginx serving the same bytes from a file: what a simulated edge costs. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { startEdge } from "../edge/testing/edge-under-test.ts";
import { startFakeOrigin } from "../edge/testing/fake-origin.ts";
import { freePort } from "../scripts/local-service.ts";
import type { Bench } from "./bench.ts";
import { median } from "./measurement.ts";
import { ratio, type Table } from "./table.ts";
import { answerWith, playbackKeys, SEGMENT_BYTES, warmSegments } from "./warm-hit.ts";

const CONNECTIONS = 16;
const TURNS = 9;
const TURN_SECONDS = 2;

const TABLE: Omit<Table, "rows"> = {
  title: "A warm segment against nginx",
  method: [
    `${SEGMENT_BYTES / 1000} kB over loopback, ${CONNECTIONS} connections that ask again as soon as they are answered; ${TURNS} turns of`,
    `${TURN_SECONDS} s each in turn, medians. nginx with one worker and sendfile. The edge's figure is that of a simulator: its`,
    "cache is SQLite and files behind workerd; it says nothing of Cloudflare's network.",
  ].join(" "),
  columns: ["server", "n", "requests/s", "÷ nginx"],
};

export const nginx: Bench = {
  name: "nginx",
  async run({ folder }) {
    if (spawnSync("nginx", ["-v"]).status !== 0)
      return {
        ...TABLE,
        rows: [],
        remarks: ["Not measured: there is no nginx on this machine (apt-get install nginx)."],
      };
    const body = randomBytes(SEGMENT_BYTES);
    const origin = await startFakeOrigin();
    answerWith(origin, body);
    const edge = await startEdge({ ORIGIN_URL: origin.url, PLAYBACK_KEYS: playbackKeys() });
    const server = await startNginx(folder, body);
    try {
      const { open } = await warmSegments(edge.base, folder);
      const contestants = [
        { name: "nginx", address: server.address, rates: [] as number[] },
        { name: "edgereel's edge on workerd", address: open, rates: [] as number[] },
      ];
      for (const { address } of contestants) await requestsPerSecond(address);
      for (let turn = 0; turn < TURNS; turn++)
        for (const { address, rates } of contestants) rates.push(await requestsPerSecond(address));
      const base = median(contestants[0]?.rates ?? []);
      return {
        ...TABLE,
        rows: contestants.map(({ name, rates }) => [
          name,
          `${TURNS} × ${TURN_SECONDS} s`,
          median(rates).toFixed(0),
          ratio(median(rates) / base),
        ]),
      };
    } finally {
      server.process.kill("SIGTERM");
      await edge.stop();
      await origin.stop();
    }
  },
};

async function startNginx(folder: string, body: Buffer): Promise<{ address: string; process: ChildProcess }> {
  const root = join(folder, "nginx");
  await mkdir(join(root, "files"), { recursive: true });
  await writeFile(join(root, "files", "0.m4s"), body);
  const port = await freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${root}/${name};`,
  );
  const config = `
    daemon off; worker_processes 1; pid ${root}/pid; error_log stderr crit;
    events { worker_connections 64; }
    http {
      ${temporary.join(" ")}
      access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
      server { listen 127.0.0.1:${port}; root ${root}/files; types { video/mp4 m4s; } }
    }`;
  await writeFile(join(root, "nginx.conf"), config);
  // Its worker must be able to read below the folder, which is its owner's alone.
  const args = ["-p", root, "-c", join(root, "nginx.conf"), ...(process.getuid?.() === 0 ? ["-g", "user root;"] : [])];
  const child = spawn("nginx", args, { stdio: ["ignore", "ignore", "inherit"] });
  const address = `http://127.0.0.1:${port}/0.m4s`;
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(address).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return { address, process: child };
    if (attempt > 100) throw new Error(`nginx does not serve: ${response?.status ?? "no answer"}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** `fetch` costs this process more than either server. */
function request(address: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(address, { agent }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.once("end", () => resolve(bytes)).once("error", reject);
    }).once("error", reject);
  });
}

async function requestsPerSecond(address: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const startedAt = performance.now();
  let requests = 0;
  const ask = async (): Promise<void> => {
    while (performance.now() - startedAt < TURN_SECONDS * 1000) {
      const bytes = await request(address, agent);
      if (bytes !== SEGMENT_BYTES) throw new Error(`${bytes} bytes from ${address}`);
      requests++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  agent.destroy();
  return requests / ((performance.now() - startedAt) / 1000);
}
