/** Looks a name up in a record: a name from a URL may be `constructor`, which every object answers to. */

export const entryOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
