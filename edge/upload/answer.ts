/** The answer to an upload, in the shape that Cloudinary's SDKs hand to their callers. */

import type { FoundAsset } from "#catalog";
import { containerNamed, sourceDuration } from "#media";
import { encodePublicId, toNumber } from "#transformation";
import { digest } from "../access/hash.ts";

interface AnswerContext {
  readonly base: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export async function uploadAnswer(asset: FoundAsset, context: AnswerContext): Promise<Record<string, unknown>> {
  const { source, publicId, uploadedAt } = asset;
  const { apiKey, apiSecret } = context;
  return {
    asset_id: asset.assetId,
    public_id: publicId,
    version: uploadedAt,
    version_id: source.version,
    signature: await digest("SHA-1", `public_id=${publicId}&version=${uploadedAt}${apiSecret}`, "hex"),
    resource_type: asset.resourceType ?? "video",
    created_at: new Date(asset.createdAt * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
    tags: asset.tags,
    ...(Object.keys(asset.context).length > 0 && { context: { custom: asset.context } }),
    bytes: source.bytes,
    type: asset.deliveryType,
    etag: asset.etag,
    placeholder: false,
    ...(asset.originalFilename !== null && { original_filename: asset.originalFilename }),
    ...(asset.resourceType === "raw" ? rawFacts(asset, context) : movieFacts(asset, context)),
    api_key: apiKey,
  };
}

const addresses = (address: string): Record<string, unknown> => ({
  url: address.replace(/^https:/, "http:"),
  secure_url: address,
});

const rawFacts = ({ cloud, deliveryType, uploadedAt, publicId }: FoundAsset, { base }: AnswerContext) =>
  addresses(`${base}/${cloud}/raw/${deliveryType}/v${uploadedAt}/${encodePublicId(publicId)}`);

function movieFacts(asset: FoundAsset, context: AnswerContext): Record<string, unknown> {
  const { source, publicId, uploadedAt } = asset;
  const { video } = source;
  const [sound] = source.audio;
  const duration = toNumber(sourceDuration(source));
  const format = containerNamed(source.container)?.extensions[0] ?? source.container;
  const path = `${context.base}/${asset.cloud}/video/${asset.deliveryType}`;
  const address = `${path}/v${uploadedAt}/${encodePublicId(publicId)}.${format}`;
  const upright = video && (video.rotation % 180 === 0 ? [video.width, video.height] : [video.height, video.width]);
  return {
    ...(upright && { width: upright[0], height: upright[1] }),
    format,
    pages: 0,
    ...addresses(address),
    playback_url: `${path}/sp_auto/v${uploadedAt}/${encodePublicId(publicId)}.m3u8`,
    ...(sound && {
      audio: {
        codec: sound.codec,
        frequency: sound.sampleRate,
        channels: sound.channels,
        ...(sound.channelLayout !== undefined && { channel_layout: sound.channelLayout }),
      },
    }),
    ...(video && {
      video: {
        pix_format: video.pixelFormat,
        codec: video.codec,
        ...(video.profile !== undefined && { profile: video.profile }),
      },
      frame_rate: toNumber(video.frameRate),
      rotation: video.rotation,
      nb_frames: Math.round(duration * toNumber(video.frameRate)),
    }),
    is_audio: video === undefined,
    bit_rate: duration > 0 ? Math.round((source.bytes * 8) / duration) : 0,
    duration,
  };
}
