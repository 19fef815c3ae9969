import { describe, expect, it } from "vitest";
import { formatTransformation, isFetchPath, Problem, parseFetchUrl } from "./index.ts";

const REMOTE = "https://media.example.com/films/a b.mp4?v=1&w_300";

describe("a delivery of something remote", () => {
  it.each([
    ["escaped", `/demo/video/fetch/w_300/${encodeURIComponent(REMOTE)}`],
    [
      "half escaped, as SDKs do it",
      "/demo/video/fetch/w_300/https://media.example.com/films/a%20b.mp4%3Fv%3D1%26w_300",
    ],
    ["behind a version", `/demo/video/fetch/w_300/v1/${encodeURIComponent(REMOTE)}`],
    ["with a slash too few", "/demo/video/fetch/w_300/https:/media.example.com/films/a%20b.mp4%3Fv%3D1%26w_300"],
  ])("is read %s", (_, path) => {
    expect(isFetchPath(path)).toBe(true);
    const { cloud, remote, extension, transformation } = parseFetchUrl(path);
    expect([cloud, remote, extension, formatTransformation(transformation)]).toEqual(["demo", REMOTE, "mp4", "w_300"]);
  });

  it("is signed over its components and its address, as they stand", () => {
    const url = parseFetchUrl("/demo/video/fetch/s--Ab3dE6gH--/so_1/https://example.com/a%20b");
    expect(url).toMatchObject({ signature: "Ab3dE6gH", signedPath: "so_1/https://example.com/a%20b" });
    expect(url.extension).toBeUndefined();
  });

  it("says where a parameter is wrong", () => {
    expect(() => parseFetchUrl("/demo/video/fetch/w_abc/https://example.com/a.mp4")).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ parameter: "w", column: 21 }) }),
    );
  });

  it.each([
    "/demo/video/fetch/w_300/film.mp4",
    "/demo/video/fetch/ftp://example.com/a.mp4",
    "/demo/video/fetch/https://",
    "/demo/video/fetch/folder/https://example.com/a.mp4",
    "/demo/video/fetch/https%3A%2F%2Fexample.com%2F%E0%A4%A",
    `/demo/video/fetch/https://example.com/${"a".repeat(2000)}`,
    "/demo/image/fetch/https://example.com/a.mp4",
  ])("is refused as %s", (path) => {
    expect(() => parseFetchUrl(path)).toThrow(Problem);
  });
});
