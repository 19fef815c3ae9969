/** Presigned URLs by which the origin reads a source, and nothing else, for an hour. */

import { AwsClient } from "aws4fetch";
import type { StoredSource } from "#catalog";
import type { JobSource } from "#media";
import type { EdgeConfig } from "./config.ts";

const VALID_SECONDS = 3600;

export type SignSource = (source: {
  version: string;
  bytes: number;
  objectKey: string;
}) => Promise<Omit<JobSource, "container">>;

/** A stored source as a job names it. */
export const signedSource = async (
  { source: { version, bytes, container }, objectKey }: Pick<StoredSource, "source" | "objectKey">,
  sign: SignSource,
): Promise<JobSource> => ({ ...(await sign({ version, bytes, objectKey })), container });

/** Object keys hold letters, digits, dots, dashes and slashes only: aws4fetch spells some others in a way of its own. */
export function sourceSigner({ endpoint, bucket, accessKeyId, secretAccessKey }: EdgeConfig["s3"]): SignSource {
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto" });
  return async ({ version, bytes, objectKey }) => {
    const url = new URL(`${endpoint}/${bucket}/${objectKey}`);
    url.searchParams.set("X-Amz-Expires", String(VALID_SECONDS));
    const signed = await client.sign(url.href, { method: "GET", aws: { signQuery: true } });
    return { version, bytes, url: signed.url };
  };
}
