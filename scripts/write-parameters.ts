/** Writes docs/parameters.md from the table of parameters; with --check it only says whether the page is up to date. */

import { readFile, writeFile } from "node:fs/promises";
import { PARAMETER_GROUPS, type Parameter, spellParameter } from "#transformation";

const PAGE = "docs/parameters.md";

type Entry = Parameter<never> & { readonly key: string };

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

/** Where a parameter stands, in a word. */
const standing = ({ scope, layerRole }: Entry): string =>
  layerRole === "placement"
    ? "component, or beside `fl_layer_apply`"
    : scope === "delivery"
      ? "anywhere; the last one holds"
      : "component";

function row(entry: Entry): string {
  const keys = [entry.key, ...(entry.aliases ?? [])].map(code).join(" ");
  const examples = entry.examples.map((example) => code(spellParameter(entry.key, example))).join(" ");
  return `| ${keys} | ${cell(entry.summary)} | ${cell(entry.value.expected)} | ${standing(entry)} | ${examples} |`;
}

function section({ title, parameters }: (typeof PARAMETER_GROUPS)[number]): string {
  const entries = Object.values(parameters) as unknown as readonly Entry[];
  const head = "| parameter | what it does | what it takes | where it stands | for example |\n|---|---|---|---|---|";
  return `## ${title}\n\n${head}\n${entries.map(row).join("\n")}\n`;
}

const text = `# Parameters

This page is written from the table that URLs are read by (\`npm run docs\`); a test reads every example.

A URL holds components between slashes, applied one after the other; a component holds parameters between commas, in any
order. Numbers may be expressions wherever a number is taken: \`w_iw_div_2\`, \`so_idu_div_2\`, \`e_blur:$strength\`.
\`$name_value\` sets a variable, \`if_w_gt_1000/…/if_else/…/if_end\` decides, \`t_name\` stands for what is kept under a
name, \`l_…/…/fl_layer_apply\` lays something over the picture, \`u_…\` under it. What a component changes, it changes in
this order: time, order and pace, turning, size, rectangle, effects, frame, layers, sound.

${PARAMETER_GROUPS.map(section).join("\n")}`;

if (process.argv.includes("--check")) {
  const known = await readFile(PAGE, "utf8").catch(() => "");
  if (known !== text) {
    console.error(`${PAGE} is not what the table says; run: npm run docs`);
    process.exit(1);
  }
  console.log(`${PAGE}: as the table says`);
} else {
  await writeFile(PAGE, text);
}
