/** Sound as telephones record it: AMR, ten frames in each packet of a 3GPP file. Written by hand, for want of an encoder. */

import { writeFile } from "node:fs/promises";

/** 12.2 kbit/s: a frame of 20 ms takes 244 bits behind its header (3GPP TS 26.101). */
const FRAME_BYTES = 32;
const FRAME_SAMPLES = 160;
const SAMPLE_RATE = 8000;
const FRAMES_A_PACKET = 10;

/** Frame type 7, quality good; then bits without any order: the decoder makes a voice of nobody's out of them. */
function frames(count: number): Buffer {
  const bytes = Buffer.alloc(count * FRAME_BYTES);
  let state = 1;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = at % FRAME_BYTES === 0 ? 0x3c : state >>> 24;
  }
  return bytes;
}

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, 4 * index);
  });
  return bytes;
};

const box = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([words(8 + content.length), Buffer.from(type, "latin1"), content]);
};

const UNITY = words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** ISO/IEC 14496-12, with the sample entry of 3GPP TS 26.244. */
function moov(packets: number, dataOffset: number): Buffer {
  const duration = packets * FRAMES_A_PACKET * FRAME_SAMPLES;
  const entry = box(
    "samr",
    words(0, 1, 0, 0, 0x0002_0010, 0, SAMPLE_RATE << 16),
    box("damr", Buffer.from([0, 0, 0, 0, 0, 0x81, 0xff, 0, FRAMES_A_PACKET])),
  );
  const samples = box(
    "stbl",
    box("stsd", words(0, 1), entry),
    box("stts", words(0, 1, packets, FRAMES_A_PACKET * FRAME_SAMPLES)),
    box("stsc", words(0, 1, 1, packets, 1)),
    box("stsz", words(0, FRAMES_A_PACKET * FRAME_BYTES, packets)),
    box("stco", words(0, 1, dataOffset)),
  );
  const media = box(
    "mdia",
    box("mdhd", words(0, 0, 0, SAMPLE_RATE, duration, 0x55c4_0000)),
    box("hdlr", words(0, 0), Buffer.from("soun"), words(0, 0, 0), Buffer.alloc(1)),
    box("minf", box("smhd", words(0, 0)), box("dinf", box("dref", words(0, 1), box("url ", words(1)))), samples),
  );
  return box(
    "moov",
    box("mvhd", words(0, 0, 0, SAMPLE_RATE, duration, 0x10000, 0x0100_0000, 0, 0), UNITY, words(0, 0, 0, 0, 0, 0, 2)),
    box("trak", box("tkhd", words(7, 0, 0, 1, 0, duration, 0, 0, 0, 0x0100_0000), UNITY, words(0, 0)), media),
  );
}

/** Writes the same sound twice: as a 3GPP file whose packets hold ten frames, and as a plain file of frames. */
export async function writeTelephoneSound(packets: number, packed: string, plain: string): Promise<void> {
  const data = frames(packets * FRAMES_A_PACKET);
  const head = box("ftyp", Buffer.from("3gp4"), words(0x200), Buffer.from("3gp4isom"));
  const index = moov(packets, head.length + moov(packets, 0).length + 8);
  await writeFile(packed, Buffer.concat([head, index, box("mdat", data)]));
  await writeFile(plain, Buffer.concat([Buffer.from("#!AMR\n"), data]));
}
