/** The class of device that a user agent names: coarse enough to count by, too coarse to know anybody by. */

const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/bot\b|crawler|spider|preview/i, "bot"],
  [/AppleTV|SmartTV|SMART-TV|Tizen|Web0S|webOS|Roku|BRAVIA|HbbTV|AFT[A-Z]|CrKey|GoogleTV/i, "tv"],
  [/iPad|Tablet|Android(?!.*Mobile)/i, "tablet"],
  [/Mobi|iPhone|Android|AppleCoreMedia.*iPhone/i, "mobile"],
  [/Lavf|libmpv|VLC|GStreamer|ExoPlayer|curl|node|python|Go-http/i, "program"],
  [/Mozilla\//, "desktop"],
];

/** Players say the same with every segment. */
const known = new Map<string, string>();
const MAX_KNOWN = 500;

export function deviceClass(userAgent: string): string {
  const remembered = known.get(userAgent);
  if (remembered !== undefined) return remembered;
  if (known.size >= MAX_KNOWN) known.clear();
  const found = CLASSES.find(([pattern]) => pattern.test(userAgent))?.[1] ?? "unknown";
  known.set(userAgent, found);
  return found;
}
