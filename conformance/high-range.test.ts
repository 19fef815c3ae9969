import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ffmpeg } from "./films.ts";
import { difference, output, thumbnail } from "./pictures.ts";
import { address, get, joinRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");
const stream = (transformation: string, caps: string) =>
  address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/bright.m3u8?caps=${caps}`);

const source = join(folder, "bright.mp4");

/** HDR10, with the screen that it was made on and its light. */
beforeAll(async () => {
  const light = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400";
  const colour = "setparams=range=tv:color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc";
  await ffmpeg(
    ...["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24", "-t", "3", "-vf", `format=yuv420p10le,${colour}`],
    ...["-c:v", "libx265", "-preset", "ultrafast", "-crf", "16", "-tag:v", "hvc1"],
    ...["-x265-params", `log-level=none:${light}`, source],
  );
  await upload(source, "bright");
});

/** What a decoder finds in a file's first picture, and its stream. */
async function lightOf(path: string): Promise<string> {
  const entries =
    "stream=codec_name,profile,pix_fmt,color_space,color_transfer,color_primaries:frame_side_data=red_x,green_y,max_luminance,max_content,max_average";
  const options = ["-select_streams", "v", "-show_entries", `${entries}:frame=pict_type`, "-read_intervals", "%+#1"];
  const text = await output("ffprobe", ["-v", "error", ...options, "-of", "default=nk=1:nw=1", path]);
  return text.toString().trim().split("\n").join(" ");
}

describe("a source of high dynamic range", () => {
  it.each([
    ["hevc", "hvc1.2.4.L60.90", /34000\/50000 34500\/50000 10000000\/10000 1000 400 hevc Main 10 /],
    // Steps of 1/65536, and of 1/256 cd/m2.
    ["av1", "av01.0.00M.10.0.111.09.16.09.0", /44564\/65536 45220\/65536 256000\/256 1000 400 av1 Main /],
  ])("keeps it where the URL says so, with all that it says of its light: %s", async (codec, codecs, light) => {
    const { variants } = await openStream(stream("dr_high/sp_auto", codec));
    expect(variants.map((variant) => variant.codecs)).toEqual([codecs]);
    const { path } = await joinRendition(variants[0]?.address ?? "", `bright-${codec}`);
    const found = await lightOf(path);
    expect(found).toMatch(light);
    for (const fact of ["yuv420p10le", "bt2020nc", "smpte2084", "bt2020"]) expect(found).toContain(fact);
    // Nothing has become brighter or darker: the code values are the source's own.
    const shown = await Promise.all([thumbnail(path, 1, "", ["-ignore_editlist", "1"]), thumbnail(source, 1, "")]);
    expect(difference(...shown)).toBeLessThan(4);
  });

  it("is offered beside the standard range to whoever shows it, and to nobody else", async () => {
    const rangesFor = async (caps: string) => {
      const text = await (await get(stream("sp_auto", caps))).text();
      return [...text.matchAll(/#EXT-X-STREAM-INF:.*CODECS="(\w{4}).*VIDEO-RANGE=(\w+)/g)].map((match) =>
        match.slice(1).join(),
      );
    };
    expect(await rangesFor("h264,hevc,hdr")).toEqual(["avc1,SDR", "hvc1,SDR", "hvc1,PQ"]);
    expect(await rangesFor("h264,hevc")).toEqual(["avc1,SDR", "hvc1,SDR"]);
    const { variants } = await openStream(stream("sp_auto", "h264,hevc,hdr"));
    const { path } = await joinRendition(variants.at(-1)?.address ?? "", "bright-beside");
    expect(await lightOf(path)).toContain("smpte2084");
  });

  it("is in standard range for everybody else, and in every file", async () => {
    const { variants } = await openStream(stream("sp_auto", "h264"));
    const { path } = await joinRendition(variants[0]?.address ?? "", "bright-standard");
    expect(await lightOf(path)).toMatch(/yuv420p bt709 bt709 bt709/);
    const file = await fetch(address(`/${settings.CLOUD_NAME}/video/upload/dr_high/bright.jpg`));
    expect([file.status, ((await file.json()) as { parameter: string }).parameter]).toEqual([400, "dr"]);
  });
});
