/** Spells filters for ffmpeg: the only place where anything is escaped. */

import type { Filter } from "#transformation";

/**
 * Two levels of quoting (ffmpeg-filters, "Notes on filtergraph escaping"): first the option's value within the filter,
 * then the filter within the graph.
 */
const escapeValue = (value: string): string => value.replaceAll(/[\\':]/g, "\\$&").replaceAll(/[\\'[\],;]/g, "\\$&");

function spellFilter({ name, options = {} }: Filter): string {
  const spelled = Object.entries(options).map(([option, value]) => `${option}=${escapeValue(String(value))}`);
  return spelled.length > 0 ? `${name}=${spelled.join(":")}` : name;
}

/** A chain of filters, as `-vf` and `-af` take it. */
export const spellFilters = (filters: readonly Filter[]): string => filters.map(spellFilter).join(",");
