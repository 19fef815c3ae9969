import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Pausable, run } from "./run.ts";

const LIMITS = { wallSeconds: 10, outputBytes: 1 << 20 };

describe("running ffmpeg", () => {
  it("answers what it wrote, and how it ended", async () => {
    expect(await run({ path: "sh" }, ["-c", "printf abc; printf oops >&2; exit 3"], LIMITS)).toEqual({
      output: Buffer.from("abc"),
      complaints: "oops",
      exitCode: 3,
    });
  });

  it("ends it when it takes too long", async () => {
    const startedAt = performance.now();
    await expect(run({ path: "sleep" }, ["30"], { ...LIMITS, wallSeconds: 0.3 })).rejects.toMatchObject({
      code: "encode-failed",
    });
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it("ends it when it writes too much", async () => {
    await expect(run({ path: "yes" }, [], LIMITS)).rejects.toMatchObject({ code: "encode-failed" });
  });

  it("ends it when nobody waits any more, stopped or not", async () => {
    for (const paused of [false, true]) {
      const leaving = new AbortController();
      const running = run({ path: "sleep" }, ["30"], {
        ...LIMITS,
        signal: leaving.signal,
        onStart: (process) => {
          if (paused) process.pause();
        },
      });
      setTimeout(() => leaving.abort(), 100);
      await expect(running).rejects.toMatchObject({ code: "cancelled" });
    }
  });

  it("does not count the time for which it was put aside", async () => {
    let process: Pausable | undefined;
    const running = run({ path: "sleep" }, ["0.4"], {
      ...LIMITS,
      wallSeconds: 1,
      onStart: (started) => {
        process = started;
      },
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    process?.pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    process?.resume();
    expect((await running).exitCode).toBe(0);
  });

  it("hands it nothing of our environment", async () => {
    process.env["EDGEREEL_TEST_SECRET"] = "secret";
    const { output } = await run({ path: "env" }, [], LIMITS);
    expect(output.toString()).not.toContain("secret");
  });

  it.runIf(process.platform === "linux")("bounds its memory", async () => {
    const { output } = await run({ path: "sh" }, ["-c", "cat /proc/self/limits"], LIMITS);
    expect(/Max address space\s+(\S+)/.exec(output.toString())?.[1]).not.toBe("unlimited");
    expect(readFileSync("/proc/self/limits", "utf8")).toMatch(/Max address space\s+unlimited/);
  });

  it.runIf(process.getuid?.() === 0)("runs it as another user, who is in no group of ours", async () => {
    const { output } = await run({ path: "id", userId: 65_534 }, [], LIMITS);
    expect(output.toString()).toMatch(/^uid=65534\S* gid=65534\S* groups=65534\S*$/m);
  });

  it("says that a program is missing", async () => {
    await expect(
      run({ path: "no-such-program-here" }, [], LIMITS).then(({ exitCode }) =>
        exitCode === 0 ? "ran" : Promise.reject(new Error("no")),
      ),
    ).rejects.toThrow();
  });
});
