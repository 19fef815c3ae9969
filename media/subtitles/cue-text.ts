/** The text of a cue: the tags that both WebVTT and SubRip know, read and spelled. */

import type { Cue, Run } from "./cue.ts";

type Style = Omit<Run, "text">;

/** What has a face of its own; voices, classes, languages and karaoke times are left out, their text stays. */
const FACES: Readonly<Record<string, keyof Style>> = { b: "isBold", i: "isItalic", u: "isUnderlined" };

/** A tag, a WebVTT time inside of a text, or an override of SubStation's that SubRip files carry along. */
const MARKUP = /<(\/?)([A-Za-z]+)[^>]*>|<\d[\d:.]*>|\{\\[^}]*\}/g;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  lrm: "\u200e",
  rlm: "\u200f",
};

const withoutEntities = (text: string): string =>
  text.replaceAll(/&([a-z]+);/g, (spelled, name: string) => ENTITIES[name] ?? spelled);

const sameStyle = (a: Style, b: Style): boolean =>
  Object.values(FACES).every((face) => (a[face] ?? false) === (b[face] ?? false));

/** Reads the lines of a cue; whatever is no tag is text. */
export function parseCueText(text: string): readonly Run[] {
  const runs: Run[] = [];
  let style: Style = {};
  const take = (piece: string): void => {
    const plain = withoutEntities(piece);
    const last = runs.at(-1);
    if (plain === "") return;
    if (last && sameStyle(last, style)) runs[runs.length - 1] = { ...last, text: last.text + plain };
    else runs.push({ text: plain, ...style });
  };
  let at = 0;
  for (const tag of text.matchAll(MARKUP)) {
    take(text.slice(at, tag.index));
    at = tag.index + tag[0].length;
    const face = FACES[tag[2]?.toLowerCase() ?? ""];
    if (!face) continue;
    const { [face]: _, ...others } = style;
    style = tag[1] === "/" ? others : { ...others, [face]: true };
  }
  take(text.slice(at));
  return runs;
}

const escapeText = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    // An empty line would end the cue.
    .replaceAll(/\n(?=\n|$)|^\n/g, "\n\u00a0");

/** As a WebVTT payload. */
export function formatCueText({ runs }: Cue): string {
  return runs
    .map(({ text, ...style }) =>
      Object.entries(FACES).reduce(
        (inner, [tag, face]) => (style[face] ? `<${tag}>${inner}</${tag}>` : inner),
        escapeText(text),
      ),
    )
    .join("");
}
