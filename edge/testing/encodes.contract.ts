/** What everything must do that makes an object once for all who ask for it. */

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RECIPE_NUMBER, type SegmentJob } from "#media";
import { formatRenditionUrl, Problem } from "#transformation";
import type { Spender } from "../budgets/spender.ts";
import type { Encodes } from "../encodes.ts";
import type { FakeOrigin } from "./fake-origin.ts";

export interface EncodesUnderTest {
  readonly encodes: Encodes;
  /** What lies at an address by now. */
  find(address: string): Promise<string | undefined>;
  /** Where the work is done. */
  readonly origin: FakeOrigin;
}

const VERSION = "0123456789abcdef";
const RECIPE = `r${RECIPE_NUMBER}test`;

let films = 0;

/** The address of a segment that no other test asks for. */
const newAddress = (number = 0): string =>
  `http://edge.example${formatRenditionUrl({
    cloud: "demo",
    deliveryType: "upload",
    publicId: `film-${++films}`,
    transformation: [],
    sourceVersion: VERSION,
    recipe: RECIPE,
    rendition: "720p-av1",
    file: { kind: "segment", number },
  })}`;

const requestFor = (address: string) => ({ job: { kind: "segment", key: address, recipe: RECIPE } as SegmentJob });

export function describeEncodesContract(adapter: string, open: () => Promise<EncodesUnderTest>): void {
  describe(`encodes (${adapter})`, () => {
    let encodes: Encodes;
    let origin: FakeOrigin;
    let find: EncodesUnderTest["find"];

    beforeAll(async () => {
      ({ encodes, origin, find } = await open());
    });

    beforeEach(() => {
      origin.jobs.length = 0;
      origin.aborted = 0;
      origin.answer = undefined;
      origin.delayMilliseconds = 0;
    });

    const make = (
      address: string,
      {
        version = VERSION,
        signal = new AbortController().signal,
        spender,
      }: { version?: string; signal?: AbortSignal; spender?: Spender } = {},
    ) => encodes.make(version, address, requestFor(address), spender, signal);
    const codeOf = (made: Promise<unknown>): Promise<unknown> =>
      made.then(
        () => "made",
        (error: unknown) => (error instanceof Problem ? error.code : error),
      );
    const refuseWith = (status: number, problem: Record<string, unknown>): void => {
      origin.answer = (_, response) => response.writeHead(status).end(JSON.stringify(problem));
    };

    it("answer when the object can be found, and tell what it has cost", async () => {
      const address = newAddress();
      expect(await make(address)).toEqual({ tier: "encoded", queueMilliseconds: 1.5, encodeMilliseconds: 250 });
      expect(await find(address)).toContain(address);
    });

    it("make an object once for all who ask at the same time, and say who caused it", async () => {
      const address = newAddress();
      origin.delayMilliseconds = 300;
      const reports = await Promise.all(Array.from({ length: 50 }, () => make(address)));
      expect(reports.filter(({ tier }) => tier === "encoded")).toHaveLength(1);
      expect(reports.filter(({ tier }) => tier === "joined")).toHaveLength(49);
      expect(origin.jobs).toHaveLength(1);
    });

    it("make nothing again for one who looked for it just before it was there", async () => {
      const address = newAddress();
      await make(address);
      expect(await make(address)).toMatchObject({ tier: "joined" });
      expect(origin.jobs).toHaveLength(1);
    });

    it("make different objects side by side, of one source and of several", async () => {
      origin.delayMilliseconds = 300;
      const [one, two, other] = [newAddress(1), newAddress(2), newAddress(1)];
      const reports = await Promise.all([make(one), make(two), make(other, { version: "fedcba9876543210" })]);
      expect(reports.map(({ tier }) => tier)).toEqual(["encoded", "encoded", "encoded"]);
      expect(origin.jobs).toHaveLength(3);
      for (const address of [one, two, other]) expect(await find(address)).toContain(address);
    });

    it("tell all who wait of the same refusal, keep nothing, and try again for the next", async () => {
      const address = newAddress();
      origin.delayMilliseconds = 300;
      refuseWith(503, { code: "origin-busy", detail: "busy", retryAfterSeconds: 2 });
      const waiting = Array.from({ length: 5 }, () => make(address));
      expect(await Promise.all(waiting.map(codeOf))).toEqual(Array.from({ length: 5 }, () => "origin-busy"));
      await expect(waiting[0]).rejects.toMatchObject({ facts: { retryAfterSeconds: 2 } });
      expect(await find(address)).toBeUndefined();
      origin.answer = undefined;
      expect(await make(address)).toMatchObject({ tier: "encoded" });
    });

    it("keep nothing of what was cut off on its way", async () => {
      const address = newAddress();
      origin.answer = (_, response) => response.writeHead(200, { "repr-digest": "sha-256=:AAAA:" }).end("half");
      expect(await codeOf(make(address))).toBe("origin-unreachable");
      expect(await find(address)).toBeUndefined();
    });

    it("go on for those who wait when others leave, and end when all have left", async () => {
      const address = newAddress();
      origin.delayMilliseconds = 9000;
      const [one, two] = [new AbortController(), new AbortController()];
      const gone = [make(address, one), make(address, two)].map((made) => made.catch(() => "gone"));
      await expect.poll(() => origin.jobs.length).toBe(1);
      one.abort();
      expect(await gone[0]).toBe("gone");
      // Longer than the grace for a viewer who reloads.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(origin.aborted).toBe(0);
      two.abort();
      await expect.poll(() => origin.aborted, { timeout: 7000 }).toBe(1);
      expect(await find(address)).toBeUndefined();
    });
  });
}
