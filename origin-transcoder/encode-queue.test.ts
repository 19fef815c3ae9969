import { describe, expect, it } from "vitest";
import { Problem } from "#transformation";
import { EncodeQueue, type QueueLimits, type Task, type TaskControl } from "./encode-queue.ts";
import type { Pausable } from "./ffmpeg/run.ts";

const LIMITS: QueueLimits = { heavy: 1, light: 2, waiting: 3, ahead: 4 };

/** Work that the test finishes by hand. */
class Work implements Task<string> {
  readonly key: string;
  readonly lane: string;
  readonly weight: "heavy" | "light";
  runs = 0;
  aborted = false;
  readonly events: string[] = [];
  readonly #done = Promise.withResolvers<string>();

  constructor(key: string, { lane = "lane", weight = "heavy" }: { lane?: string; weight?: "heavy" | "light" } = {}) {
    this.key = key;
    this.lane = lane;
    this.weight = weight;
  }

  get started(): boolean {
    return this.runs > 0;
  }

  run(control: TaskControl): Promise<string> {
    this.runs++;
    const process: Pausable = { pause: () => this.events.push("pause"), resume: () => this.events.push("resume") };
    control.onStart(process);
    control.signal.addEventListener("abort", () => {
      this.aborted = true;
      this.#done.reject(new Problem("cancelled", "killed"));
    });
    return this.#done.promise;
  }

  finish(): Promise<void> {
    this.#done.resolve(`made ${this.key}`);
    return settled();
  }

  fail(problem: Problem): Promise<void> {
    this.#done.reject(problem);
    return settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "made",
    (error: Problem) => error.code,
  );

describe("the encode queue", () => {
  it("does equal work once, however many wait for it", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const work = new Work("a");
    const answers = Array.from({ length: 50 }, () => queue.watch(work));
    await work.finish();
    const results = await Promise.all(answers);
    expect(work.runs).toBe(1);
    expect(results.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(new Set(results.map(({ value }) => value))).toEqual(new Set(["made a"]));
  });

  it("does heavy work one at a time, in the order in which it was asked for", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const works = ["a", "b", "c"].map((key) => new Work(key));
    const answers = works.map((work) => queue.watch(work));
    await settled();
    expect(works.map(({ started }) => started)).toEqual([true, false, false]);
    await works[0]?.finish();
    expect(works.map(({ started }) => started)).toEqual([true, true, false]);
    for (const work of works) await work.finish();
    await Promise.all(answers);
  });

  it("lets light work pass heavy work", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [heavy, light] = [new Work("heavy"), new Work("light", { weight: "light" })];
    void queue.watch(heavy);
    void queue.watch(light);
    await settled();
    expect(light.started).toBe(true);
  });

  it("says that it is busy when enough waits, and tells when to come again", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const answers = Array.from({ length: 4 }, (_, index) => queue.watch(new Work(String(index))));
    await settled();
    const refused = queue.watch(new Work("one too many"));
    await expect(refused).rejects.toMatchObject({ code: "origin-busy", status: 503, facts: { retryAfterSeconds: 2 } });
    for (const answer of answers) answer.catch(() => {});
    queue.stop();
  });

  it("looks ahead only while nobody waits, and puts it aside at once when somebody does", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [ahead, watched] = [new Work("ahead"), new Work("watched")];
    queue.lookAhead("lane", [ahead]);
    await settled();
    expect(ahead.started).toBe(true);
    const answer = queue.watch(watched);
    await settled();
    expect([watched.started, ahead.events]).toEqual([true, ["pause"]]);
    await watched.finish();
    await answer;
    expect(ahead.events).toEqual(["pause", "resume"]);
    expect(ahead.aborted).toBe(false);
  });

  it("goes on with looked-ahead work as watched when its viewer comes for it", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [ahead, watched] = [new Work("ahead"), new Work("watched")];
    queue.lookAhead("lane", [ahead]);
    const first = queue.watch(watched);
    const second = queue.watch(ahead);
    await settled();
    expect(ahead.runs).toBe(1);
    expect(ahead.events.at(-1)).toBe("resume");
    await ahead.finish();
    expect(await second).toMatchObject({ value: "made ahead", joined: true });
    await watched.finish();
    await first;
  });

  it("forgets what a lane looked ahead to when its viewer has moved", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [running, waiting, next] = [new Work("1"), new Work("2"), new Work("9")];
    queue.lookAhead("lane", [running, waiting]);
    await settled();
    queue.lookAhead("lane", [next]);
    await settled();
    expect([running.aborted, waiting.started, next.started]).toEqual([true, false, true]);
  });

  it("leaves other viewers' look-ahead alone, up to its bound", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const works = Array.from({ length: 8 }, (_, index) => new Work(String(index), { lane: `lane ${index}` }));
    for (const work of works) queue.lookAhead(work.lane, [work]);
    await settled();
    expect(queue.load).toEqual({ running: 1, waiting: LIMITS.ahead });
  });

  it("forgets what was looked ahead to for viewers who have left, unless another one waits in their lane", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [watched, next, other] = [new Work("a"), new Work("b"), new Work("c", { lane: "other" })];
    queue.lookAhead("lane", [next]);
    queue.lookAhead("other", [other]);
    const viewer = new AbortController();
    const answer = codeOf(queue.watch(watched, viewer.signal));
    queue.abandon("lane");
    expect(next.aborted).toBe(false);
    viewer.abort();
    expect(await answer).toBe("cancelled");
    queue.abandon("lane");
    await settled();
    expect([next.aborted, other.started]).toEqual([true, true]);
  });

  it("does idle work when nothing else is to be done, puts it aside for viewers, and keeps it for who ordered it", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [idle, later, ahead, watched] = ["idle", "later", "ahead", "watched"].map((key) => new Work(key)) as [
      ...[Work, Work, Work, Work],
    ];
    const order = queue.idle(idle);
    void queue.idle(later);
    queue.lookAhead("lane", [ahead]);
    const answer = queue.watch(watched);
    await settled();
    expect([idle.events, watched.started, later.started]).toEqual([["pause"], true, false]);
    queue.abandon("lane");
    queue.lookAhead("lane", [ahead]);
    await watched.finish();
    expect((await answer).value).toBe("made watched");
    expect(idle.events).toEqual(["pause", "resume"]);
    await idle.finish();
    expect((await order).value).toBe("made idle");
    expect([ahead.started, later.started]).toEqual([true, false]);
    await ahead.finish();
    expect(later.started).toBe(true);
  });

  it("does idle work as watched when a viewer comes for it", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [first, idle] = [new Work("first"), new Work("idle")];
    void queue.idle(first);
    const order = queue.idle(idle);
    const answer = queue.watch(idle);
    await settled();
    expect([first.events, idle.started]).toEqual([["pause"], true]);
    await idle.finish();
    expect([(await order).value, (await answer).value]).toEqual(["made idle", "made idle"]);
  });

  it("kills work when the last who waited has gone, and not before", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const work = new Work("a");
    const [one, two] = [new AbortController(), new AbortController()];
    const answers = [queue.watch(work, one.signal), queue.watch(work, two.signal)].map(codeOf);
    await settled();
    one.abort();
    await settled();
    expect(work.aborted).toBe(false);
    two.abort();
    expect(await Promise.all(answers)).toEqual(["cancelled", "cancelled"]);
    expect(work.aborted).toBe(true);
  });

  it("forgets waiting work whose client has gone", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [running, waiting] = [new Work("running"), new Work("waiting")];
    const first = queue.watch(running);
    const leaving = new AbortController();
    const second = codeOf(queue.watch(waiting, leaving.signal));
    leaving.abort();
    expect(await second).toBe("cancelled");
    await running.finish();
    await first;
    expect(waiting.started).toBe(false);
  });

  it("tells all who wait of a failure, and tries again for the next", async () => {
    const queue = new EncodeQueue<string>(LIMITS);
    const [broken, whole] = [new Work("a"), new Work("a")];
    const answers = [queue.watch(broken), queue.watch(broken)].map(codeOf);
    await settled();
    await broken.fail(new Problem("encode-failed", "no"));
    expect(await Promise.all(answers)).toEqual(["encode-failed", "encode-failed"]);
    const again = queue.watch(whole);
    await whole.finish();
    expect(await again).toMatchObject({ value: "made a", joined: false });
  });
});
