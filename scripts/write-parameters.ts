/** Writes the pages of docs/ that say what tables say; with --check it only says whether they are up to date. */

import { readFile, writeFile } from "node:fs/promises";
import { LIMITS } from "#media";
import { PARAMETER_GROUPS, type Parameter, spellParameter } from "#transformation";

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

const parameters = `# Parameters

This page is written from the table that URLs are read by (\`npm run docs\`); a test reads every example.

A URL holds components between slashes, applied one after the other; a component holds parameters between commas, in any
order. Numbers may be expressions wherever a number is taken: \`w_iw_div_2\`, \`so_idu_div_2\`, \`e_blur:$strength\`.
\`$name_value\` sets a variable, \`if_w_gt_1000/…/if_else/…/if_end\` decides, \`t_name\` stands for what is kept under a
name, \`l_…/…/fl_layer_apply\` lays something over the picture, \`u_…\` under it: an uploaded picture by its public id
(\`l_logo\`, folders with colons), \`l_video:clip\`, \`l_audio:song\`, \`l_text:Arial_40_bold:Hello\`,
\`l_subtitles:arial_40:film.srt\`, a look-up table of colours (\`l_lut:warm.cube\`), or what lies elsewhere (\`l_fetch:\` and
its address as base64url). What a component changes, it changes in
this order: time, order and pace, turning, size, rectangle, effects, frame, layers, sound, waveform.

${PARAMETER_GROUPS.map(section).join("\n")}`;

const limits = `# Limits of a cloud

This page is written from the table of limits (\`npm run docs\`).

Whatever may be asked of a video by anybody is bounded anyway: sides of 8192 pixels, 60 frames a second, eight layers that are
assets, a minute of a file that is made whole. An operator may bound more, for all that is made under his cloud, in the
Worker's variable \`LIMITS\`:

\`\`\`json
{ "side_pixels": 1920, "frames_per_second": 30, "layers": 4, "file_seconds": 20 }
\`\`\`

What lies beyond is refused before anything is made, with 400, the code \`beyond-limit\`, the bound by its name in \`limit\`, and
the parameter that brings it within. What was made before stays where it is, and uploaded files are delivered as they are.

| limit | what it bounds | counted in | the parameter that is named |
|---|---|---|---|
${Object.entries(LIMITS)
  .map(([name, { summary, unit, parameter }]) => `| ${code(name)} | ${cell(summary)} | ${unit} | ${code(parameter)} |`)
  .join("\n")}
`;

const PAGES = { "docs/parameters.md": parameters, "docs/limits.md": limits };

for (const [page, text] of Object.entries(PAGES)) {
  if (!process.argv.includes("--check")) {
    await writeFile(page, text);
    continue;
  }
  const known = await readFile(page, "utf8").catch(() => "");
  if (known !== text) {
    console.error(`${page} is not what the table says; run: npm run docs`);
    process.exit(1);
  }
  console.log(`${page}: as the table says`);
}
