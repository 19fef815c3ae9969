/** Real files, where the machine has a collection of them: tests use them in addition to what they make. */

export const COLLECTION = process.env["EDGEREEL_MEDIA"] ?? "../shared/media";
