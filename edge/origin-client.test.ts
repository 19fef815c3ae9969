import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Catalog } from "#catalog";
import { Problem, type ProblemCode } from "#transformation";
import { memoryOriginBuilds } from "../catalog/testing/memory.ts";
import { type JobRequest, type MediaJob, type OriginClient, originClient } from "./origin-client.ts";
import { PATIENCE_MILLISECONDS, type Patience } from "./patience.ts";
import { ORIGIN_SECRET } from "./testing/edge-under-test.ts";
import { answerWhole, type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { describeOriginContract } from "./testing/origin.contract.ts";

let fake: FakeOrigin;

beforeAll(async () => {
  fake = await startFakeOrigin();
});

afterAll(async () => {
  await fake?.stop();
});

describeOriginContract("one that encodes nothing", async () => ({
  url: fake.url,
  secret: ORIGIN_SECRET,
  source: { version: "0123456789abcdef", bytes: 100_000, url: "http://store.example/film" },
}));

describe("an answer that no origin should give", () => {
  it.each([
    ["no problem document", 500, "<html>", "origin-unreachable"],
    ["a problem that does not exist", 400, '{"code":"no-such-code"}', "origin-unreachable"],
    ["a problem of the origin's", 502, '{"code":"encode-failed","detail":"no"}', "encode-failed"],
  ])("becomes a Problem: %s", async (_, status, body, code) => {
    const server = createServer((request, response) =>
      request.resume().on("end", () => response.writeHead(status).end(body)),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const originUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(originClient({ originUrl, originSecret: ORIGIN_SECRET }, () => 0).build()).rejects.toMatchObject({
      name: "Problem",
      code,
    });
    server.close();
  });
});

describe("an origin that lives, and has lost a job", () => {
  const briefly: Patience = { ...PATIENCE_MILLISECONDS, segment: 300 };
  const request = (kind: "segment" | "whole"): JobRequest => {
    const job = { kind, key: `/${kind}`, recipe: fake.build.recipe, media: "video", mediaType: "video/mp4" };
    return { job: job as Partial<MediaJob> as MediaJob };
  };

  it("is waited for as long as a job of its kind may take, and told that nobody waits any more", async () => {
    const client = originClient({ originUrl: fake.url, originSecret: ORIGIN_SECRET }, () => Date.now() / 1000, briefly);
    fake.answer = () => {};
    const { aborted } = fake;
    const startedAt = performance.now();
    await expect(client.make(request("segment"))).rejects.toMatchObject({
      code: "origin-unreachable",
      facts: { retryAfterSeconds: 2 },
    });
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await expect.poll(() => fake.aborted).toBe(aborted + 1);
    // A whole file, and whatever is made in idle time, may take longer than that.
    fake.answer = (job, response) => void setTimeout(() => answerWhole(job, response), 600);
    await expect(client.make(request("whole"))).resolves.toHaveProperty("bytes");
    await expect(client.make({ ...request("segment"), isIdle: true })).resolves.toHaveProperty("bytes");
    fake.answer = undefined;
  });
});

describe("what the edge knows of the origin", () => {
  interface Scene {
    readonly builds: import("./origin-builds.ts").OriginBuilds;
    readonly known: Catalog["originBuilds"];
    readonly later: Promise<unknown>[];
    /** Something needs the origin, and fails so. */
    readonly fails: (code: ProblemCode) => Promise<void>;
    asked: number;
    seconds: number;
    answer: () => ReturnType<OriginClient["build"]>;
  }

  /** An isolate that has just started. */
  async function freshIsolate(known = memoryOriginBuilds()): Promise<Scene> {
    vi.resetModules();
    const { originBuilds } = await import("./origin-builds.ts");
    const scene = { known, later: [] as Promise<unknown>[], asked: 0, seconds: 1000, answer: async () => fake.build };
    const origin = {
      build: () => {
        scene.asked++;
        return scene.answer();
      },
    } as unknown as OriginClient;
    const catalog = { originBuilds: known } as Catalog;
    const builds = originBuilds(
      catalog,
      origin,
      () => scene.seconds,
      (work) => scene.later.push(work),
    );
    // The isolate's own: classes are made anew with it.
    const { Problem: IsolatesProblem } = await import("#transformation");
    const fails = async (code: ProblemCode): Promise<void> => {
      const failing = builds.heeding(() => Promise.reject(new IsolatesProblem(code, "as it says")));
      await expect(failing).rejects.toMatchObject({ code });
    };
    return Object.assign(scene, { builds, fails });
  }

  const asleep = async () => {
    throw new Problem("origin-unreachable", "asleep");
  };
  const build = (recipe: string) => ({ ...fake.build, recipe });

  it("is asked for once, and then known", async () => {
    const scene = await freshIsolate();
    for (let turn = 0; turn < 5; turn++) expect(await scene.builds.current()).toEqual(fake.build);
    expect(scene.asked).toBe(1);
  });

  it("is asked for again from time to time, behind the back of whoever wants it", async () => {
    const scene = await freshIsolate();
    await scene.builds.current();
    scene.answer = async () => build("r9new");
    scene.seconds += 31;
    expect((await scene.builds.current()).recipe).toBe(fake.build.recipe);
    await Promise.all(scene.later);
    expect((await scene.builds.current()).recipe).toBe("r9new");
    expect([scene.asked, (await scene.known.last())?.build.recipe]).toEqual([2, "r9new"]);
  });

  it("goes on with what it knew while the origin sleeps, also in a Worker that has just started", async () => {
    const scene = await freshIsolate();
    await scene.builds.current();
    scene.answer = asleep;
    scene.seconds += 3600;
    expect(await scene.builds.current()).toEqual(fake.build);
    const restarted = await freshIsolate(scene.known);
    restarted.answer = asleep;
    expect(await restarted.builds.current()).toEqual(fake.build);
  });

  it("is found wanting by whoever needs the origin, and asked for again at once", async () => {
    const scene = await freshIsolate();
    await scene.builds.current();
    await scene.fails("origin-unreachable");
    expect(scene.builds.isSilent()).toBe(true);
    scene.seconds += 6;
    await scene.builds.current();
    await Promise.all(scene.later);
    expect(scene.builds.isSilent()).toBe(false);

    scene.answer = async () => build("r9new");
    await scene.fails("recipe-mismatch");
    await Promise.all(scene.later);
    expect((await scene.builds.current()).recipe).toBe("r9new");
  });

  it("does not call an origin silent that is busy", async () => {
    const scene = await freshIsolate();
    await scene.builds.current();
    await scene.fails("origin-busy");
    expect(scene.builds.isSilent()).toBe(false);
  });

  it("is nothing before any origin has ever answered", async () => {
    const scene = await freshIsolate();
    scene.answer = asleep;
    await expect(scene.builds.current()).rejects.toMatchObject({ code: "origin-unreachable" });
    scene.answer = async () => fake.build;
    expect(await scene.builds.current()).toEqual(fake.build);
  });
});
