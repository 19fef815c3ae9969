/**
 * What every origin must do for the edge. The one that encodes nothing is held to it too: tests that it answers would
 * prove nothing otherwise.
 */

import { createHash } from "node:crypto";
import { SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import {
  audioRenditions,
  type DeliveryPlan,
  fullRenditions,
  initJob,
  type JobContext,
  type JobSource,
  planDelivery,
  type Rendition,
  type SegmentJob,
  segmentJob,
  wholeJob,
} from "#media";
import { type OriginClient, originClient } from "../origin-client.ts";

export interface OriginUnderTest {
  readonly url: string;
  readonly secret: string;
  /** A film of one segment at least, with picture and sound. */
  readonly source: Omit<JobSource, "container">;
}

const clock = () => Date.now() / 1000;

export function describeOriginContract(adapter: string, open: () => Promise<OriginUnderTest>): void {
  describe(`an origin (${adapter})`, () => {
    let origin: OriginUnderTest;
    let client: OriginClient;
    let plan: DeliveryPlan;
    let recipe: string;

    const clientWith = (facts: Partial<OriginUnderTest>, now = clock): OriginClient => {
      const { url, secret } = { ...origin, ...facts };
      return originClient({ originUrl: url, originSecret: secret }, now);
    };

    beforeAll(async () => {
      origin = await open();
      client = clientWith({});
      ({ recipe } = await client.build());
      const digest = `sha-256:${origin.source.version}`;
      plan = planDelivery([], { ...origin.source, digest, ...(await client.probe(origin.source)) });
    });

    const contextOf = (key: string): JobContext => ({
      recipe,
      key,
      source: { ...origin.source, container: plan.source.container },
    });

    function segmentOf(rendition: Rendition | undefined, key: string): SegmentJob {
      const job = rendition && segmentJob(plan, rendition, 0, contextOf(key));
      if (!job) throw new Error("the film has no such segment");
      return job;
    }
    const picture = (key: string) => segmentOf(fullRenditions(plan)[0], key);
    const sound = (key: string) => segmentOf(audioRenditions(plan)[0], key);

    it("says that it is well, to anybody", async () => {
      expect(await client.isHealthy()).toBe(true);
      expect(await clientWith({ url: "http://127.0.0.1:9" }).isHealthy()).toBe(false);
    });

    it("says what it encodes by and how fast it is", async () => {
      const build = await client.build();
      expect(build.recipe).toMatch(/^r\d+[a-z0-9]{1,12}$/);
      expect(build.speeds.h264?.secondsPerMegapixel).toBeGreaterThan(0);
      expect(build.decodeSecondsPerMegapixel).toBeGreaterThan(0);
    });

    it("finds of a source what can be made of it, the same every time", async () => {
      const [one, two] = [await client.probe(origin.source), await client.probe(origin.source)];
      expect(one).toEqual(two);
      expect(plan.grid.frames).toBeGreaterThan(0);
      expect(plan.wantsSound && one.audio.length).toBe(1);
    });

    it("makes picture, sound, their beginnings and stills, and says what they are", async () => {
      const init = initJob(plan, fullRenditions(plan)[0] as Rendition, contextOf("/init"));
      const jobs = [picture("/picture"), sound("/sound"), init, wholeJob(plan, "jpg", contextOf("/still"))];
      const made = [];
      for (const job of jobs) if (job) made.push(await client.make({ job }));
      expect(made.map(({ mediaType }) => mediaType)).toEqual(["video/mp4", "audio/mp4", "video/mp4", "image/jpeg"]);
      for (const { bytes, encodeMilliseconds, queueMilliseconds } of made) {
        expect(bytes.length).toBeGreaterThan(20);
        expect(encodeMilliseconds).toBeGreaterThanOrEqual(0);
        expect(queueMilliseconds).toBeGreaterThanOrEqual(0);
      }
    });

    it("makes the same bytes of the same job", async () => {
      const [one, two] = [await client.make({ job: sound("/again") }), await client.make({ job: sound("/again") })];
      expect(Buffer.from(one.bytes).equals(two.bytes)).toBe(true);
    });

    it("takes jobs with others to look ahead to", async () => {
      const ahead = [sound("/ahead/1"), sound("/ahead/2")];
      expect((await client.make({ job: sound("/ahead/0"), lookAhead: ahead })).bytes.length).toBeGreaterThan(20);
    });

    it("refuses a job for another recipe", async () => {
      const job = { ...sound("/recipe"), recipe: "r0other" };
      await expect(client.make({ job })).rejects.toMatchObject({ code: "recipe-mismatch", status: 409 });
    });

    it("obeys no stranger, and no job that is old", async () => {
      const stranger = clientWith({ secret: "another-secret-of-thirty-two-characters" });
      const late = clientWith({}, () => clock() - 600);
      // No viewer is at fault, and none is told that anything is wrong with what they brought.
      const refused = { code: "origin-unreachable", status: 503, facts: { retryAfterSeconds: 30 } };
      await expect(stranger.build()).rejects.toMatchObject(refused);
      await expect(stranger.make({ job: sound("/stranger") })).rejects.toMatchObject(refused);
      await expect(late.build()).rejects.toMatchObject(refused);
    });

    it.each([
      ["25 seconds late", -25, true],
      ["25 seconds early", 25, true],
      ["two minutes late, when its jobs have ended before they come", -120, false],
      ["two minutes early", 120, false],
    ])("obeys an edge whose clock is a little wrong, and none beyond: %s", async (_, seconds, isObeyed) => {
      const build = clientWith({}, () => clock() + seconds).build();
      await (isObeyed
        ? expect(build).resolves.toHaveProperty("recipe")
        : expect(build).rejects.toMatchObject({ code: "origin-unreachable" }));
    });

    /** A job as it goes over the wire, signed for a body. */
    async function post(body: string, signedBody = body): Promise<Response> {
      const token = await new SignJWT({ body: createHash("sha256").update(signedBody).digest("base64url") })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience("edgereel-origin")
        .setIssuedAt()
        .setExpirationTime("1m")
        .sign(new TextEncoder().encode(origin.secret));
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      return fetch(`${origin.url}/jobs`, { method: "POST", headers, body });
    }

    it("obeys no job that was changed on its way", async () => {
      const [body, changed] = ["/signed", "/changed"].map((key) => JSON.stringify({ job: sound(key) }));
      expect((await post(changed ?? "", body)).status).toBe(401);
      expect((await post(body ?? "")).status).toBe(200);
    });

    it("lets whoever asks see whether all of its answer has come, and what it has cost", async () => {
      const response = await post(JSON.stringify({ job: sound("/whole") }));
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(response.headers.get("content-length")).toBe(String(bytes.length));
      expect(response.headers.get("repr-digest")).toBe(
        `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`,
      );
      expect(response.headers.get("server-timing")).toMatch(
        /^origin;desc=\w+, queue;dur=\d+\.\d+, encode;dur=\d+\.\d+$/,
      );
    });

    it("is told from one that does not answer", async () => {
      await expect(clientWith({ url: "http://127.0.0.1:9" }).make({ job: sound("/nowhere") })).rejects.toMatchObject({
        code: "origin-unreachable",
        facts: { retryAfterSeconds: 2 },
      });
    });
  });
}
