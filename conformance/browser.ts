/** A real browser, and what can be seen and heard of the <video> on its page. */

import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

export async function launchBrowser(): Promise<Browser> {
  if (!CHROMIUM) throw new Error("Chromium is needed for the player's tests; npm test installs it.");
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--autoplay-policy=no-user-gesture-required",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--mute-audio",
    ],
  });
}

/** What the page shows at this moment: its time, and grey values of the picture. */
export const look = (page: Page): Promise<{ time: number; width: number; height: number; grey: number[] }> =>
  page.evaluate(() => {
    const video = document.querySelector("video") as HTMLVideoElement;
    const canvas = new OffscreenCanvas(32, 18);
    const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.drawImage(video, 0, 0, 32, 18);
    const { data } = context.getImageData(0, 0, 32, 18);
    const grey = Array.from(
      { length: data.length / 4 },
      (_, pixel) => ((data[pixel * 4] ?? 0) + (data[pixel * 4 + 1] ?? 0) + (data[pixel * 4 + 2] ?? 0)) / 3,
    );
    return { time: video.currentTime, width: video.videoWidth, height: video.videoHeight, grey };
  });

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
export const spread = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
export const distance = (a: readonly number[], b: readonly number[]): number =>
  mean(a.map((value, index) => Math.abs(value - (b[index] ?? 0))));

/** How loud what the page plays is: the root mean square of the sound itself, not of what a loudspeaker gets. */
export const loudness = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const video = document.querySelector("video") as HTMLVideoElement & { captureStream(): MediaStream };
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(video.captureStream()).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(
        loudest,
        Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
      );
    }
    await context.close();
    return loudest;
  });

export const seek = async (page: Page, seconds: number): Promise<void> => {
  await page.evaluate((time) => {
    (document.querySelector("video") as HTMLVideoElement).currentTime = time;
  }, seconds);
  await page.waitForFunction(
    (time) => {
      const video = document.querySelector("video") as HTMLVideoElement;
      return !video.seeking && video.readyState >= 3 && video.currentTime > time;
    },
    seconds,
    { timeout: 60_000 },
  );
};
