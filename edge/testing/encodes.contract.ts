/** What everything must do that makes an object once for all who ask for it. */

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GlanceJob, RECIPE_NUMBER, type SegmentJob } from "#media";
import { formatRenditionUrl, Problem } from "#transformation";
import type { Allowed } from "../budgets/encode-budget.ts";
import type { Spender } from "../budgets/spender.ts";
import type { Encodes } from "../encodes.ts";
import { type FakeOrigin, GLANCE } from "./fake-origin.ts";

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

/** Four seconds at 25 frames a second. */
const EXPECTED = { timescale: 25, expected: { firstTick: 0, samples: 100, sampleTicks: 1 } };

const requestFor = (address: string) => ({
  job: { kind: "segment", media: "video", key: address, recipe: RECIPE, ...EXPECTED } as SegmentJob,
});

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
    ) => encodes.make({ sourceVersion: version, address, request: requestFor(address), spender }, signal);
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

    const look = (version: string, spender?: Spender) =>
      encodes.look({
        sourceVersion: version,
        job: { kind: "glance", key: `glance/${version}`, recipe: RECIPE } as GlanceJob,
        spender,
      });

    it("look at a source once for all who ask meanwhile, and keep nothing of it", async () => {
      origin.delayMilliseconds = 300;
      const [one, other] = ["aaaa0000aaaa0000", "bbbb0000bbbb0000"];
      const glances = await Promise.all([...Array.from({ length: 9 }, () => look(one)), look(other)]);
      expect(glances).toEqual(Array.from({ length: 10 }, () => GLANCE));
      expect(origin.jobs).toHaveLength(2);
      await look(one);
      expect(origin.jobs).toHaveLength(3);
    });

    it("tell all who wait for a look of the same refusal, and look again for the next", async () => {
      const version = "cccc0000cccc0000";
      origin.delayMilliseconds = 300;
      refuseWith(502, { code: "encode-failed", detail: "broken" });
      expect(await Promise.all([codeOf(look(version)), codeOf(look(version))])).toEqual([
        "encode-failed",
        "encode-failed",
      ]);
      origin.answer = undefined;
      expect(await look(version)).toEqual(GLANCE);
    });

    describe("on a budget", () => {
      let clouds = 0;
      /** What was kept free is given back after the answer. */
      const PATIENCE = { timeout: 10_000, interval: 100 };
      /** A cloud that nobody has spent anything of, and a viewer with a token there. */
      const viewer = (allowed: Allowed, token?: Allowed, cloud = `cloud-${++clouds}`): Spender => ({
        ...{ cloud, allowed },
        ...(token && { token: { id: `hash ${++clouds}`, allowed: token } }),
      });
      const outcome = (address: string, spender: Spender) =>
        make(address, { spender }).then(
          ({ tier }) => tier,
          (error: unknown) => (error instanceof Problem ? `${error.code}: ${error.facts.parameter}` : error),
        );

      it("make what there is room for, and ask the origin for nothing else", async () => {
        const spender = viewer({ newVariants: 1 });
        expect([await outcome(newAddress(), spender), await outcome(newAddress(), spender)]).toEqual([
          "encoded",
          "budget-spent: new_variants",
        ]);
        expect(origin.jobs).toHaveLength(1);
      });

      it("look at what there is room for, each viewer on their own account, and whoever joins for nothing", async () => {
        const version = "dddd0000dddd0000";
        origin.delayMilliseconds = 300;
        const broke = () => viewer({}, { encodeSeconds: 0 }, "looking");
        const outcomes = await Promise.all(
          [broke(), viewer({}, {}, "looking"), broke()].map((spender) => codeOf(look(version, spender))),
        );
        expect(outcomes[1]).toBe("made");
        expect(origin.jobs).toHaveLength(1);
        // A look keeps five seconds free, and takes a quarter of one.
        const spender = viewer({ encodeSeconds: 5.3 });
        expect(await codeOf(look(version, spender))).toBe("made");
        await expect.poll(() => codeOf(look(version, spender)), PATIENCE).toBe("made");
        await expect.poll(() => codeOf(look(version, spender)), PATIENCE).toBe("budget-spent");
      });

      it("tell when to come again", async () => {
        const spender = viewer({ newVariants: 2 });
        for (const _ of [1, 2]) await make(newAddress(), { spender });
        const { facts } = (await make(newAddress(), { spender }).catch((error: unknown) => error)) as Problem;
        expect(facts.retryAfterSeconds).toBeGreaterThan(1700);
        expect(facts.retryAfterSeconds).toBeLessThanOrEqual(1800);
      });

      it("charge what an encode has cost, not what was kept free for it", async () => {
        // A segment keeps its four seconds free, and takes a quarter of one.
        const spender = viewer({ encodeSeconds: 4.4 });
        expect(await outcome(newAddress(), spender)).toBe("encoded");
        await expect.poll(() => outcome(newAddress(), spender), PATIENCE).toBe("encoded");
        await expect.poll(() => outcome(newAddress(), spender), PATIENCE).toBe("budget-spent: encode_seconds");
      });

      it("let no crowd begin more than there is room for", async () => {
        const spender = viewer({ encodeSeconds: 12 });
        origin.delayMilliseconds = 300;
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(newAddress(), spender)));
        expect(outcomes.filter((one) => one === "encoded")).toHaveLength(3);
        expect(outcomes.filter((one) => one === "budget-spent: encode_seconds")).toHaveLength(5);
      });

      it("charge for an object once, whoever else waits for it", async () => {
        const [address, spender] = [newAddress(), viewer({ newVariants: 1, encodeSeconds: 5 })];
        origin.delayMilliseconds = 300;
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(address, spender)));
        expect(outcomes.sort()).toEqual(["encoded", ...Array.from({ length: 7 }, () => "joined")]);
      });

      it("let one viewer join what another may cause, and nobody wait in vain with one who may not", async () => {
        const address = newAddress();
        origin.delayMilliseconds = 300;
        const broke = () => viewer({}, { encodeSeconds: 0 }, "shared");
        const first = outcome(address, broke());
        const outcomes = await Promise.all([
          first,
          outcome(address, viewer({}, {}, "shared")),
          outcome(address, broke()),
        ]);
        expect(outcomes[1]).toMatch(/encoded|joined/);
        expect(origin.jobs).toHaveLength(1);
        // Whoever comes while it is being made has it for nothing.
        const running = newAddress();
        const paid = outcome(running, viewer({}, { encodeSeconds: 100 }));
        await expect.poll(() => origin.jobs.length, PATIENCE).toBe(2);
        expect([await outcome(running, broke()), await paid]).toEqual(["joined", "encoded"]);
      });

      it("are of the cloud and of each token", async () => {
        const cloud = `cloud-${++clouds}`;
        const [one, two] = [
          viewer({ newVariants: 3 }, { newVariants: 1 }, cloud),
          viewer({ newVariants: 3 }, {}, cloud),
        ];
        expect(await outcome(newAddress(), one)).toBe("encoded");
        await expect(make(newAddress(), { spender: one })).rejects.toThrow(
          "The playback token has no new variants left",
        );
        for (const _ of [2, 3]) expect(await outcome(newAddress(), two)).toBe("encoded");
        await expect(make(newAddress(), { spender: two })).rejects.toThrow("This cloud has no new variants left");
      });

      it("charge for what fails, as far as it went", async () => {
        const spender = viewer({ encodeSeconds: 4.4 });
        refuseWith(502, { code: "encode-failed", detail: "broken" });
        expect(await outcome(newAddress(), spender)).toMatch("encode-failed");
        origin.answer = undefined;
        await expect.poll(() => outcome(newAddress(), spender), PATIENCE).toBe("encoded");
      });
    });
  });
}
