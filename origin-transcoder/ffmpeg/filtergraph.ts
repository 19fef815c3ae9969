/** Spells filters for ffmpeg: the only place where anything is escaped. */

import type { Filter, FilterInput } from "#transformation";

/**
 * Two levels of quoting (ffmpeg-filters, "Notes on filtergraph escaping"): first the option's value within the filter,
 * then the filter within the graph.
 */
const escapeValue = (value: string): string => value.replaceAll(/[\\':]/g, "\\$&").replaceAll(/[\\'[\],;]/g, "\\$&");

function spellFilter({ name, options = {} }: Filter): string {
  const spelled = Object.entries(options).map(([option, value]) => `${option}=${escapeValue(String(value))}`);
  return spelled.length > 0 ? `${name}=${spelled.join(":")}` : name;
}

/** Labels of a graph's links, one after the other. */
type Labels = () => string;

function chain(filters: readonly Filter[], labels: Labels): string {
  return filters
    .map((filter) => (filter.inputs ? joint(filter, filter.inputs, labels) : spellFilter(filter)))
    .join(",");
}

/** A filter of several inputs: the chain before it is split as often as copies of it are wanted. */
function joint(filter: Filter, inputs: readonly FilterInput[], labels: Labels): string {
  const ends = inputs.map(() => labels());
  const copies = inputs.filter(({ drawn }) => !drawn).map(() => labels());
  const waiting = [...copies];
  const branches = inputs.map(({ drawn, filters }, index) => {
    const start = drawn ? spellFilter(drawn) : `[${waiting.shift()}]null`;
    return `${[start, ...(filters.length > 0 ? [chain(filters, labels)] : [])].join(",")}[${ends[index]}]`;
  });
  const split = `split=${copies.length}${copies.map((label) => `[${label}]`).join("")}`;
  return `${split};${branches.join(";")};${ends.map((label) => `[${label}]`).join("")}${spellFilter(filter)}`;
}

/** A chain of filters, as `-vf` and `-af` take it. */
export function spellFilters(filters: readonly Filter[]): string {
  let count = 0;
  return chain(filters, () => `l${count++}`);
}
