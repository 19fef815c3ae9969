/**
 * Decides what is encoded when: one encode a key however many wait for it, watched before looked-ahead before idle, a
 * bounded number at once, and nothing that nobody waits for.
 */

import { Problem } from "#transformation";
import type { Pausable } from "./ffmpeg/run.ts";

/** `heavy` occupies an encoder; `light` (sound, init sections, stills' first bytes) must not wait behind one. */
export type Weight = "heavy" | "light";

export interface Task<T> {
  /** Equal keys are equal work. */
  readonly key: string;
  readonly weight: Weight;
  /** Work of one viewer's stream: its look-ahead is replaced as the viewer moves. */
  readonly lane: string;
  run(control: TaskControl): Promise<T>;
}

export interface TaskControl {
  readonly signal: AbortSignal;
  /** Hands over the process, so that it can be put aside. */
  readonly onStart: (process: Pausable) => void;
}

export interface Answer<T> {
  readonly value: T;
  /** Seconds between asking and the start of the work; 0 where it was done or under way already. */
  readonly queuedSeconds: number;
  readonly joined: boolean;
}

interface Entry<T> {
  readonly task: Task<T>;
  readonly abort: AbortController;
  readonly result: Promise<T>;
  readonly settle: { resolve(value: T): void; reject(error: unknown): void };
  startedAt: number | undefined;
  waiting: number;
  watched: boolean;
  process: Pausable | undefined;
  paused: boolean;
}

export interface QueueLimits {
  readonly heavy: number;
  readonly light: number;
  /** Watched work that may wait; beyond it the origin says that it is busy. */
  readonly waiting: number;
  /** Look-ahead that may wait; the oldest is dropped. */
  readonly ahead: number;
}

export class EncodeQueue<T> {
  readonly #limits: QueueLimits;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /**
   * Work that somebody waits for.
   * @throws Problem `origin-busy` where too much waits already, `cancelled` when `signal` fires
   */
  watch(task: Task<T>, signal?: AbortSignal): Promise<Answer<T>> {
    return this.#await(task, true, signal);
  }

  /**
   * Work that is done when there is nothing else to do, and put aside for whatever comes; as watched, if a viewer comes
   * for it.
   * @throws Problem as `watch`
   */
  idle(task: Task<T>, signal?: AbortSignal): Promise<Answer<T>> {
    return this.#await(task, false, signal);
  }

  async #await(task: Task<T>, watched: boolean, signal: AbortSignal | undefined): Promise<Answer<T>> {
    const askedAt = performance.now();
    const known = this.#entries.get(task.key);
    if (!known && this.#waiting(task.weight, watched) >= this.#limits.waiting) throw busy();
    const entry = known ?? this.#enter(task, watched);
    const joined = known !== undefined;
    entry.watched ||= watched;
    entry.waiting++;
    const leave = (): void => {
      entry.waiting--;
      if (entry.waiting > 0) return;
      this.#drop(entry);
      this.#schedule();
    };
    const left = new Promise<never>((_, reject) => {
      const abandon = (): void => reject(new Problem("cancelled", "The client has gone."));
      if (signal?.aborted) abandon();
      signal?.addEventListener("abort", abandon, { once: true });
    });
    left.catch(() => {});
    this.#schedule();
    try {
      const value = await Promise.race([entry.result, left]);
      return { value, joined, queuedSeconds: Math.max(0, ((entry.startedAt ?? askedAt) - askedAt) / 1000) };
    } finally {
      leave();
    }
  }

  /** Work that a viewer of this lane will probably ask for next; replaces what the lane looked ahead before. */
  lookAhead(lane: string, tasks: readonly Task<T>[]): void {
    const wanted = new Set(tasks.map((task) => task.key));
    for (const entry of this.#ahead()) {
      if (entry.task.lane === lane && !wanted.has(entry.task.key)) this.#drop(entry);
    }
    for (const task of tasks) if (!this.#entries.has(task.key)) this.#enter(task, false);
    for (const surplus of this.#ahead()
      .filter((entry) => entry.startedAt === undefined)
      .slice(0, -this.#limits.ahead))
      this.#drop(surplus);
    this.#schedule();
  }

  /** Whoever a lane looked ahead for has gone; nothing of it goes on unless another viewer waits there. */
  abandon(lane: string): void {
    if ([...this.#entries.values()].some(({ task, watched }) => watched && task.lane === lane)) return;
    for (const entry of this.#ahead()) if (entry.task.lane === lane) this.#drop(entry);
    this.#schedule();
  }

  /** Ends everything. */
  stop(): void {
    for (const entry of this.#entries.values()) entry.abort.abort();
    this.#entries.clear();
  }

  /** What is under way and what waits, for health and tests. */
  get load(): { running: number; waiting: number } {
    const entries = [...this.#entries.values()];
    const running = entries.filter((entry) => entry.startedAt !== undefined).length;
    return { running, waiting: entries.length - running };
  }

  #enter(task: Task<T>, watched: boolean): Entry<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    promise.catch(() => {});
    const entry: Entry<T> = {
      task,
      watched,
      result: promise,
      settle: { resolve, reject },
      abort: new AbortController(),
      startedAt: undefined,
      waiting: 0,
      process: undefined,
      paused: false,
    };
    this.#entries.set(task.key, entry);
    return entry;
  }

  /** What nobody has asked for yet. */
  #ahead(): Entry<T>[] {
    return [...this.#entries.values()].filter((entry) => !entry.watched && entry.waiting === 0);
  }

  #waiting(weight: Weight, watched: boolean): number {
    return [...this.#entries.values()].filter(
      (entry) =>
        entry.watched === watched && entry.waiting > 0 && entry.startedAt === undefined && entry.task.weight === weight,
    ).length;
  }

  /** Nobody waits: what has not begun is forgotten, what runs is killed. */
  #drop(entry: Entry<T>): void {
    if (this.#entries.get(entry.task.key) !== entry) return;
    this.#entries.delete(entry.task.key);
    // A stopped process must run to hear that it is killed.
    if (entry.paused) entry.process?.resume();
    entry.abort.abort();
    entry.settle.reject(new Problem("cancelled", "Nobody waits for this encode any more."));
  }

  #running(weight: Weight): Entry<T>[] {
    return [...this.#entries.values()].filter((entry) => entry.startedAt !== undefined && entry.task.weight === weight);
  }

  #schedule(): void {
    for (const weight of ["light", "heavy"] as const) this.#scheduleWeight(weight);
  }

  #scheduleWeight(weight: Weight): void {
    const waiting = [...this.#entries.values()].filter(
      (entry) => entry.startedAt === undefined && entry.task.weight === weight,
    );
    for (const entry of waiting.filter((candidate) => candidate.watched)) {
      if (this.#running(weight).filter((running) => running.watched).length < this.#limits[weight]) this.#start(entry);
    }
    // All else stands still while anything of its weight is watched, and goes on where it was.
    const busyWatching = this.#running(weight).some((entry) => entry.watched);
    for (const entry of this.#running(weight)) this.#setPaused(entry, !entry.watched && busyWatching);
    const unwatched = waiting.filter((candidate) => !candidate.watched);
    // What somebody looks ahead to before what is idle.
    for (const entry of unwatched.toSorted((a, b) => a.waiting - b.waiting)) {
      if (!busyWatching && this.#running(weight).length < this.#limits[weight]) this.#start(entry);
    }
  }

  #setPaused(entry: Entry<T>, paused: boolean): void {
    if (entry.paused === paused) return;
    entry.paused = paused;
    if (paused) entry.process?.pause();
    else entry.process?.resume();
  }

  #start(entry: Entry<T>): void {
    entry.startedAt = performance.now();
    const control: TaskControl = {
      signal: entry.abort.signal,
      onStart: (process) => {
        entry.process = process;
        if (entry.paused) process.pause();
      },
    };
    entry.task
      .run(control)
      .then(entry.settle.resolve, entry.settle.reject)
      .finally(() => {
        if (this.#entries.get(entry.task.key) === entry) this.#entries.delete(entry.task.key);
        this.#schedule();
      });
  }
}

const busy = (): Problem =>
  new Problem("origin-busy", "All encoders are busy and enough requests wait already.", { retryAfterSeconds: 2 });
