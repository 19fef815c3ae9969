import { AwsClient } from "aws4fetch";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { sourceSigner } from "../edge/source-url.ts";
import { rangeFetcher } from "../origin-transcoder/index.ts";
import { address } from "./stream.ts";

const { settings } = inject("service");
const credentials = { accessKeyId: settings.S3_ACCESS_KEY_ID, secretAccessKey: settings.S3_SECRET_ACCESS_KEY };
const s3 = { endpoint: address("/cdn-cgi/local/r2/s3"), bucket: "edgereel-sources", ...credentials };

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31 + (at >> 8)) & 0xff));

/** The edge signs, the store checks, the origin reads: each of them the real one. */
const sign = (objectKey: string) => sourceSigner(s3)({ version: "0000000000000000", bytes: bytes.length, objectKey });
const read = rangeFetcher([`${s3.endpoint}/${s3.bucket}/`]);

const unreadable = { code: "source-unreadable" };

beforeAll(async () => {
  const client = new AwsClient({ ...credentials, service: "s3", region: "auto" });
  for (const name of ["film", "secret"]) {
    const response = await client.fetch(`${s3.endpoint}/${s3.bucket}/sources/${name}`, { method: "PUT", body: bytes });
    expect(response.status).toBe(200);
  }
});

describe("a source whose URL the edge has signed", () => {
  it("is read by the origin, any range of it, byte for byte", async () => {
    const { url } = await sign("sources/film");
    for (const [start, end] of [
      [0, 1],
      [0, bytes.length],
      [123_456, 234_567],
      [bytes.length - 1, bytes.length],
    ] as const)
      expect(bytes.subarray(start, end).equals(await read(url, start, end))).toBe(true);
  });

  it("opens no other object, and nothing when any of it is changed", async () => {
    const { url } = await sign("sources/film");
    const signature = new URL(url).searchParams.get("X-Amz-Signature") ?? "";
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    for (const other of [
      url.replace("sources/film", "sources/secret"),
      url.replace(/X-Amz-Expires=\d+/, "X-Amz-Expires=36000"),
      url.replace(
        signature,
        signature.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
      ),
      url.replace(
        signature,
        signature.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
      ),
      url.replace(/\?.*/, ""),
    ])
      await expect(read(other, 0, 10), other).rejects.toMatchObject(unreadable);
  });

  it("can be read, and nothing else: neither written nor deleted", async () => {
    const { url } = await sign("sources/film");
    for (const method of ["PUT", "DELETE", "POST"]) {
      const response = await fetch(url, { method, ...(method !== "DELETE" && { body: "other bytes" }) });
      expect(response.ok, method).toBe(false);
    }
    expect(bytes.subarray(0, 100).equals(await read(url, 0, 100))).toBe(true);
  });

  it("cannot be signed by anybody else", async () => {
    const stranger = sourceSigner({ ...s3, secretAccessKey: "somebody-elses-secret" });
    const { url } = await stranger({ version: "0000000000000000", bytes: bytes.length, objectKey: "sources/film" });
    await expect(read(url, 0, 10)).rejects.toMatchObject(unreadable);
  });
});
