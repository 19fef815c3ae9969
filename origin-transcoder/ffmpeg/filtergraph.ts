/** Spells filters for ffmpeg: the only place where anything is escaped. */

import type { Filtered } from "#media";
import type { Filter, FilterInput, InputStream } from "#transformation";

/**
 * Two levels of quoting (ffmpeg-filters, "Notes on filtergraph escaping"): first the option's value within the filter,
 * then the filter within the graph.
 */
const escapeValue = (value: string): string => value.replaceAll(/[\\':]/g, "\\$&").replaceAll(/[\\'[\],;]/g, "\\$&");

function spellFilter({ name, options = {} }: Filter): string {
  const spelled = Object.entries(options).map(([option, value]) => `${option}=${escapeValue(String(value))}`);
  return spelled.length > 0 ? `${name}=${spelled.join(":")}` : name;
}

type Media = "video" | "audio";

/** Labels of a graph's links, one after the other. */
type Labels = () => string;

const spellStream = ({ input, streamIndex }: InputStream): string => `[${input}:${streamIndex}]`;

/** @param start what feeds the first filter where a label has to say it */
function chain(filters: readonly Filter[], labels: Labels, media: Media, start = ""): string {
  return filters
    .map((filter, index) => {
      const fed = index === 0 ? start : "";
      return filter.inputs ? joint(filter, filter.inputs, labels, media, fed) : `${fed}${spellFilter(filter)}`;
    })
    .join(",");
}

/** Whether a branch begins with a filter whose inputs all come from elsewhere. */
const feedsItself = ({ drawn, stream, filters: [first] }: FilterInput): boolean =>
  drawn !== undefined || stream !== undefined || (first?.inputs?.every(feedsItself) ?? false);

/** A filter of several inputs: the chain before it is split as often as copies of it are wanted. */
function joint(filter: Filter, inputs: readonly FilterInput[], labels: Labels, media: Media, start: string): string {
  const prefix = media === "audio" ? "a" : "";
  const ends = inputs.map(() => labels());
  const copies = inputs.filter((input) => !feedsItself(input)).map(() => labels());
  const waiting = [...copies];
  const branches = inputs.map((branch, index) => {
    const { drawn, stream, filters, media: own = media } = branch;
    if (!drawn && feedsItself(branch))
      return `${chain(filters, labels, own, stream ? spellStream(stream) : "")}[${ends[index]}]`;
    const first = drawn ? spellFilter(drawn) : `[${waiting.shift()}]${prefix}null`;
    return `${[first, ...(filters.length > 0 ? [chain(filters, labels, media)] : [])].join(",")}[${ends[index]}]`;
  });
  const split =
    copies.length === 0
      ? []
      : [`${start}${prefix}split=${copies.length}${copies.map((label) => `[${label}]`).join("")}`];
  const joined = `${ends.map((label) => `[${label}]`).join("")}${spellFilter(filter)}`;
  return [...split, ...branches, joined].join(";");
}

const labelled = (prefix: string): Labels => {
  let count = 0;
  return () => `${prefix}${count++}`;
};

/** A chain of filters, as `-vf` and `-af` take it. */
export const spellFilters = (filters: readonly Filter[], media: Media = "video"): string =>
  chain(filters, labelled("l"), media);

/** A chain for each stream of the output, as `-filter_complex` takes them; `[out0]` is the first one's end. */
export const spellGraph = (streams: readonly (Filtered & { readonly media: Media })[]): string =>
  streams
    .map(({ stream, filters, media }, index) => {
      const labels = labelled(`s${index}l`);
      return `${chain(filters, labels, media, stream ? spellStream(stream) : "")}[out${index}]`;
    })
    .join(";");
