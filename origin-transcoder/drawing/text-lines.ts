/** Breaks a text into lines. Pure: how wide words are comes from outside. */

import type { TextDrawing } from "#media";

/** A line as it is drawn; of justified text, all but the last of a paragraph fill the width. */
export interface Line {
  readonly text: string;
  readonly isLast: boolean;
}

const ELLIPSIS = "…";

/** The longest beginning of a word that fits; a character at least, or nothing would ever be drawn. */
function fittingPart(word: string, width: number, widthOf: (text: string) => number): string {
  const characters = [...word];
  let count = 1;
  while (count < characters.length && widthOf(characters.slice(0, count + 1).join("")) <= width) count++;
  return characters.slice(0, count).join("");
}

function brokenParagraph(paragraph: string, width: number, widthOf: (text: string) => number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(/[ \t]+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    let rest = word;
    while (widthOf(rest) > width) {
      const part = fittingPart(rest, width, widthOf);
      if (part === rest) break;
      lines.push(part);
      rest = rest.slice(part.length);
    }
    line = rest;
  }
  return [...lines, line];
}

/**
 * The lines of a text within a width, as many as a height holds; what is left out is said by an ellipsis.
 * @param lineHeight from one line to the next
 */
export function linesOf(
  { text, fit }: Pick<TextDrawing, "text" | "fit">,
  lineHeight: number,
  widthOf: (text: string) => number,
): readonly Line[] {
  const { width, height } = fit;
  const paragraphs = text.replaceAll(/\r\n?/g, "\n").split("\n");
  const lines = paragraphs.flatMap((paragraph): readonly Line[] => {
    const broken = width === undefined ? [paragraph] : brokenParagraph(paragraph, width, widthOf);
    return broken.map((line, index) => ({ text: line, isLast: index === broken.length - 1 }));
  });
  const most = height === undefined ? lines.length : Math.max(1, Math.floor(height / lineHeight));
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  const end = kept.at(-1)?.text ?? "";
  const characters = [...end];
  while (characters.length > 0 && width !== undefined && widthOf(characters.join("") + ELLIPSIS) > width)
    characters.pop();
  return [...kept.slice(0, -1), { text: characters.join("").trimEnd() + ELLIPSIS, isLast: true }];
}
