/** LUT FORMATS: three-dimensional look-up tables of colours, as .cube and .3dl, read strictly and written as .cube. */

import { Problem } from "#transformation";

export const MAX_LUT_BYTES = 8 * 2 ** 20;
/** What colourists' programs write at most; a table of 65 has 274,625 colours. */
const MAX_SIZE = 65;

const invalid = (detail: string): Problem => new Problem("invalid-lut", detail, { parameter: "file" });

/** Colours from 0 to 1, of which red changes fastest, then green, as in a .cube. */
export interface Lut {
  readonly size: number;
  readonly colours: readonly (readonly [red: number, green: number, blue: number])[];
}

type Colour = Lut["colours"][number];

interface LutFormat {
  /** As the catalog notes it, and as names end. */
  readonly name: "cube" | "3dl";
  readonly parse: (lines: readonly Line[]) => Lut;
}

/** A line that says something, with its number, counted from 1. */
interface Line {
  readonly number: number;
  readonly words: readonly string[];
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const isNumeric = ({ words }: Line): boolean => words.every((word) => NUMBER.test(word));

function colourOf(line: Line): Colour {
  const [red = 0, green = 0, blue = 0] = line.words.map(Number);
  if (!isNumeric(line) || line.words.length !== 3)
    throw invalid(`Line ${line.number} holds no colour: "${line.words.join(" ").slice(0, 60)}".`);
  return [red, green, blue];
}

function checked(size: number, colours: readonly Colour[]): Lut {
  if (!Number.isInteger(size) || size < 2 || size > MAX_SIZE)
    throw invalid(`A table has 2 to ${MAX_SIZE} steps of each colour.`);
  if (colours.length !== size ** 3)
    throw invalid(`A table of ${size} steps has ${size ** 3} colours; this one has ${colours.length}.`);
  return { size, colours };
}

/** What may stand before the colours, and what it may say: all else would be another table than the one that is applied. */
const CUBE_WORDS: Readonly<Record<string, (values: string) => boolean>> = {
  TITLE: () => true,
  LUT_3D_SIZE: (values) => /^\d+$/.test(values),
  DOMAIN_MIN: (values) => values.split(" ").every((value) => Number(value) === 0),
  DOMAIN_MAX: (values) => values.split(" ").every((value) => Number(value) === 1),
  LUT_3D_INPUT_RANGE: (values) => values.split(" ").map(Number).join(" ") === "0 1",
};

/** Adobe's Cube LUT Specification 1.0. */
function parseCube(lines: readonly Line[]): Lut {
  const head = lines.filter(({ words: [first = ""] }) => /^[A-Z]/.test(first));
  for (const { number, words } of head) {
    const [keyword = "", ...values] = words;
    if (!(Object.hasOwn(CUBE_WORDS, keyword) && CUBE_WORDS[keyword]?.(values.join(" "))))
      throw invalid(`Line ${number}: ${words.join(" ").slice(0, 60)} is not applied here; tables are 3D, from 0 to 1.`);
  }
  const size = Number(head.find(({ words: [keyword] }) => keyword === "LUT_3D_SIZE")?.words[1]);
  return checked(size, lines.filter((line) => !head.includes(line)).map(colourOf));
}

/** Levels are whole numbers of as many bits as the largest needs. */
const DEPTHS = [8, 10, 12, 14, 16];

/** Autodesk's: a line of input levels, then colours of which blue changes fastest. */
function parse3dl(lines: readonly Line[]): Lut {
  const numeric = lines.filter(isNumeric);
  const mesh = numeric.find(({ words }, index) => index === 0 && words.length !== 3);
  const levels = numeric.filter((line) => line !== mesh).map(colourOf);
  const size = mesh?.words.length ?? Math.round(Math.cbrt(levels.length));
  const most = levels.reduce((top, colour) => Math.max(top, ...colour), 0);
  const bits = DEPTHS.find((depth) => most < 2 ** depth);
  if (bits === undefined) throw invalid("A level has 16 bits at most.");
  const { colours } = checked(size, levels);
  const full = 2 ** bits - 1;
  return {
    size,
    colours: Array.from({ length: size ** 3 }, (_, at): Colour => {
      const [red, green, blue] = [at % size, Math.floor(at / size) % size, Math.floor(at / size ** 2)];
      const [r, g, b] = colours[(red * size + green) * size + blue] as Colour;
      return [r / full, g / full, b / full];
    }),
  };
}

export const LUT_FORMATS: readonly LutFormat[] = [
  { name: "cube", parse: parseCube },
  { name: "3dl", parse: parse3dl },
];

/** The format that a file's name ends as. */
export const lutFormatOf = (name: string): LutFormat | undefined =>
  LUT_FORMATS.find((format) => name.toLowerCase().endsWith(`.${format.name}`));

export const isLutContainer = (container: string): boolean => LUT_FORMATS.some(({ name }) => name === container);

/** @throws Problem `invalid-lut`, naming the line at fault */
export function parseLut(text: string, container: string): Lut {
  const lines = text
    .replace(/^\ufeff/, "")
    .split(/\r\n?|\n/)
    .map((line, index) => ({ number: index + 1, words: (line.split("#")[0] as string).trim().split(/\s+/) }))
    .filter(({ words: [first] }) => first !== "");
  const format = LUT_FORMATS.find(({ name }) => name === container);
  if (!format) throw invalid("A look-up table is a .cube or a .3dl.");
  return format.parse(lines);
}

/** As a .cube. */
export const formatLut = ({ size, colours }: Lut): string =>
  `LUT_3D_SIZE ${size}\n${colours.map((colour) => colour.map((level) => level.toFixed(6)).join(" ")).join("\n")}\n`;
