import { describe, expect, it } from "vitest";
import { type Client, negotiate } from "./negotiation.ts";

const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

const ALL = ["h264", "h265", "av1"];

describe("negotiation", () => {
  it.each<[string, Client, readonly string[], string]>([
    ["nobody says anything", {}, ALL, "default"],
    ["Safari, which drops what it cannot play", { userAgent: SAFARI }, ALL, "default"],
    [
      "AVPlayer",
      { userAgent: "AppleCoreMedia/1.0.0.22B83 (iPhone; U; CPU OS 18_1 like Mac OS X; en_us)" },
      ALL,
      "default",
    ],
    ["Chrome", { userAgent: CHROME, brands: '"Chromium";v="142"' }, ALL, "default"],
    ["ExoPlayer", { userAgent: "ExoPlayerDemo/2.19.1 (Linux; Android 14) AndroidXMedia3/1.4.1" }, ALL, "default"],
    ["Firefox before it knew HEVC", { userAgent: FIREFOX }, ["h264", "av1"], "agent"],
    ["ffmpeg, which opens every variant", { userAgent: "Lavf/61.7.100" }, ["h264"], "agent"],
    ["mpv, which looks at bit rates only", { userAgent: "libmpv" }, ["h264"], "agent"],
    ["VLC, which ignores CODECS", { userAgent: "VLC/3.0.21 LibVLC/3.0.21" }, ["h264"], "agent"],
    [
      "GStreamer, which dies of a codec change",
      { userAgent: "GStreamer souphttpsrc 1.22.0 libsoup/3.2.2" },
      ["h264"],
      "agent",
    ],
    ["a native app that says what it plays", { accept: 'video/mp4; codecs="hvc1"' }, ["h264", "h265"], "accept"],
    [
      "one that plays all",
      { accept: 'video/mp4; codecs="av01.0.05M.08, hvc1.1.6.L93.90, avc1.64001f"' },
      ALL,
      "accept",
    ],
    ["a page that asked MediaCapabilities", { caps: "av1,h264", userAgent: SAFARI }, ["h264", "av1"], "caps"],
    ["a replayed device that plays HEVC only", { caps: "hevc", userAgent: CHROME }, ["h265"], "caps"],
    ["caps that name nothing known", { caps: "vp6", userAgent: "Lavf/61" }, ["h264"], "agent"],
    ["Accept that says nothing of codecs", { accept: "*/*", userAgent: CHROME }, ALL, "default"],
  ])("%s", (_, client, codecs, because) => {
    expect(negotiate(client)).toMatchObject({ codecs, because });
  });

  it.each<[string, Client, boolean]>([
    ["nobody says anything", {}, false],
    ["AVPlayer, which chooses by VIDEO-RANGE and screen", { userAgent: "AppleCoreMedia/1.0.0.22B83 (iPhone)" }, true],
    ["a page that asked the screen", { caps: "h264,hevc,hdr", userAgent: CHROME }, true],
    ["a page that did not", { caps: "h264,hevc", userAgent: SAFARI }, false],
    ["a replayed device that plays Main 10", { caps: "hvc1.2.4.L123.B0" }, true],
    ["an app that plays AV1 in ten bits", { accept: 'video/mp4; codecs="av01.0.08M.10"' }, true],
    ["an app that plays AV1 in eight", { accept: 'video/mp4; codecs="av01.0.08M.08"' }, false],
  ])("of high dynamic range: %s", (_, client, highRange) => {
    expect(negotiate(client).highRange ?? false).toBe(highRange);
  });

  it("takes no time over hostile headers", () => {
    const startedAt = performance.now();
    negotiate({ caps: ",".repeat(100_000), accept: 'codecs="'.repeat(20_000), userAgent: "Firefox/".repeat(20_000) });
    negotiate({ userAgent: "Web0S ".repeat(20_000) });
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
