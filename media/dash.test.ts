import fc from "fast-check";
import { parse } from "mpd-parser";
import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import { mediaPresentationDescription } from "./formats/dash.ts";
import { mediaPlaylist } from "./formats/hls.ts";
import { videoOf } from "./outlook.ts";
import { planDelivery } from "./plan.ts";
import { allOffered, type Offered, type Presentation, presentationOf } from "./presentation.ts";
import { segmentSeconds, segmentStartTick } from "./segment-times.ts";
import type { Source } from "./source.ts";
import { fileSubtitles } from "./subtitles/renditions.ts";
import { audioTrackFacts, sourceFacts, videoTrackFacts } from "./testing/sources.ts";
import { runWithin } from "./window.ts";

const ORIGIN = "https://films.example";

const presented = (source: Source, chain = "sp_auto", languages: readonly string[] = []): Presentation => {
  const plan = planDelivery(parseTransformation(chain), source);
  const subtitles = fileSubtitles(languages.map((language) => ({ language })));
  return presentationOf(
    plan,
    videoOf(plan),
    subtitles.map((rendition) => ({ ...rendition, key: plan.keys.sound })),
  );
};

const written = (presentation: Presentation, query = ""): string =>
  mediaPresentationDescription(presentation, ({ rendition }, file) => `/${rendition.id}/${file}${query}`);

/** What stands in each element of a name, in the order of the document. */
const elements = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*?)?(?:/>|>.*?</${name}>)`, "gs"))].map(([element]) => element);

const attribute = (element: string, name: string): string | undefined =>
  new RegExp(`^[^>]* ${name}="([^"]*)"`).exec(element)?.[1];

const contents = (xml: string): readonly (string | undefined)[] =>
  elements(xml, "AdaptationSet").map((set) => attribute(set, "contentType"));

describe("the description of a stream", () => {
  const presentation = presented(sourceFacts());
  const xml = written(presentation);
  const sets = elements(xml, "AdaptationSet");

  it("has a set for each codec, the sound apart, and key pictures of each codec", () => {
    expect(contents(xml)).toEqual(["video", "video", "video", "audio", "video", "video", "video"]);
    for (const set of sets.slice(0, 3)) {
      const codecs = elements(set, "Representation").map((one) => attribute(one, "codecs")?.slice(0, 4));
      expect(codecs).toHaveLength(5);
      expect(new Set(codecs).size).toBe(1);
    }
  });

  it("prefers AV1 to HEVC, and HEVC to H.264, as scores do in HLS", () => {
    const priorities = sets.slice(0, 3).map((set) => Number(attribute(set, "selectionPriority")));
    expect(priorities).toEqual([...priorities].sort((a, b) => a - b));
    expect(new Set(priorities).size).toBe(3);
  });

  it("ties key pictures to the set whose film they are looked for in, by the guideline that players know", () => {
    for (const [index, set] of sets.slice(4).entries()) {
      expect(set).toContain(
        `<EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="${attribute(sets[index] ?? "", "id")}"/>`,
      );
      expect(Number(attribute(elements(set, "Representation")[0] ?? "", "maxPlayoutRate"))).toBe(60);
    }
  });

  it("gives representations names of their own", () => {
    const names = elements(xml, "Representation").map((one) => attribute(one, "id"));
    expect(new Set(names).size).toBe(names.length);
  });

  it("is read by another's parser: every rung with its size, codec and rate", () => {
    const read = parse(xml, { manifestUri: `${ORIGIN}/film.mpd` });
    expect(read.duration).toBe(60);
    const rungs = presentation.ladders.flatMap((ladder) => ladder.rungs.map(({ rendition }) => rendition));
    // mpd-parser keeps of several codecs at a size and rate each, and leaves out trick mode.
    const videos = read.playlists.map(({ attributes }) => [attributes["CODECS"], attributes["BANDWIDTH"]]);
    for (const { codecString, bandwidth } of rungs) expect(videos).toContainEqual([codecString, bandwidth]);
  });

  it("hands on what opens it, in what XML and templates make of it", () => {
    const opened = written(presentation, "?token=a.b$c&permit=d");
    const [first] = parse(opened, { manifestUri: `${ORIGIN}/film.mpd` }).playlists;
    expect(first?.segments[3]?.resolvedUri).toMatch(/\/3\.m4s\?token=a\.b\$c&permit=d$/);
    expect(opened).toContain("$Number$.m4s?token=a.b$$c&amp;permit=d");
  });
});

describe("an encrypted stream", () => {
  const license = { rendition: { id: "license-eme" }, key: [] };
  const open = presented(sourceFacts(), "sp_auto", ["en-US"]);
  const xml = written({ ...open, protection: { keyId: "00112233445566778899aabbccddeeff", license } }, "?token=a&b");

  it("names its key, and where it is asked for, in every set that plays, and of no text", () => {
    for (const set of elements(xml, "AdaptationSet")) {
      const protections = elements(set, "ContentProtection").map((one) => attribute(one, "schemeIdUri"));
      expect(protections).toHaveLength(attribute(set, "contentType") === "text" ? 0 : 2);
    }
    const { contentProtection } = parse(xml, { manifestUri: ORIGIN }).playlists[0] ?? {};
    expect(contentProtection?.["mp4protection"]).toMatchObject({ attributes: { value: "cbcs" } });
    expect(xml).toContain('cenc:default_KID="00112233-4455-6677-8899-aabbccddeeff"');
    expect(xml).toContain("<dashif:Laurl>/license-eme/license.json?token=a&amp;b</dashif:Laurl>");
  });

  it("is otherwise what it is in clear", () => {
    const bare = xml
      .replaceAll(/<ContentProtection.*?(?:<\/ContentProtection>|\/>)/g, "")
      .replace(/ xmlns:\w+="[^"]*"/g, "");
    expect(bare).toBe(written(open, "?token=a&b"));
  });
});

describe("what lies beside the picture", () => {
  it("is every language that is heard, the source's own first choice as the main one", () => {
    const audio = [
      audioTrackFacts({ title: "Director's <cut> & more" }),
      audioTrackFacts({ streamIndex: 2, language: "es", isDefault: false }),
    ];
    const xml = written(presented(sourceFacts({ audio })));
    const sounds = elements(xml, "AdaptationSet").filter((set) => attribute(set, "contentType") === "audio");
    expect(sounds.map((set) => attribute(set, "lang"))).toEqual(["en", "es"]);
    expect(sounds.map((set) => /role:2011" value="(\w+)"/.exec(set)?.[1])).toEqual(["main", "alternate"]);
    const { AUDIO } = parse(xml, { manifestUri: ORIGIN }).mediaGroups;
    expect(Object.keys(AUDIO["audio"] ?? {})).toHaveLength(2);
    expect(xml).toContain("<Label>Director's &lt;cut&gt; &amp; more</Label>");
  });

  it("is subtitles, a file each", () => {
    const xml = written(presented(sourceFacts(), "sp_auto", ["en-US", "es-ES"]));
    const { SUBTITLES } = parse(xml, { manifestUri: `${ORIGIN}/film.mpd` }).mediaGroups;
    const files = Object.values(SUBTITLES["subs"] ?? {}).flatMap(({ playlists }) => playlists);
    expect(files.map(({ resolvedUri }) => resolvedUri)).toHaveLength(2);
    expect(elements(xml, "BaseURL")).toEqual(Array(2).fill("<BaseURL>/subtitles-vtt/all.vtt</BaseURL>"));
  });

  it("is its chapters, as events that another's parser reads", () => {
    const chapterMarks = [
      { start: rational(0), end: rational(5, 2), title: "Once & <never>" },
      { start: rational(5, 2), end: rational(60) },
    ];
    const xml = written(presented(sourceFacts({ chapterMarks })));
    const { eventStream } = parse(xml, { manifestUri: ORIGIN });
    expect(eventStream).toMatchObject([
      { schemeIdUri: "https://edgereel.dev/schemes/chapters", start: 0, end: 2.5, messageData: "Once & <never>" },
      { schemeIdUri: "https://edgereel.dev/schemes/chapters", start: 2.5, end: 60, messageData: undefined },
    ]);
    // Where the schema of ISO/IEC 23009-1 wants them.
    expect(xml.indexOf("<EventStream")).toBeLessThan(xml.indexOf("<AdaptationSet"));
    expect(written(presented(sourceFacts()))).not.toContain("EventStream");
  });

  it("is sound alone where there is no picture, and nothing where there is no sound", () => {
    expect(contents(written(presented(sourceFacts({ soundOnly: true }))))).toEqual(["audio"]);
    expect(contents(written(presented(sourceFacts({ silent: true }))))).not.toContain("audio");
  });
});

/** The lengths of a representation's segments, in ticks of its own time scale. */
function ticksOf(representation: string): { timescale: number; ticks: readonly number[] } {
  const ticks = elements(representation, "S").flatMap((run) =>
    Array(Number(attribute(run, "r") ?? 0) + 1).fill(Number(attribute(run, "d"))),
  );
  return { timescale: Number(attribute(elements(representation, "SegmentTemplate")[0] ?? "", "timescale")), ticks };
}

describe("a part of a stream", () => {
  const RUN = { first: 3, last: 5 };
  const source = sourceFacts({ video: videoTrackFacts({ frameRate: rational(30_000, 1001) }) });
  const plan = planDelivery(parseTransformation("sp_auto"), source);
  const subtitles = fileSubtitles([{ language: "en" }]).map((rendition) => ({ ...rendition, key: plan.keys.sound }));
  const part = presentationOf(plan, videoOf(plan), subtitles, {
    runOf: (rendition, own) => runWithin(own, rendition, RUN),
  });
  const xml = written(part);

  it("holds the segments that are open, under their own numbers and at their own times", () => {
    for (const { rendition, plan: own } of allOffered(part).filter((one) => one.rendition.kind !== "subtitles")) {
      const representation = elements(xml, "Representation").find((one) => attribute(one, "id") === rendition.id) ?? "";
      const [template = ""] = elements(representation, "SegmentTemplate");
      const { first, last } = runWithin(own, rendition, RUN);
      expect(Number(attribute(template, "startNumber"))).toBe(first);
      const [run = ""] = elements(representation, "S");
      expect(Number(attribute(run, "t"))).toBe(segmentStartTick(own, rendition, first));
      expect(ticksOf(representation).ticks).toHaveLength(last - first + 1);
    }
  });

  it("begins at one instant in every track, and lasts as long as its pictures", () => {
    for (const representation of elements(xml, "Representation")) {
      const [template] = elements(representation, "SegmentTemplate");
      if (template === undefined) continue;
      const offset = Number(attribute(template, "presentationTimeOffset")) / Number(attribute(template, "timescale"));
      expect(offset).toBeCloseTo(8.008, 4);
      const [run = ""] = elements(representation, "S");
      const start = Number(attribute(run, "t")) / Number(attribute(template, "timescale"));
      // Half a frame of sound.
      expect(Math.abs(start - offset)).toBeLessThanOrEqual(512 / 48_000);
    }
    expect(xml).toContain('mediaPresentationDuration="PT12.012S"');
  });

  it.each([
    [10, 1.992],
    [3, undefined],
    [30, undefined],
  ])("begins where it is asked to only within it: at %d s", (seconds, expected) => {
    const options = { notes: { startsAt: rational(seconds) }, runOf: () => RUN };
    const { startsAt } = presentationOf(plan, videoOf(plan), [], options).notes;
    expect(startsAt && startsAt.num / startsAt.den).toBe(expected);
  });

  it("offers its subtitles", () => {
    expect(elements(xml, "BaseURL")).toEqual(["<BaseURL>/subtitles-vtt/all.vtt</BaseURL>"]);
  });

  it("names no chapters, which would count from another instant than the film's", () => {
    const chaptered = sourceFacts({ chapterMarks: [{ start: rational(0), end: rational(60), title: "All" }] });
    const whole = planDelivery(parseTransformation("sp_auto"), chaptered);
    expect(written(presentationOf(whole, videoOf(whole), []))).toContain("<EventStream");
    expect(written(presentationOf(whole, videoOf(whole), [], { runOf: () => RUN }))).not.toContain("<EventStream");
  });
});

describe("HLS and DASH", () => {
  const rates = [rational(25), rational(30_000, 1001), rational(24_000, 1001), rational(60), rational(1), rational(7)];

  it("say the same of every segment, whatever a film's rate and length", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rates),
        fc.integer({ min: 1, max: 90_000 * 200 }),
        fc.constantFrom(44_100, 48_000, 32_000),
        (frameRate, endTicks, sampleRate) => {
          const video = videoTrackFacts({ frameRate, endTicks });
          const presentation = presented(sourceFacts({ video, audio: [audioTrackFacts({ sampleRate })] }));
          const representations = elements(written(presentation), "Representation");
          for (const offered of allOffered(presentation) as readonly Offered[]) {
            const { plan, rendition } = offered;
            const own = representations.find((one) => attribute(one, "id") === rendition.id) ?? "";
            const { timescale, ticks } = ticksOf(own);
            const playlist = mediaPlaylist(plan, rendition);
            expect(playlist.match(/^\d+\.m4s$/gm)).toEqual(ticks.map((_, number) => `${number}.m4s`));
            // To the tick: as fractions, and as HLS spells them.
            expect(ticks.map((length) => rational(length, timescale))).toEqual(
              ticks.map((_, number) => segmentSeconds(plan, rendition, number)),
            );
            const seconds = [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].map(([, text]) => Number(text));
            for (const [number, length] of ticks.entries())
              expect(Math.abs((seconds[number] ?? 0) - length / timescale)).toBeLessThan(1e-6);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
