import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTransformation, Problem, parseTransformation } from "#transformation";
import { NOTHING_KEPT } from "./instantiate.ts";
import { formatLut, parseLut } from "./lut.ts";
import { planDelivery } from "./plan.ts";
import { sourceFacts } from "./testing/sources.ts";

/** What colours become, step by step of each channel, red fastest. */
const CUBE = `# made by hand
TITLE "swap"
LUT_3D_SIZE 2
DOMAIN_MIN 0.0 0.0 0.0
DOMAIN_MAX 1.0 1.0 1.0

0 0 0
0 0 1
0 1 0
0 1 1
1 0 0
1 0 1
1 1 0
1 1 1
`;

/** The same, blue fastest, in ten bits. */
const THREE_DL = `3DMESH
Mesh 1 10
0 1023
0 0 0
1023 0 0
0 1023 0
1023 1023 0
0 0 1023
1023 0 1023
0 1023 1023
1023 1023 1023
`;

describe("a look-up table", () => {
  it("says the same as .cube and as .3dl", () => {
    const cube = parseLut(CUBE, "cube");
    expect(cube.size).toBe(2);
    // Red becomes blue.
    expect(cube.colours[1]).toEqual([0, 0, 1]);
    expect(parseLut(THREE_DL, "3dl")).toEqual(cube);
  });

  it("is written so that it reads the same", () => {
    const level = fc.integer({ min: 0, max: 1_000_000 }).map((millionths) => millionths / 1_000_000);
    const lut = fc.integer({ min: 2, max: 5 }).chain((size) =>
      fc.array(fc.tuple(level, level, level), { minLength: size ** 3, maxLength: size ** 3 }).map((colours) => ({
        size,
        colours,
      })),
    );
    fc.assert(
      fc.property(lut, (given) => {
        expect(parseLut(formatLut(given), "cube")).toEqual(given);
      }),
    );
  });

  it.each([
    ["of one dimension", "LUT_1D_SIZE 2\n0 0 0\n1 1 1", "cube", /Line 1: LUT_1D_SIZE/],
    ["of another domain", "LUT_3D_SIZE 2\nDOMAIN_MAX 4 4 4", "cube", /Line 2: DOMAIN_MAX/],
    ["that says what nobody knows", "LUT_3D_SIZE 2\nconstructor 1", "cube", /Line 2 holds no colour/],
    ["with a colour too few", CUBE.replace("1 1 1\n", ""), "cube", /8 colours; this one has 7/],
    ["with half a colour", CUBE.replace("1 0 1", "1 0"), "cube", /Line 12 holds no colour/],
    ["that is too large", "LUT_3D_SIZE 200", "cube", /2 to 65/],
    ["without a size", "0 0 0", "cube", /2 to 65/],
    ["that is none", "<html>", "3dl", /2 to 65/],
    ["of 17 bits", THREE_DL.replaceAll("1023 0 0", "70000 0 0"), "3dl", /16 bits/],
    ["of another kind", CUBE, "webvtt", /\.cube or a \.3dl/],
  ])("%s is refused", (_, text, container, message) => {
    expect(() => parseLut(text, container)).toThrow(
      expect.objectContaining({ code: "invalid-lut", message: expect.stringMatching(message) }),
    );
  });

  it("is read or refused, whatever it is", () => {
    const lines = fc.array(
      fc.constantFrom("LUT_3D_SIZE 2", "0 0 0", "1e9 -1 .5", "TITLE x", "# c", "Mesh 3 12", "0 1 2 3"),
    );
    fc.assert(
      fc.property(lines, fc.constantFrom("cube", "3dl"), (given, container) => {
        try {
          parseLut(given.join("\n"), container);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
    );
  });
});

describe("a layer that is a look-up table", () => {
  const layer = (container: string) => ({
    publicId: "looks/warm.cube",
    resourceType: "raw" as const,
    source: sourceFacts({ version: "00000000000000bb", container, soundOnly: true, silent: true }),
  });
  const planned = (chain: string, container = "cube") =>
    planDelivery(parseTransformation(chain), sourceFacts(), { ...NOTHING_KEPT, layers: [layer(container)] });

  it("is a filter that names the table's version, as the picture's key does", () => {
    const { canvas, keys } = planned("l_lut:looks:warm.cube/fl_layer_apply");
    const tables = canvas?.steps.flatMap(({ filters }) => filters.flatMap(({ table }) => table ?? []));
    expect(tables).toEqual(["00000000000000bb"]);
    expect(formatTransformation(keys.picture)).toBe("l_lut:looks:warm.cube:@00000000000000bb/fl_layer_apply");
    expect(keys.sound).toEqual([]);
  });

  it.each([
    ["l_lut:looks:warm.cube/fl_layer_apply", "subrip"],
    ["u_lut:looks:warm.cube/fl_layer_apply", "cube"],
    ["l_lut:looks:warm.cube/e_blur/fl_layer_apply", "cube"],
    ["l_lut:looks:warm.cube/e_screen,fl_layer_apply", "cube"],
  ])("is refused as %s of a %s", (chain, container) => {
    expect(() => planned(chain, container)).toThrow(expect.objectContaining({ code: "unsupported-parameter" }));
  });
});
