import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import { canvasFilters } from "./canvas.ts";
import { planDelivery } from "./plan.ts";
import type { VideoTrack } from "./source.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const canvasOf = (transformation: string, facts: Partial<VideoTrack> = {}) => {
  const { canvas } = planDelivery(parseTransformation(transformation), sourceFacts({ video: videoTrackFacts(facts) }));
  if (!canvas) throw new Error("no picture");
  return canvas;
};
const filtersOf = (transformation: string, facts?: Partial<VideoTrack>) =>
  canvasFilters(canvasOf(transformation, facts).steps);
const sizeOf = (transformation: string, facts?: Partial<VideoTrack>): string => {
  const { width, height } = canvasOf(transformation, facts).size;
  return `${width}x${height}`;
};

describe("the size of the picture", () => {
  it.each([
    ["", "1920x1080"],
    ["w_640", "640x360"],
    ["h_360", "640x360"],
    ["w_0.5", "960x540"],
    ["w_300,h_300", "300x300"],
    ["c_fit,w_640,h_640", "640x360"],
    ["c_fit,w_3840,h_3840", "3840x2160"],
    ["c_limit,w_3840", "1920x1080"],
    ["c_limit,w_640", "640x360"],
    ["c_fill,w_500,h_500", "500x500"],
    ["c_fill,w_500,ar_1:1", "500x500"],
    ["c_fill,ar_1:1", "1080x1080"],
    ["c_fill,ar_9:16", "608x1080"],
    ["c_crop,w_500,h_400", "500x400"],
    ["c_crop,w_5000,h_400", "1920x400"],
    ["c_crop,w_0.5,h_0.5", "960x540"],
    ["c_pad,w_640,h_640", "640x640"],
    ["w_960/w_0.5", "480x270"],
    ["c_crop,w_1000,h_500/w_500", "500x250"],
    ["a_90", "1080x1920"],
    ["a_180/w_640", "640x360"],
    ["a_90/c_fill,w_200,h_100", "200x100"],
    ["ar_16:9,h_360", "640x360"],
  ])("%s makes 1920x1080 into %s", (transformation, size) => {
    expect(sizeOf(transformation)).toBe(size);
  });

  it("is that of the upright picture with square pixels", () => {
    expect(sizeOf("", { rotation: 90 })).toBe("1080x1920");
    expect(sizeOf("", { width: 720, height: 576, sampleAspect: rational(64, 45) })).toBe("1024x576");
    expect(sizeOf("", { width: 720, height: 576, sampleAspect: rational(64, 45), rotation: 270 })).toBe("576x1024");
  });
});

describe("the way to the size", () => {
  it("scales once, at the end, however often the URL scales", () => {
    expect(filtersOf("w_1280/w_960/w_640")).toEqual([]);
  });

  it("cuts on the source's own pixels before scaling", () => {
    expect(filtersOf("w_960/c_crop,h_270,w_480,x_0,y_0")).toEqual([
      { name: "crop", options: { w: 960, h: 540, x: 0, y: 0 } },
    ]);
  });

  it.each([
    ["center", { x: 420, y: 0 }],
    ["west", { x: 0, y: 0 }],
    ["east", { x: 840, y: 0 }],
  ])("keeps what gravity points at: %s", (gravity, { x, y }) => {
    expect(filtersOf(`c_fill,g_${gravity},w_500,h_500`)).toEqual([
      { name: "crop", options: { w: 1080, h: 1080, x, y } },
    ]);
  });

  it("counts x and y from the corner that gravity names, from the top left where it names none", () => {
    const cropped = (place: string) => filtersOf(`c_crop,w_100,h_100,${place}`)[0]?.options;
    expect(cropped("x_10,y_20")).toMatchObject({ x: 10, y: 20 });
    expect(cropped("g_south_east,x_10,y_20")).toMatchObject({ x: 1810, y: 960 });
    expect(cropped("g_center")).toMatchObject({ x: 910, y: 490 });
  });

  it("stays inside the picture, wherever it is asked to cut", () => {
    expect(filtersOf("c_crop,w_100,h_100,x_5000,y_-50")[0]?.options).toMatchObject({ x: 1820, y: 0 });
  });

  it("undoes the source's rotation where it is to be ignored", () => {
    expect(filtersOf("a_ignore", { rotation: 90 })).toEqual([{ name: "transpose", options: { dir: "cclock" } }]);
  });

  it("turns by any angle on a canvas that holds the whole picture", () => {
    expect(sizeOf("w_200,h_100/a_45")).toBe("212x212");
  });

  it("refuses pictures that no encoder makes", () => {
    expect(() => canvasOf("w_8192,h_8192")).toThrow(/8192x8192/);
  });
});
