import { beforeEach, describe, expect, it } from "vitest";
import { parseRenditionUrl } from "#transformation";
import { knownVariants } from "./known-variants.ts";

const marks = new Set<string>();

/** A bucket that answers late. */
const bucket = {
  head: async (key: string) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return marks.has(key) ? {} : null;
  },
  put: async (key: string) => void marks.add(key),
} as unknown as R2Bucket;

const urlOf = (path: string) => parseRenditionUrl(`/demo/video/upload/${path}`);
const SEGMENT = "w_300/film/@0123456789abcdef.r1a/720p-av1/0.m4s";

describe("variants", () => {
  beforeEach(() => marks.clear());

  const open = () => {
    const variants = knownVariants(bucket);
    const asked: boolean[] = [];
    const come = (path: string) => variants.admit(urlOf(path), async (isNew) => void asked.push(isNew));
    return { variants, asked, come };
  };

  it("are new once, whichever segment comes first", async () => {
    const { asked, come } = open();
    for (const number of [3, 0, 3]) await come(SEGMENT.replace("/0.", `/${number}.`));
    expect(asked).toEqual([true, false, false]);
  });

  it("are new to one of many who come at the same time", async () => {
    const { asked, come } = open();
    await Promise.all(Array.from({ length: 20 }, (_, number) => come(SEGMENT.replace("/0.", `/${number}.`))));
    expect(asked.filter((isNew) => isNew)).toHaveLength(1);
    expect(asked).toHaveLength(20);
  });

  it("are known by whoever comes after, and by another recipe", async () => {
    await open().come(SEGMENT);
    const { asked, come } = open();
    await come(SEGMENT);
    await come(SEGMENT.replace("r1a", "r2b"));
    expect(asked).toEqual([false, false]);
  });

  it("are new again in any other codec, size, transformation, and version of the video", async () => {
    const { asked, come } = open();
    for (const [one, other] of [
      ["", ""],
      ["av1", "h264"],
      ["720p", "480p"],
      ["w_300", "w_301"],
      ["0123456789abcdef", "fedcba9876543210"],
    ])
      await come(SEGMENT.replace(one ?? "", other ?? ""));
    expect(asked).toEqual([true, true, true, true, true]);
  });

  it("stay new where they were refused, also to those who waited", async () => {
    const variants = knownVariants(bucket);
    const refused = () => variants.admit(urlOf(SEGMENT), async () => Promise.reject(new Error("refused")));
    const asked: boolean[] = [];
    const outcomes = await Promise.allSettled([
      refused(),
      variants.admit(urlOf(SEGMENT), async (isNew) => void asked.push(isNew)),
      refused(),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
    expect(asked).toEqual([true]);
  });

  it("lie where everything made of their source lies, to be deleted with it", async () => {
    await open().come(SEGMENT);
    expect([...marks]).toEqual([expect.stringMatching(/^0123456789abcdef\/variants\/[0-9a-f]{40}$/)]);
  });
});
