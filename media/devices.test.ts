import { describe, expect, it } from "vitest";
import type { VideoCodecName } from "#transformation";
import { negotiate } from "./negotiation.ts";

/**
 * What a device plays, as its makers and caniuse.com say, and how it chooses: most drop variants by CODECS that they
 * cannot play; some look at bit rates only, take whatever comes first or open everything.
 */
type Plays = "h264" | "h264 av1" | "h264 h265" | "h264 h265 av1";
type Chooses = "by codecs" | "by rate";

const SAFARI = "(KHTML, like Gecko)";
const CHROME_LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";

const DEVICES: readonly (readonly [device: string, plays: Plays, chooses: Chooses, userAgent: string])[] = [
  // Browsers
  [
    "Chrome on Windows",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${SAFARI} Chrome/131.0.0.0 Safari/537.36`,
  ],
  ["Chrome on Linux", "h264 av1", "by codecs", `${CHROME_LINUX} Chrome/131.0.0.0 Safari/537.36`],
  [
    "Chrome on Android",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 ${SAFARI} Chrome/131.0.0.0 Mobile Safari/537.36`,
  ],
  [
    "Chrome on ChromeOS",
    "h264 av1",
    "by codecs",
    `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 ${SAFARI} Chrome/131.0.0.0 Safari/537.36`,
  ],
  [
    "Edge",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${SAFARI} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0`,
  ],
  [
    "Samsung Internet",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 ${SAFARI} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`,
  ],
  [
    "Opera",
    "h264 av1",
    "by codecs",
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${SAFARI} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0`,
  ],
  [
    "Firefox 128 on Linux",
    "h264 av1",
    "by codecs",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  ],
  [
    "Firefox 115 on Windows 7",
    "h264 av1",
    "by codecs",
    "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:109.0) Gecko/20100101 Firefox/115.0",
  ],
  [
    "Firefox 140 on Windows",
    "h264 h265 av1",
    "by codecs",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
  ],
  [
    "Firefox on Android",
    "h264 av1",
    "by codecs",
    "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
  ],
  [
    "Safari on a Mac with M3",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 ${SAFARI} Version/18.1 Safari/605.1.15`,
  ],
  [
    "Safari on an iPhone 12",
    "h264 h265",
    "by codecs",
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 ${SAFARI} Version/18.1 Mobile/15E148 Safari/604.1`,
  ],
  [
    "Safari on an old iPad",
    "h264",
    "by codecs",
    `Mozilla/5.0 (iPad; CPU OS 10_3_3 like Mac OS X) AppleWebKit/603.3.8 ${SAFARI} Version/10.0 Mobile/14G60 Safari/602.1`,
  ],
  [
    "Internet Explorer 11",
    "h264",
    "by codecs",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
  ],
  // Players of systems
  [
    "AVPlayer on an iPhone",
    "h264 h265 av1",
    "by codecs",
    "AppleCoreMedia/1.0.0.22B83 (iPhone; U; CPU OS 18_1 like Mac OS X; en_us)",
  ],
  [
    "AVPlayer on an Apple TV",
    "h264 h265",
    "by codecs",
    "AppleCoreMedia/1.0.0.21K69 (Apple TV; U; CPU OS 17_1 like Mac OS X; en_us)",
  ],
  ["ExoPlayer", "h264 h265 av1", "by codecs", "ExoPlayerDemo/2.19.1 (Linux; Android 14) ExoPlayerLib/2.19.1"],
  ["Media3", "h264 h265 av1", "by codecs", "com.example.player/3.2 (Linux; Android 13) AndroidXMedia3/1.4.1"],
  ["an app over OkHttp", "h264 h265", "by codecs", "okhttp/4.12.0"],
  [
    "an app over Android's HTTP",
    "h264 h265",
    "by codecs",
    "Dalvik/2.1.0 (Linux; U; Android 12; SM-A127F Build/SP1A.210812.016)",
  ],
  ["Android's own MediaPlayer", "h264", "by rate", "stagefright/1.2 (Linux;Android 7.0)"],
  ["QuickTime 7", "h264", "by rate", "QuickTime/7.7.9 (qtver=7.7.9;os=Windows NT 6.1 Service Pack 1)"],
  // Televisions and consoles
  [
    "a Samsung television of 2022",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) AppleWebKit/537.36 ${SAFARI} 85.0.4183.93/6.5 TV Safari/537.36`,
  ],
  [
    "a Samsung television of 2017",
    "h264 h265",
    "by rate",
    `Mozilla/5.0 (SMART-TV; Linux; Tizen 3.0) AppleWebKit/538.1 ${SAFARI} Version/3.0 TV Safari/538.1`,
  ],
  [
    "a Samsung television of 2015",
    "h264 h265",
    "by rate",
    `Mozilla/5.0 (SMART-TV; Linux; Tizen 2.3) AppleWebKit/538.1 ${SAFARI} Version/2.3 TV Safari/538.1`,
  ],
  [
    "an LG television of 2022",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 ${SAFARI} Chrome/87.0.4280.88 Safari/537.36 WebAppManager`,
  ],
  [
    "an LG television of 2016",
    "h264 h265",
    "by rate",
    `Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 ${SAFARI} Chrome/38.0.2125.122 Safari/537.36 WebAppManager`,
  ],
  [
    "Android TV",
    "h264 h265",
    "by codecs",
    `Mozilla/5.0 (Linux; Android 11; BRAVIA 4K VH2) AppleWebKit/537.36 ${SAFARI} Chrome/120.0.0.0 Safari/537.36`,
  ],
  [
    "a Fire TV stick",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (Linux; Android 9; AFTKA) AppleWebKit/537.36 ${SAFARI} Silk/120.2.1 like Chrome/120.0.0.0 Safari/537.36`,
  ],
  [
    "a Chromecast of 2013",
    "h264",
    "by rate",
    `Mozilla/5.0 (CrKey armv7l 1.5.16041) AppleWebKit/537.36 ${SAFARI} Chrome/31.0.1650.0 Safari/537.36 CrKey/1.36.159268`,
  ],
  [
    "a Chromecast with Google TV",
    "h264 h265 av1",
    "by codecs",
    `Mozilla/5.0 (Linux; Android 12; Chromecast) AppleWebKit/537.36 ${SAFARI} Chrome/119.0.0.0 Safari/537.36 CrKey/1.56.500000 DeviceType/AndroidTV`,
  ],
  ["a Roku", "h264 h265", "by rate", "Roku/DVP-12.5 (12.5.0.4178-88)"],
  [
    "a PlayStation 4",
    "h264",
    "by codecs",
    `Mozilla/5.0 (PlayStation; PlayStation 4/11.00) AppleWebKit/605.1.15 ${SAFARI} Version/14.0 Safari/605.1.15`,
  ],
  [
    "an Xbox",
    "h264 h265",
    "by codecs",
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 ${SAFARI} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0`,
  ],
  // Programs
  ["ffmpeg", "h264 h265 av1", "by rate", "Lavf/61.7.100"],
  ["an ffmpeg of 2012", "h264", "by rate", "Lavf53.32.100"],
  ["mpv", "h264 h265 av1", "by rate", "libmpv"],
  ["VLC", "h264 h265 av1", "by rate", "VLC/3.0.21 LibVLC/3.0.21"],
  ["an app with LibVLC", "h264 h265 av1", "by rate", "LibVLC/3.0.20 (LIVE555 Streaming Media v2016.11.28)"],
  [
    "Kodi",
    "h264 h265 av1",
    "by rate",
    "Kodi/20.2 (Linux; Android 11.0; BRAVIA 4K) Android/11.0 Sys_CPU/armv7l App_Bitness/32 Version/20.2",
  ],
  ["GStreamer", "h264 h265 av1", "by rate", "GStreamer souphttpsrc 1.22.0 libsoup/3.2.2"],
  ["MPlayer", "h264", "by rate", "MPlayer 1.4-11"],
  // Whoever looks at a video for somebody else: one picture of it, in what every decoder has
  ["Google", "h264", "by rate", "Googlebot-Video/1.0"],
  ["Facebook", "h264", "by rate", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"],
  ["X", "h264", "by rate", "Twitterbot/1.0"],
  ["Slack", "h264", "by rate", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"],
  ["Discord", "h264", "by rate", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"],
  ["Telegram", "h264", "by rate", "TelegramBot (like TwitterBot)"],
  ["WhatsApp", "h264", "by rate", "WhatsApp/2.23.20.0"],
  [
    "LinkedIn",
    "h264",
    "by rate",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
  ],
];

const offeredTo = (userAgent: string): readonly VideoCodecName[] => negotiate({ userAgent, accept: "*/*" }).codecs;
const named = (chooses: Chooses) => DEVICES.filter(([, , each]) => each === chooses);

describe("a device that drops what it cannot play", () => {
  it.each(named("by codecs"))("is offered all that it plays: %s (%s)", (_, plays, __, userAgent) => {
    expect(offeredTo(userAgent)).toEqual(expect.arrayContaining(plays.split(" ")));
  });
});

describe("a device that looks at bit rates only", () => {
  it.each(named("by rate"))("is offered one codec, which it plays: %s", (_, __, ___, userAgent) => {
    expect(offeredTo(userAgent)).toEqual(["h264"]);
  });
});

describe("every device", () => {
  it.each(DEVICES)("can say better what it plays: %s", (_, __, ___, userAgent) => {
    expect(negotiate({ userAgent, caps: "av1,h264" }).codecs).toEqual(["h264", "av1"]);
  });
});
