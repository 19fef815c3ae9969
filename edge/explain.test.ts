import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PARAMETER_LIST, spellParameter } from "#transformation";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url });
  const path = await newFilm(50_000);
  await (await sdkFor(edge.base)).upload(path, {
    public_id: "series/film",
    tags: ["sale"],
    context: { title: "Pilot" },
  });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const ADMIN = { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` };

interface Explanation {
  readonly canonical: string;
  readonly resolved: string;
  readonly parameters: readonly { key: string; value: string; from: string; step: string }[];
  readonly plan: {
    readonly output: string;
    readonly width: number;
    readonly duration: string;
    readonly negotiated: { readonly codecs: readonly string[]; readonly because: string };
    readonly renditions: readonly {
      id: string;
      offered: boolean;
      segments: number;
      made: readonly number[];
      estimate: { encode_seconds: number; bytes: number };
    }[];
  };
}

const ask = (path: string, headers: Record<string, string> = ADMIN): Promise<Response> =>
  edge.get(`${path}${path.includes("?") ? "&" : "?"}explain`, { headers });

async function explanation(path: string): Promise<Explanation> {
  const response = await ask(path);
  expect(response.status, path).toBe(200);
  return response.json() as Promise<Explanation>;
}

const pathOf = (transformation: string, extension = "m3u8"): string =>
  `/demo/video/upload/${transformation === "" ? "" : `${transformation}/`}series/film.${extension}`;

describe("?explain", () => {
  it("is for admins", async () => {
    expect((await ask(pathOf("sp_auto"), {})).status).toBe(401);
    expect((await ask(pathOf("sp_auto"), { authorization: "Basic bm90OnJpZ2h0" })).status).toBe(401);
  });

  it("says what is asked, parameter by parameter, and what is merely usual", async () => {
    const { parameters, canonical } = await explanation(pathOf("h_360,w_640,c_fill,g_center/q_auto:good,so_1.0"));
    expect(canonical).toBe("/demo/video/upload/c_fill,h_360,w_640/so_1/series/film.m3u8");
    expect(parameters.map(({ key, value, from, step }) => [step, key, value, from])).toEqual([
      ["1", "w", "640", "url"],
      ["1", "h", "360", "url"],
      ["1", "c", "fill", "url"],
      ["1", "g", "center", "usual"],
      ["2", "so", "1", "url"],
      ["2", "q", "auto", "usual"],
    ]);
  });

  it("decides expressions and conditions by the source and by what is kept beside it", async () => {
    const { resolved, parameters } = await explanation(
      pathOf("$w_iw_div_2/if_!sale!_in_tags_and_ctx:!title!_eq_!Pilot!/c_scale,w_$w/if_end"),
    );
    expect(resolved).toBe("/w_640");
    expect(parameters.find(({ key }) => key === "w")).toMatchObject({ value: "$w", from: "expression" });
  });

  it("lists the renditions, who is offered them and what they would cost", async () => {
    const { plan } = await explanation(pathOf("sp_auto"));
    expect(plan.output).toBe("m3u8");
    const audio = plan.renditions.find(({ id }) => id === "audio0-aac");
    expect(audio?.made).toEqual([]);
    expect(audio?.estimate.bytes).toBeGreaterThan(0);
    for (const { offered, segments, estimate } of plan.renditions.filter((rendition) => rendition.offered)) {
      expect(offered).toBe(true);
      expect(segments).toBeGreaterThan(0);
      expect(estimate.encode_seconds).toBeGreaterThan(0);
    }
    const { plan: narrow } = await explanation(`${pathOf("sp_auto")}?caps=h264`);
    expect(narrow.negotiated).toEqual({ codecs: ["h264"], because: "caps" });
    expect(narrow.renditions.filter(({ id, offered }) => offered && id.endsWith("-av1"))).toEqual([]);
  });

  it("tells which segments are there", async () => {
    const multivariant = await (await edge.get(pathOf("sp_auto"))).text();
    const playlist = multivariant.split("\n").find((line) => line.includes("360p-h264")) ?? "";
    expect((await edge.get(playlist.replace("playlist.m3u8", "1.m4s"))).status).toBe(200);
    const before = origin.jobs.length;
    const { plan } = await explanation(pathOf("sp_auto"));
    expect(plan.renditions.find(({ id }) => id === "360p-h264")?.made).toEqual([1]);
    expect(origin.jobs.length).toBe(before);
  });

  it("refuses what delivering would refuse, in the same words", async () => {
    const asked = await ask(pathOf("w_abc"));
    expect([asked.status, await asked.json()]).toEqual([400, await (await edge.get(pathOf("w_abc"))).json()]);
    expect((await ask("/demo/video/upload/series/nothing.m3u8")).status).toBe(404);
  });

  it("gives a canonical path that explains to itself, whatever the chain", async () => {
    // What a chain may always hold: nothing that leaves nothing, or that asks for another output.
    const served = PARAMETER_LIST.filter(({ key }) => !["so", "eo", "du", "vc", "ac", "f", "sp"].includes(key));
    const spelled = served.flatMap(({ key, examples }) =>
      examples.map((example) => ({ key, text: spellParameter(key, example) })),
    );
    const component = fc
      .uniqueArray(fc.constantFrom(...spelled), { selector: ({ key }) => key, minLength: 1, maxLength: 4 })
      .map((list) => list.map(({ text }) => text).join(","));
    await fc.assert(
      fc.asyncProperty(fc.array(component, { minLength: 1, maxLength: 3 }), async (components) => {
        const response = await ask(pathOf(components.join("/")));
        if (response.status !== 200) {
          expect(response.status, components.join("/")).toBe(400);
          return;
        }
        const { canonical, resolved } = (await response.json()) as Explanation;
        const again = await explanation(canonical);
        expect([again.canonical, again.resolved]).toEqual([canonical, resolved]);
      }),
      { numRuns: 60 },
    );
  });
});
