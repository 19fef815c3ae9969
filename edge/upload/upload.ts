/** The story of an upload: bytes into R2 as they come, its signature, a look at what it is, and the catalog. */

import type { Asset, FoundAsset } from "#catalog";
import { isStillContainer, isUnappraised, type Source } from "#media";
import { Problem } from "#transformation";
import { hex } from "../access/hash.ts";
import { probeRaw } from "../raw-files.ts";
import type { EdgeServices } from "../services.ts";
import { checkApiSignature } from "./api-signature.ts";
import { type ChunkRange, ChunkWriter, firstChunkBytes, parseContentRange, partNumber } from "./chunk.ts";
import { fetchedFile } from "./fetched-file.ts";
import { readUploadForm, type UploadForm } from "./form.ts";
import { ObjectWriter, type WrittenObject } from "./object-writer.ts";
import { type ResourceName, type UploadParameters, uploadParameters } from "./parameters.ts";

/** A finished upload, or a chunk that was taken. */
export type Uploaded = { readonly asset: FoundAsset; readonly existing: boolean } | { readonly taken: ChunkRange };

/** Names no user chose: object keys hold what every signer spells alike. */
export const newObjectKey = (): string => `sources/${crypto.randomUUID()}`;

/** Where an upload goes: the cloud, and what its client calls it. */
export interface UploadAddress {
  readonly cloud: string;
  readonly resource: ResourceName;
}

/** @throws Problem; whatever was stored is gone by then */
export async function takeUpload(request: Request, address: UploadAddress, services: EdgeServices): Promise<Uploaded> {
  const header = request.headers.get("content-range");
  const range = header === null ? undefined : parseContentRange(header);
  const isWhole = range === undefined || (range.start === 0 && range.end === range.total);
  return isWhole ? takeWhole(request, address, services) : takeChunk(request, address, range, services);
}

async function takeWhole(request: Request, address: UploadAddress, services: EdgeServices): Promise<Uploaded> {
  const objectKey = newObjectKey();
  const writer = new ObjectWriter(services.sources, objectKey);
  try {
    const form = await readUploadForm(request, writer);
    await checkApiSignature(form.fields, services.config, services.now());
    const filename = form.filename ?? (await fetchedFile(form, writer, services));
    const parameters = namedParameters(form, filename, address);
    const object = await writer.close();
    return await finishUpload(
      address,
      parameters,
      objectKey,
      { ...object, digest: `sha-256:${object.digest}` },
      services,
    );
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

const namedParameters = ({ fields }: UploadForm, filename: string, { resource }: UploadAddress): UploadParameters =>
  uploadParameters(fields, filename, resource, crypto.getRandomValues(new Uint8Array(20)));

async function takeChunk(
  request: Request,
  address: UploadAddress,
  range: ChunkRange,
  services: EdgeServices,
): Promise<Uploaded> {
  const id = request.headers.get("x-unique-upload-id") ?? "";
  if (!/^[\w.-]{1,128}$/.test(id)) {
    throw new Problem(
      "invalid-upload",
      "Chunks of an upload need the same X-Unique-Upload-Id, of letters, digits, dots and dashes.",
      { parameter: "X-Unique-Upload-Id" },
    );
  }
  const { cloud } = address;
  const upload = await enterUpload(cloud, id, range, services);
  const multipart = services.sources.resumeMultipartUpload(upload.objectKey, upload.multipartId);
  const writer = new ChunkWriter(multipart, partNumber(range, upload.chunkBytes), range.end - range.start);
  let parameters: UploadParameters;
  try {
    const form = await readUploadForm(request, writer);
    await checkApiSignature(form.fields, services.config, services.now());
    if (form.filename === undefined)
      throw new Problem("invalid-upload", "The form holds no file.", { parameter: "file" });
    parameters = namedParameters(form, form.filename, address);
    const { etag, digest, bytes } = await writer.close();
    await services.catalog.uploads.noteChunk(
      { cloud, uploadId: id, part: partNumber(range, upload.chunkBytes), etag, digest, bytes },
      range.total,
    );
  } catch (error) {
    // The client may send this chunk again; the others stay.
    await writer.discard();
    throw error;
  }
  const object = await completeObject(cloud, id, services);
  if (!object) return { taken: range };
  try {
    return await finishUpload(address, parameters, upload.objectKey, object, services);
  } catch (error) {
    await services.sources.delete(upload.objectKey);
    throw error;
  }
}

async function enterUpload(cloud: string, id: string, range: ChunkRange, { catalog, sources, now }: EdgeServices) {
  const known = await catalog.uploads.find(cloud, id);
  if (known) return known;
  const chunkBytes = firstChunkBytes(range);
  const objectKey = newObjectKey();
  const multipart = await sources.createMultipartUpload(objectKey);
  const mine = {
    cloud,
    id,
    objectKey,
    multipartId: multipart.uploadId,
    chunkBytes,
    totalBytes: null,
    startedAt: Math.floor(now()),
  };
  const entered = await catalog.uploads.enter(mine);
  // The same first chunk twice at once: the other one was faster.
  if (entered.multipartId !== mine.multipartId) await multipart.abort();
  return entered;
}

/** Joins the parts once all of them are there; undefined while some are missing. */
async function completeObject(
  cloud: string,
  id: string,
  { catalog, sources }: EdgeServices,
): Promise<WrittenObject | undefined> {
  const [upload, chunks] = [await catalog.uploads.find(cloud, id), await catalog.uploads.chunks(cloud, id)];
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  if (!upload || upload.totalBytes === null || bytes !== upload.totalBytes) return undefined;
  if (!(await catalog.uploads.take(cloud, id)))
    throw new Problem("upload-conflict", "This upload is being finished by another request.");
  const multipart = sources.resumeMultipartUpload(upload.objectKey, upload.multipartId);
  const object = await multipart.complete(chunks.map(({ part, etag }) => ({ partNumber: part, etag })));
  // One digest of all: the chunks' digests stand for their bytes, so that nothing is read again.
  const joined = new TextEncoder().encode(chunks.map(({ digest }) => digest).join(""));
  return { bytes, etag: object.etag, digest: `sha-256-parts:${hex(await crypto.subtle.digest("SHA-256", joined))}` };
}

/** Looks at what has come, and enters it. The object at `objectKey` belongs to the caller until this has succeeded. */
export async function finishUpload(
  { cloud, resource }: UploadAddress,
  parameters: UploadParameters,
  objectKey: string,
  object: WrittenObject,
  services: EdgeServices,
): Promise<Uploaded> {
  const { overwrite, ...asset } = parameters;
  const { deliveryType, publicId, resourceType } = parameters;
  const name = { cloud, deliveryType, publicId, ...(resourceType && { resourceType }) };
  const before = await services.catalog.assets.findAsset(name);
  if (before && !overwrite) {
    await services.sources.delete(objectKey);
    return { asset: before, existing: true };
  }
  const version = (object.digest.split(":")[1] ?? "").slice(0, 16);
  if (object.bytes === 0) throw new Problem("not-playable", "The file is empty.", { parameter: "file" });
  const probe =
    resourceType === "raw"
      ? await probeRaw(services.sources, { publicId, objectKey, bytes: object.bytes })
      : await services.origin.probe(await services.signSource({ version, bytes: object.bytes, objectKey }));
  if (resource === "video" && isStillContainer(probe.container))
    throw new Problem("not-playable", "This is a picture and no video; upload it with resource_type image.", {
      parameter: "file",
    });
  const source = { version, digest: object.digest, bytes: object.bytes, ...probe };
  const at = Math.floor(services.now());
  const entry: Asset = {
    ...asset,
    ...name,
    assetId: before?.assetId ?? crypto.randomUUID().replaceAll("-", ""),
    uploadedAt: at,
    createdAt: before?.createdAt ?? at,
  };
  // The same bytes again: what players hold URLs of stays where it is.
  const twin = await services.catalog.assets.findSource(name, version);
  const { glance, appraisal } = twin?.source ?? {};
  const known: Source = { ...source, ...(glance && { glance }), ...(appraisal && { appraisal }) };
  const stored = { source: known, objectKey: twin?.objectKey ?? objectKey, etag: twin?.etag ?? object.etag };
  await services.catalog.assets.putAsset(entry, stored);
  if (twin && twin.objectKey !== objectKey) await services.sources.delete(objectKey);
  await services.assets.forget(name);
  if (isUnappraised(known)) services.orderAppraisal(name, version);
  return { asset: { ...entry, ...stored }, existing: false };
}
