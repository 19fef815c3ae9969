import { beforeEach, describe, expect, it } from "vitest";
import type { AccessRecords } from "#catalog";
import { type RecordsCopy, type RecordsReader, recordsReader } from "./access-records.ts";

/** A data centre, the database behind it, and a clock that only the test moves. */
let now: number;
let revoked: string[];
let reads: number;
let isDown: boolean;
let nearby: RecordsCopy | undefined;
let background: Promise<unknown>[];

beforeEach(() => {
  [now, revoked, reads, isDown, nearby, background] = [1_800_000_000, [], 0, false, undefined, []];
});

async function read(): Promise<AccessRecords> {
  reads++;
  if (isDown) throw new Error("D1 is down");
  return { keys: [], revokedKeys: [], revokedTokens: [...revoked] };
}

const isolate = (): RecordsReader =>
  recordsReader(
    {},
    {
      read,
      nearby: async () => nearby,
      keepNearby: async (copy) => {
        nearby = copy;
      },
      forgetNearby: async () => {
        nearby = undefined;
      },
    },
    () => now,
    (work) => void background.push(work),
  );

const settle = async (): Promise<void> => {
  await Promise.all(background.splice(0));
};

const knows = async (reader: RecordsReader, id: string): Promise<boolean> =>
  (await reader.current()).revokedTokens.has(id);

describe("what an isolate knows of revocations", () => {
  it("is in memory: one question to the database serves all requests of two seconds", async () => {
    const reader = isolate();
    for (let request = 0; request < 1000; request++) await reader.current();
    now += 2;
    await reader.current();
    expect(reads).toBe(1);
  });

  it("is never older than four seconds, however few or many requests come", async () => {
    for (const pause of [0.1, 0.7, 1.5, 2.5, 3.9, 5, 60]) {
      const reader = isolate();
      await reader.current();
      await settle();
      const [id, at] = [`lost-${pause}`, now];
      revoked.push(id);
      while (!(await knows(reader, id))) {
        // Of whoever is still let in the token was revoked less than four seconds ago.
        expect(now - at).toBeLessThanOrEqual(4);
        await settle();
        now += pause;
      }
    }
  });

  it("is forgotten at once where it was changed, in the whole data centre", async () => {
    const [here, beside] = [isolate(), isolate()];
    await here.current();
    await settle();
    revoked.push("lost");
    await here.forget();
    expect(await knows(here, "lost")).toBe(true);
    expect(await knows(beside, "lost")).toBe(true);
  });

  it("is had from the data centre's copy, so that a hundred isolates ask the database once", async () => {
    await isolate().current();
    await settle();
    for (let more = 0; more < 100; more++) await isolate().current();
    expect(reads).toBe(1);
  });

  it("counts its age from before the database was asked, and a copy's from when it was made", async () => {
    await isolate().current();
    await settle();
    const readAt = now;
    now += 1.5;
    const reader = isolate();
    expect((await reader.current()).readAt).toBe(readAt);
    now += 1;
    await reader.current();
    await settle();
    expect((await reader.current()).readAt).toBe(now);
  });
});

describe("while the database is down", () => {
  it("videos play on with what is known, for an hour, and one request in two seconds tries again", async () => {
    revoked.push("lost");
    const reader = isolate();
    await reader.current();
    await settle();
    isDown = true;
    const before = reads;
    for (let second = 0; second < 600; second++) {
      now += 1;
      expect(await knows(reader, "lost")).toBe(true);
      await settle();
    }
    expect(reads - before).toBeLessThan(310);
    now += 3600;
    await expect(reader.current()).rejects.toMatchObject({ code: "keys-unavailable", status: 503 });
  });

  it("an isolate that knows nothing takes the data centre's copy, and nothing without one", async () => {
    await isolate().current();
    await settle();
    [isDown, now] = [true, now + 1800];
    expect((await isolate().current()).readAt).toBe(now - 1800);
    nearby = undefined;
    await expect(isolate().current()).rejects.toMatchObject({ code: "keys-unavailable" });
  });

  it("is over when it answers again", async () => {
    const reader = isolate();
    isDown = true;
    await expect(reader.current()).rejects.toMatchObject({ code: "keys-unavailable" });
    isDown = false;
    revoked.push("lost");
    now += 2;
    expect(await knows(reader, "lost")).toBe(true);
  });
});
