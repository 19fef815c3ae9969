import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { waitFor } from "./patience.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A wait for work of some seconds, beside an origin that is asked how it is; what came of it, and after how long. */
async function outcome(workSeconds: number, signs: readonly boolean[]) {
  let asked = 0;
  let seconds = 0;
  const working = waitFor(
    (signal) =>
      new Promise<string>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        setTimeout(() => resolve("made"), workSeconds * 1000);
      }),
    { milliseconds: 60_000, isAlive: async () => signs[asked++] ?? true },
  ).catch((error: Error) => error.name);
  let isOver = false;
  const result = working.finally(() => {
    isOver = true;
  });
  for (; !isOver; seconds++) await vi.advanceTimersByTimeAsync(1000);
  return { result: await result, seconds, asked };
}

describe("whoever waits for an encode", () => {
  it("asks nothing while it takes as long as most do", async () => {
    expect(await outcome(3, [])).toEqual({ result: "made", seconds: 3, asked: 0 });
  });

  it("goes on waiting while the origin shows that it lives, and stops asking when it has answered", async () => {
    expect(await outcome(30, [])).toEqual({ result: "made", seconds: 30, asked: 7 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("bears one sign that does not come, and no second one in a row", async () => {
    expect(await outcome(30, [false, true, false, true])).toMatchObject({ result: "made" });
    expect(await outcome(30, [true, false, false])).toMatchObject({ result: "TimeoutError", seconds: 12 });
  });
});
