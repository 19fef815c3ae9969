import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyTemporaryFolders, temporaryFolder } from "./work-folder.ts";

let workFolder: string;

beforeAll(async () => {
  workFolder = await mkdtemp(join(tmpdir(), "edgereel-work-"));
});

afterAll(() => rm(workFolder, { recursive: true, force: true }));

describe("the origin's work folder", () => {
  it("holds nothing of the jobs of an origin that was killed, and what was measured once", async () => {
    const config = { workFolder, ffmpeg: { path: "ffmpeg" } };
    for (const name of ["clips", "drawings", "tables", "trials"] as const)
      await writeFile(join(await temporaryFolder(config, name), "left"), "behind");
    await writeFile(join(workFolder, "speeds.json"), "{}");
    await emptyTemporaryFolders(config);
    expect(await readdir(workFolder)).toEqual(["speeds.json"]);
  });
});
