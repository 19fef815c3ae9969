/** What a layer shows: `l_logo`, `l_video:folder:clip`, `l_text:Arial_40_bold:Hello`, `l_fetch:<base64url>`; read and spelled. */

import { fromBase64Url, toBase64Url } from "./base64-url.ts";
import { parseTextStyle, spellTextStyle, type TextStyle } from "./text-style.ts";

/** An asset, in its own delivery type. */
export interface AssetLayer {
  readonly kind: "asset";
  readonly media: "image" | "video" | "audio" | "subtitles" | "lut";
  readonly deliveryType?: "private" | "authenticated";
  /** With slashes between folders, as it was uploaded. */
  readonly publicId: string;
  /** The version of its bytes, as of a source: keys name it, so that a new upload of the layer is a new key. */
  readonly version?: string;
  /** How subtitles are drawn. */
  readonly style?: TextStyle;
}

export interface TextLayer {
  readonly kind: "text";
  readonly style: TextStyle;
  /** As it is shown; `$(name)` stands for a variable's value. */
  readonly text: string;
}

/** A remote file. */
export interface FetchLayer {
  readonly kind: "fetch";
  readonly media: "image" | "video";
  readonly url: string;
}

/** `l_$name`: the variable holds a reference. */
export interface VariableLayer {
  readonly kind: "variable";
  readonly name: string;
}

export type Layer = AssetLayer | TextLayer | FetchLayer | VariableLayer;

const MEDIA = ["video", "audio", "subtitles", "lut", "image"] as const;
const DELIVERY_TYPES = ["private", "authenticated"] as const;

/** Words that stand before the id, in any order: `video:authenticated:clip`. */
function assetLayer(text: string): AssetLayer | undefined {
  const words = text.split(":");
  let media: AssetLayer["media"] = "image";
  let deliveryType: AssetLayer["deliveryType"];
  for (; words.length > 1; words.shift()) {
    const asMedia = MEDIA.find((word) => word === words[0]);
    const asType = DELIVERY_TYPES.find((word) => word === words[0]);
    if (asMedia) media = asMedia;
    else if (asType) deliveryType = asType;
    else if (words[0] !== "upload") break;
  }
  const style = media === "subtitles" && words.length > 1 ? parseTextStyle(words[0] ?? "") : undefined;
  const isStyled = style?.sizePixels !== undefined;
  const version = words.length > 1 ? /^@([0-9a-f]{16})$/.exec(words.at(-1) ?? "")?.[1] : undefined;
  const publicId = words.slice(isStyled ? 1 : 0, version === undefined ? undefined : -1).join("/");
  const isId = publicId !== "" && !/(^|\/)(\.{0,2})(\/|$)/.test(publicId);
  return isId
    ? {
        kind: "asset",
        media,
        ...(deliveryType && { deliveryType }),
        publicId,
        ...(version !== undefined && { version }),
        ...(isStyled && { style }),
      }
    : undefined;
}

/** Text is escaped twice, so that its commas and slashes survive the URL: what still spells an escape is undone once more. */
function unescapeText(text: string): string {
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** What would end the parameter or the component, or be undone by reading. */
const escapeText = (text: string): string => text.replaceAll(/[%,/?#]/g, (character) => encodeURIComponent(character));

function textLayer(text: string): TextLayer | undefined {
  // The stroke's colour may hold a colon, too.
  const colon = /^[^:]*?(?:_solid_rgb:[^:]*)?(?=:)/.exec(text)?.[0].length ?? 0;
  if (colon < 1) return undefined;
  const style = parseTextStyle(text.slice(0, colon));
  return style && { kind: "text", style, text: unescapeText(text.slice(colon + 1)) };
}

function fetchLayer(text: string, media: "image" | "video"): FetchLayer | undefined {
  // Some SDKs add the extension of the output.
  const url = fromBase64Url(text.replace(/\.[a-z0-9]{2,5}$/, ""));
  return url !== undefined && /^https?:\/\/[^\s/]+/.test(url) ? { kind: "fetch", media, url } : undefined;
}

/** Reads what stands behind `l_` or `u_`; undefined for what is no layer. */
export function parseLayer(text: string): Layer | undefined {
  const variable = /^\$([A-Za-z][A-Za-z0-9]*)$/.exec(text)?.[1];
  if (variable !== undefined) return { kind: "variable", name: variable };
  if (text.startsWith("text:")) return textLayer(text.slice("text:".length));
  const fetched = /^(?:(video|image):)?fetch:(.+)$/.exec(text);
  if (fetched) return fetchLayer(fetched[2] ?? "", fetched[1] === "video" ? "video" : "image");
  return assetLayer(text);
}

export function formatLayer(layer: Layer): string {
  switch (layer.kind) {
    case "asset": {
      const words = [layer.media === "image" ? [] : [layer.media], layer.deliveryType ?? []].flat();
      const style = layer.style ? [spellTextStyle(layer.style)] : [];
      const version = layer.version === undefined ? [] : [`@${layer.version}`];
      const id = [...style, layer.publicId.replaceAll("/", ":"), ...version].join(":");
      // An image in a folder called like one of the words is told from it by naming its medium.
      const reads = assetLayer([...words, id].join(":"));
      const plain = reads?.media === layer.media && reads.publicId === layer.publicId;
      return [...(plain ? words : [layer.media, layer.deliveryType ?? "upload"]), id].join(":");
    }
    case "text":
      return `text:${spellTextStyle(layer.style)}:${escapeText(layer.text)}`;
    case "fetch":
      return `${layer.media === "video" ? "video:" : ""}fetch:${toBase64Url(layer.url)}`;
    case "variable":
      return `$${layer.name}`;
  }
}
