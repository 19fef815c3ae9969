import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Catalog, CountBatch, DeliveryCount } from "#catalog";
import type { Counters } from "./counters.ts";
import { countBatches, retrySeconds } from "./counting.ts";

const DELIVERY: DeliveryCount = {
  ...{ minute: 1000, cloud: "demo", publicId: "film", product: "segment", codec: "av1", rung: "540p" },
  ...{ tier: "edge", status: 200, country: "DE", device: "desktop" },
  ...{ requests: 1, bytes: 4, encodes: 0, encodeMilliseconds: 0 },
};

/** An isolate that has just started, and the queue that it sends to. */
async function freshIsolate() {
  vi.resetModules();
  const { queuedCounters } = await import("./counters.ts");
  const queue = { sent: [] as CountBatch[], isDown: false, seconds: 60_000 };
  const send = async (batch: CountBatch): Promise<void> => {
    queue.sent.push(batch);
    if (queue.isDown) throw new Error("the queue does not answer");
  };
  const later: Promise<unknown>[] = [];
  const counters: Counters = queuedCounters(
    { send } as unknown as Queue<CountBatch>,
    () => queue.seconds,
    (work) => later.push(work),
  );
  return {
    queue,
    deliver(facts: Partial<DeliveryCount> = {}): void {
      counters.add("deliveries", { ...DELIVERY, ...facts });
    },
    /** Lets time pass until what was gathered is sent. */
    async flushed(): Promise<void> {
      await Promise.all(later.splice(0));
      queue.seconds += 60;
    },
  };
}

/** As the catalog counts them: each id once. */
function totalOf(batches: readonly CountBatch[]): number {
  const once = new Map(batches.map((batch) => [batch.id, batch]));
  return linesOf([...once.values()]).reduce((sum, { requests }) => sum + requests, 0);
}

const linesOf = (batches: readonly CountBatch[]): readonly DeliveryCount[] =>
  batches.flatMap((batch) => (batch.of === "deliveries" ? batch.counts : []));

beforeEach(() => vi.stubGlobal("scheduler", { wait: async () => {} }));
afterEach(() => vi.unstubAllGlobals());

describe("deliveries while the queue is down", () => {
  it("are kept in the isolate, and counted once though the queue has taken what it failed to acknowledge", async () => {
    const { queue, deliver, flushed } = await freshIsolate();
    queue.isDown = true;
    for (let minute = 0; minute < 3; minute++) {
      deliver();
      await flushed();
    }
    queue.isDown = false;
    deliver();
    await flushed();
    expect(totalOf(queue.sent)).toBe(4);
  });

  it("are sent in messages that a queue takes, whatever their lines hold", async () => {
    const { queue, deliver, flushed } = await freshIsolate();
    for (let film = 0; film < 140; film++) deliver({ publicId: `${"映画/".repeat(120)}${film}` });
    await flushed();
    expect(totalOf(queue.sent)).toBe(140);
    for (const batch of queue.sent) expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(128_000);
  });

  it("are counted without their detail where they would be too many to keep, and to the last one", async () => {
    const { queue, deliver, flushed } = await freshIsolate();
    queue.isDown = true;
    let delivered = 0;
    for (let minute = 0; minute < 60; minute++) {
      for (let film = 0; film < 200; film++, delivered++) deliver({ publicId: `film-${film}` });
      await flushed();
    }
    queue.isDown = false;
    queue.sent.length = 0;
    deliver();
    await flushed();
    expect(totalOf(queue.sent)).toBe(delivered + 1);
    const lines = linesOf(queue.sent);
    expect(lines.length).toBeLessThan(10_500);
    expect(lines.find(({ product }) => product === "unknown")).toMatchObject({ publicId: "", cloud: "demo" });
  });
});

describe("batches that come from the queue", () => {
  const messageOf = (id: string, attempts = 1) => ({
    body: { id, of: "deliveries", counts: [] } as CountBatch,
    attempts,
    outcome: "",
    ack() {
      this.outcome = "counted";
    },
    retry({ delaySeconds }: { delaySeconds?: number } = {}) {
      this.outcome = `again in ${delaySeconds} s`;
    },
  });
  /** A catalog that cannot count some batches. */
  const refusing = (isRefused: (id: string) => boolean): Catalog["counts"] => {
    const count = async (batches: readonly { readonly id: string }[]) => {
      if (batches.some(({ id }) => isRefused(id))) throw new Error("D1_ERROR");
    };
    const ledger = { count, read: async () => [], expire: async () => {} };
    return { deliveries: ledger, playback: ledger };
  };

  it("are not kept back by one that cannot be counted", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const messages = [messageOf("a"), messageOf("broken", 3), messageOf("c")];
    await countBatches(
      messages,
      refusing((id) => id === "broken"),
      0,
    );
    expect(messages.map(({ outcome }) => outcome)).toEqual(["counted", "again in 20 s", "counted"]);
  });

  it("outlive three days without a database", () => {
    const waits = Array.from({ length: 100 }, (_, attempt) => retrySeconds(attempt + 1));
    expect(waits[0]).toBe(5);
    expect(Math.max(...waits)).toBe(3600);
    const days = waits.reduce((sum, seconds) => sum + seconds, 0) / 86_400;
    expect(days).toBeGreaterThan(3);
    expect(days).toBeLessThan(4);
  });
});
