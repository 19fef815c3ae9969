import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import { mediaPlaylist, multivariantPlaylist } from "./formats/hls.ts";
import { planDelivery } from "./plan.ts";
import { presentationOf } from "./presentation.ts";
import { audioRenditions, keyframeRenditions, ladderRenditions } from "./renditions.ts";
import type { Source, SubtitleTrack } from "./source.ts";
import { fileSubtitles, type SubtitleRendition, trackSubtitles } from "./subtitles/renditions.ts";
import { audioTrackFacts, sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const multivariant = (
  source: Source,
  transformation = "",
  subtitles: readonly SubtitleRendition[] = [],
): readonly string[] => {
  const plan = planDelivery(parseTransformation(transformation), source);
  const presentation = presentationOf(
    plan,
    ladderRenditions(plan).map((rendition) => ({ rendition, plan })),
    subtitles.map((rendition) => ({ ...rendition, key: plan.keys.sound })),
  );
  return multivariantPlaylist(presentation, ({ rendition: { id } }, file) => `/${id}/${file}`)
    .trim()
    .split("\n");
};

const attribute = (line: string, name: string): string | undefined =>
  new RegExp(`[:,]${name}=("[^"]*"|[^,]*)`).exec(line)?.[1]?.replaceAll('"', "");
const variants = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.startsWith("#EXT-X-STREAM-INF"));

describe("the multivariant playlist", () => {
  const lines = multivariant(sourceFacts());

  it("offers every rung in every codec, H.264 first", () => {
    expect(variants(lines)).toHaveLength(15);
    expect(attribute(variants(lines)[0] ?? "", "CODECS")).toBe("avc1.64001f,mp4a.40.2");
  });

  it("lists first what players should start with: about 2 Mbit/s", () => {
    expect(Number(attribute(variants(lines)[0] ?? "", "AVERAGE-BANDWIDTH"))).toBeGreaterThan(1_500_000);
    expect(Number(attribute(variants(lines)[0] ?? "", "AVERAGE-BANDWIDTH"))).toBeLessThan(3_000_000);
  });

  it("states what Apple's authoring specification demands of each variant", () => {
    for (const line of variants(lines)) {
      for (const name of [
        "BANDWIDTH",
        "AVERAGE-BANDWIDTH",
        "CODECS",
        "RESOLUTION",
        "FRAME-RATE",
        "VIDEO-RANGE",
        "SCORE",
        "AUDIO",
        "CLOSED-CAPTIONS",
      ]) {
        expect(attribute(line, name), `${name} in ${line}`).toBeDefined();
      }
      expect(Number(attribute(line, "AVERAGE-BANDWIDTH"))).toBeLessThanOrEqual(Number(attribute(line, "BANDWIDTH")));
      expect(attribute(line, "FRAME-RATE")).toMatch(/^\d+\.\d{3}$/);
    }
  });

  it("lets the highest bandwidth be H.264's, so that naive players stay in it", () => {
    const highest = [...variants(lines)].sort(
      (a, b) => Number(attribute(b, "BANDWIDTH")) - Number(attribute(a, "BANDWIDTH")),
    )[0];
    expect(attribute(highest ?? "", "CODECS")).toMatch(/^avc1/);
  });

  it("scores a larger picture above a better codec, and a better codec above another at the same size", () => {
    const score = (resolution: string, codec: string) =>
      Number(
        attribute(
          variants(lines).find(
            (line) => attribute(line, "RESOLUTION") === resolution && attribute(line, "CODECS")?.startsWith(codec),
          ) ?? "",
          "SCORE",
        ),
      );
    expect(score("1920x1080", "avc1")).toBeGreaterThan(score("1280x720", "av01"));
    expect(score("1280x720", "av01")).toBeGreaterThan(score("1280x720", "hvc1"));
    expect(score("1280x720", "hvc1")).toBeGreaterThan(score("1280x720", "avc1"));
  });

  it("has the sound apart, and key pictures for trick play in every codec", () => {
    expect(lines.filter((line) => line.startsWith("#EXT-X-MEDIA:TYPE=AUDIO"))).toHaveLength(1);
    const keyframes = lines.filter((line) => line.startsWith("#EXT-X-I-FRAME-STREAM-INF"));
    expect(keyframes.map((line) => attribute(line, "CODECS")?.slice(0, 4))).toEqual(["avc1", "hvc1", "av01"]);
    expect(lines).toContain("#EXT-X-INDEPENDENT-SEGMENTS");
  });

  it("names no sound where there is none", () => {
    const silent = multivariant(sourceFacts({ silent: true }));
    expect(silent.join("\n")).not.toMatch(/AUDIO|mp4a/);
  });

  it("plays sound alone, without a rendition that is the variant itself", () => {
    const alone = multivariant(sourceFacts({ soundOnly: true }));
    expect(variants(alone)).toHaveLength(1);
    expect(alone.join("\n")).not.toMatch(/EXT-X-MEDIA|RESOLUTION|I-FRAME/);
  });

  it("offers every language once by default, and names twins apart", () => {
    const audio = [
      audioTrackFacts(),
      audioTrackFacts({ streamIndex: 2, language: "es", isDefault: false }),
      audioTrackFacts({ streamIndex: 3, isDefault: false }),
    ];
    const media = multivariant(sourceFacts({ audio })).filter((line) => line.startsWith("#EXT-X-MEDIA"));
    expect(media.map((line) => attribute(line, "NAME"))).toEqual(["en 1", "es", "en 3"]);
    expect(media.map((line) => attribute(line, "AUTOSELECT"))).toEqual(["YES", "YES", "NO"]);
    expect(media.filter((line) => attribute(line, "DEFAULT") === "YES")).toHaveLength(1);
  });
});

describe("a media playlist", () => {
  const durations = (text: string) => [...text.matchAll(/#EXTINF:([\d.]+)/g)].map((match) => Number(match[1]));

  it.each([
    ["25 fps", rational(25), 61.4],
    ["29.97 fps", rational(30_000, 1001), 61.4],
    ["shorter than a segment", rational(30), 0.5],
    ["one frame", rational(30), 0.03],
    ["one frame a second", rational(1), 61.4],
  ])("adds up to the presentation in picture, sound and key pictures alike: %s", (_, frameRate, seconds) => {
    const source = sourceFacts({ video: videoTrackFacts({ frameRate, endTicks: Math.round(seconds * 90_000) }) });
    const plan = planDelivery([], source);
    const [video] = ladderRenditions(plan);
    const [audio] = audioRenditions(plan);
    const [keyframes] = keyframeRenditions(plan);
    if (!video || !audio || !keyframes) throw new Error("a rendition is missing");
    const length = plan.grid.frames / (frameRate.num / frameRate.den);
    const texts = [video, audio, keyframes].map((rendition) => mediaPlaylist(plan, rendition));
    for (const text of texts)
      expect(durations(text).reduce((sum, duration) => sum + duration, 0)).toBeCloseTo(length, 1);
    const targets = texts.map((text) => Number(/#EXT-X-TARGETDURATION:(\d+)/.exec(text)?.[1]));
    expect(targets[0]).toBe(targets[1]);
    for (const [index, text] of texts.entries())
      expect(Math.max(...durations(text).map(Math.round))).toBeLessThanOrEqual(targets[index] ?? 0);
  });

  it("is the same for every rung and codec", () => {
    const plan = planDelivery([], sourceFacts());
    const texts = ladderRenditions(plan).map((rendition) => mediaPlaylist(plan, rendition));
    expect(new Set(texts).size).toBe(1);
  });
});

describe("subtitles in the multivariant playlist", () => {
  const files = fileSubtitles([{ language: "en-US" }, { language: "es-ES" }, { language: "en-US" }, { language: "x" }]);
  const lines = multivariant(sourceFacts(), "", files);
  const media = lines.filter((line) => line.includes("TYPE=SUBTITLES"));

  it("are renditions of one group, named in their own language, each by a name of its own", () => {
    expect(media.map((line) => [attribute(line, "NAME"), attribute(line, "LANGUAGE")])).toEqual([
      ["English (United States)", "en-US"],
      ["español (España)", "es-ES"],
      ["English (United States) 2", "en-US"],
      ["x", "x"],
    ]);
  });

  it("are shown to nobody who has not asked, and one of a language to those who ask by it", () => {
    expect(media.map((line) => [attribute(line, "DEFAULT"), attribute(line, "AUTOSELECT")])).toEqual([
      ["NO", "YES"],
      ["NO", "YES"],
      ["NO", "NO"],
      ["NO", "YES"],
    ]);
  });

  it("belong to every variant, and to none where there are none", () => {
    for (const line of variants(lines))
      expect(attribute(line, "SUBTITLES")).toBe(attribute(media[0] ?? "", "GROUP-ID"));
    for (const line of variants(multivariant(sourceFacts()))) expect(attribute(line, "SUBTITLES")).toBeUndefined();
  });

  it("are the source's own tracks where those are text", () => {
    const track = (codec: string, facts: Partial<SubtitleTrack> = {}): SubtitleTrack => ({
      streamIndex: 3,
      codec,
      language: "en",
      ...facts,
    });
    const source = sourceFacts({
      subtitles: [
        track("dvd_subtitle"),
        track("subrip", { title: "Commentary" }),
        track("ass", { isForced: true }),
        track("hdmv_pgs_subtitle"),
        track("eia_608"),
        track("mov_text", { language: "und" }),
      ],
    });
    const own = multivariant(source, "", trackSubtitles(source)).filter((line) => line.includes("TYPE=SUBTITLES"));
    expect(own.map((line) => ["NAME", "FORCED", "AUTOSELECT", "URI"].map((name) => attribute(line, name)))).toEqual([
      ["Commentary", undefined, "YES", "/subtitles1-vtt/playlist.m3u8"],
      ["English", "YES", "YES", "/subtitles2-vtt/playlist.m3u8"],
      ["Subtitles", undefined, "YES", "/subtitles5-vtt/playlist.m3u8"],
    ]);
  });
});
