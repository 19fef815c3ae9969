/** Chunked uploads under way. */

import { and, eq, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { uploadChunks, uploads } from "./schema.ts";

export type ChunkedUpload = typeof uploads.$inferSelect;
export type UploadChunk = typeof uploadChunks.$inferSelect;

export interface UploadCatalog {
  find(cloud: string, id: string): Promise<ChunkedUpload | undefined>;
  /** Enters an upload unless its id is known; answers the one that is entered now. */
  enter(upload: ChunkedUpload): Promise<ChunkedUpload>;
  /** Notes a chunk that R2 has taken; a chunk sent again replaces itself, one whose upload is over is forgotten. */
  noteChunk(chunk: UploadChunk, totalBytes: number | null): Promise<void>;
  chunks(cloud: string, id: string): Promise<readonly UploadChunk[]>;
  /** Ends an upload's record; answers whether this call did it, so that only one of several finishes an upload. */
  take(cloud: string, id: string): Promise<boolean>;
  /** Uploads that were never finished. */
  startedBefore(time: number, limit: number): Promise<readonly ChunkedUpload[]>;
}

const one = (cloud: string, id: string) => and(eq(uploads.cloud, cloud), eq(uploads.id, id));
const chunksOf = (cloud: string, id: string) => and(eq(uploadChunks.cloud, cloud), eq(uploadChunks.uploadId, id));

export const uploadCatalog = (db: Database): UploadCatalog => ({
  async find(cloud, id) {
    const [row] = await db.select().from(uploads).where(one(cloud, id)).limit(1);
    return row;
  },

  async enter(upload) {
    const [, rows] = await db.batch([
      db.insert(uploads).values(upload).onConflictDoNothing(),
      db.select().from(uploads).where(one(upload.cloud, upload.id)).limit(1),
    ]);
    return rows[0] ?? upload;
  },

  async noteChunk(chunk, totalBytes) {
    const { cloud, uploadId, part: _, ...values } = chunk;
    // Of an upload that is under way: left behind, it would be a part of the next one under this id.
    const noted = db
      .select({
        cloud: uploads.cloud,
        uploadId: uploads.id,
        part: sql<number>`${chunk.part}`.as("part"),
        etag: sql<string>`${chunk.etag}`.as("etag"),
        bytes: sql<number>`${chunk.bytes}`.as("bytes"),
        digest: sql<string>`${chunk.digest}`.as("digest"),
      })
      .from(uploads)
      .where(one(cloud, uploadId));
    const note = db
      .insert(uploadChunks)
      .select(noted)
      .onConflictDoUpdate({ target: [uploadChunks.cloud, uploadChunks.uploadId, uploadChunks.part], set: values });
    if (totalBytes === null) await note;
    else await db.batch([note, db.update(uploads).set({ totalBytes }).where(one(cloud, uploadId))]);
  },

  async chunks(cloud, id) {
    return db.select().from(uploadChunks).where(chunksOf(cloud, id)).orderBy(uploadChunks.part);
  },

  async take(cloud, id) {
    const [, taken] = await db.batch([
      db.delete(uploadChunks).where(chunksOf(cloud, id)),
      db.delete(uploads).where(one(cloud, id)).returning({ id: uploads.id }),
    ]);
    return taken.length > 0;
  },

  async startedBefore(time, limit) {
    return db.select().from(uploads).where(lt(uploads.startedAt, time)).limit(limit);
  },
});
