/** Anything that a transformation may be, for property tests: every parameter's own values, and all that they are put together to. */

import fc from "fast-check";
import { spellParameter } from "../component.ts";
import { CROP_MODES, GRAVITIES } from "../edit.ts";
import type { Arithmetics, Comparing, Condition, Operand } from "../expression.ts";
import { formatArithmetics } from "../expression.ts";
import type { Layer } from "../layer.ts";
import { parseLayer } from "../layer.ts";
import { type AnyParameter, type Component, PARAMETER_LIST, type ParameterName } from "../parameters/index.ts";
import { rational } from "../rational.ts";
import {
  type EditStep,
  editStep,
  type LayerStep,
  type OpenParameter,
  type Step,
  type Transformation,
} from "../step.ts";
import { STREAMING_PROFILE_NAMES } from "../streaming-profile.ts";
import { formatTemplate, parseTemplate } from "../template.ts";
import { TEXT_ALIGNMENTS, type TextStyle } from "../text-style.ts";
import { VIDEO_CODEC_WORDS } from "../video-codec.ts";

type ValueOf<Name extends ParameterName> = NonNullable<Component[Name]>;

const whole = (min: number, max: number) => fc.integer({ min, max });
/** Decimals as they are written: so many digits behind the point at most. */
const decimalOf = (min: number, max: number, digits: number) =>
  fc
    .tuple(whole(0, digits), fc.integer({ min: min * 10 ** digits, max: max * 10 ** digits }))
    .map(([places, count]) => rational(Math.trunc(count / 10 ** (digits - places)), 10 ** places));
/** Percents of six digits behind the point are shares of eight. */
const share = (max: number) => whole(1, max * 10 ** 8).map((parts) => rational(parts, 10 ** 8));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** An object without the fields that are undefined: as readers build it. */
const record = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K] | undefined> }): fc.Arbitrary<T> =>
  fc
    .record(fields as { [K in keyof T]: fc.Arbitrary<T[K]> })
    .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T);

const rgba = whole(0, 0xffffffff).map((bits) => bits.toString(16).padStart(8, "0"));
const colour = fc.oneof(fc.constantFrom("000000ff", "ffffffff", "00000000", "c0c0c0ff"), rgba);
const dimension = fc.oneof(
  whole(1, 8192).map((pixels) => ({ pixels })),
  share(100).map((of) => ({ share: of })),
);
const coordinate = fc.oneof(
  whole(-8192, 8192).map((pixels) => ({ pixels })),
  decimalOf(-999, 999, 6).map((of) => ({ share: of })),
  share(100).map((of) => ({ share: of })),
);
const timeChoice = fc.oneof(
  fc.constant("auto" as const),
  decimalOf(0, 86_400, 6).map((seconds) => ({ seconds })),
  share(1).map((of) => ({ share: of })),
);
const quality = fc
  .tuple(
    fc.oneof(
      whole(1, 100).map((percent) => ({ percent })),
      fc.constantFrom("best", "good", "eco", "low").map((auto) => ({ auto })),
    ),
    fc.constantFrom({}, { chroma: "420" }, { chroma: "444" }, { maxQuantizer: 20 }, { maxQuantizer: 0 }),
  )
  .map(([value, further]) => ({ ...value, ...further }) as ValueOf<"quality">);
const background = fc.oneof(
  colour.map((of) => ({ kind: "colour" as const, colour: of })),
  fc
    .tuple(whole(1, 2000), whole(-300, 100))
    .map(([intensity, brightness]) => ({ kind: "blurred" as const, intensity, brightness })),
  fc.constantFrom("", "border", "predominant_gradient:4").map((mode) => ({ kind: "auto" as const, mode })),
);
const frameRate = fc
  .tuple(optional(decimalOf(1, 60, 6)), optional(decimalOf(1, 60, 6)))
  .filter(([min, max]) => min !== undefined || max !== undefined)
  .map(([a, b]) => {
    const isTurned = a !== undefined && b !== undefined && a.num * b.den > b.num * a.den;
    const [min, max] = isTurned ? [b, a] : [a, b];
    return { ...(min && { min }), ...(max && { max }) };
  });
const sampling = fc.oneof(
  whole(1, 400).map((pictures) => ({ pictures })),
  decimalOf(1, 9999, 3).map((everySeconds) => ({ everySeconds })),
);
const subtitles = fc.array(
  fc.constantFrom(
    { language: "en-US", file: "subs:one.vtt" },
    { language: "deu", file: "zwei, drei.srt" },
    { language: "ja", file: "字幕!.vtt" },
  ),
  { minLength: 1, maxLength: 3 },
);
const profile = fc.oneof(
  fc
    .tuple(fc.constantFrom(...STREAMING_PROFILE_NAMES, "my_own-profile", "épisodes"), optional(subtitles))
    .map(([name, choices]) => ({ name, ...(choices && { subtitles: choices }) })),
  fc.constantFrom(480, 720, 2160).map((maxResolution) => ({ name: "auto", maxResolution })),
);
const videoCodec = record<ValueOf<"videoCodec">>({
  codec: fc.constantFrom(...VIDEO_CODEC_WORDS),
  profile: optional(fc.constantFrom("baseline" as const, "main" as const, "high" as const)),
  level: optional(fc.constantFrom("3.1", "4.0", "5.2")),
  withoutBPictures: optional(fc.constant(true as const)),
});
const turn = fc.oneof(
  whole(0, 359).map((degrees) => ({ degrees })),
  fc.constantFrom("hflip" as const, "vflip" as const, "ignore" as const, "auto_left" as const, "auto_right" as const),
);
const corners = fc.oneof(
  fc.constant("max" as const),
  whole(0, 9999).map((radius) => [radius]),
  fc.array(whole(0, 9999), { minLength: 2, maxLength: 4 }).filter((radii) => new Set(radii).size > 1),
);
/** A file's name, or words that are handed on. */
const handedOn = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 !_;()-]{0,20}$/);

const tint = fc
  .tuple(whole(0, 100), fc.array(colour, { minLength: 1, maxLength: 10 }), fc.boolean())
  .map(([percent, colours, isPlaced]) => ({
    percent,
    colours: colours.map((of, at) => ({
      colour: of,
      ...(isPlaced && { lightness: rational(at + 1, 20) }),
    })),
  }));

/** Values of the parameters whose grammar is more than its examples; of all others the examples are taken. */
const VALUES: { readonly [Name in ParameterName]?: fc.Arbitrary<ValueOf<Name>> } = {
  startOffset: timeChoice,
  endOffset: timeChoice,
  duration: timeChoice,
  frameRate,
  keyframeInterval: decimalOf(1, 300, 3),
  samplingRate: sampling,
  delay: decimalOf(10, 60_000, 3),
  accelerate: whole(-50, 100),
  loop: whole(0, 100),
  width: dimension,
  height: dimension,
  crop: fc.constantFrom(...CROP_MODES),
  aspectRatio: fc.tuple(whole(1, 9_000_000), whole(1, 9_000_000)).map(([w, h]) => rational(100 * h + w, 100 * w + h)),
  gravity: fc.oneof(fc.constantFrom(...GRAVITIES), fc.constantFrom({ auto: "auto" }, { auto: "face:center" })),
  x: coordinate,
  y: coordinate,
  zoom: decimalOf(1, 100, 3),
  angle: fc.array(turn, { minLength: 1, maxLength: 8 }),
  brightness: whole(-99, 100),
  contrast: whole(-100, 100),
  gamma: whole(-50, 150),
  sepia: whole(0, 100),
  blackwhite: whole(0, 100),
  colorize: whole(0, 100),
  tint,
  makeTransparent: whole(0, 100),
  recolor: fc.array(decimalOf(-2, 2, 3), { minLength: 9, maxLength: 9 }),
  replaceColour: record<ValueOf<"replaceColour">>({
    to: colour,
    tolerancePercent: whole(0, 100),
    from: optional(colour),
  }),
  blur: whole(1, 2000),
  noise: whole(0, 100),
  progressBar: fc.record({
    shape: fc.constantFrom("bar" as const, "frame" as const),
    colour,
    thicknessPixels: whole(1, 9999),
  }),
  fadeIn: whole(-600_000, 600_000),
  background,
  colour,
  border: fc.record({ widthPixels: whole(0, 2000), colour }),
  corners,
  opacity: whole(0, 100),
  volume: fc.oneof(
    whole(-100, 400).map((percent) => ({ percent })),
    whole(-60, 60).map((decibels) => ({ decibels })),
  ),
  quality,
  bitRate: fc
    .tuple(whole(1000, 100_000_000), fc.boolean())
    .map(([bitsPerSecond, isConstant]) => ({ bitsPerSecond, ...(isConstant && { isConstant: true as const }) })),
  videoCodec,
  streamingProfile: profile,
  attachment: handedOn,
};

const examplesOf = ({ examples, value }: AnyParameter): fc.Arbitrary<unknown> =>
  fc.constantFrom(...(examples.length > 0 ? examples : [""]).map((example) => value.parse(example)));

/** The value of one parameter, whatever its grammar allows. */
const anyValueOf = (entry: AnyParameter): fc.Arbitrary<unknown> => VALUES[entry.name] ?? examplesOf(entry);

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}$/);
/** Between exclamation marks: anything but such a mark, and what a path is divided by. */
const quotable = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((text) => text.replaceAll(/[!/]/g, "").toWellFormed());

const number = fc.oneof(
  decimalOf(-999_999, 999_999, 6),
  fc.tuple(whole(1, 999_999_999), whole(1, 999_999_999)).map(([num, den]) => rational(num, den)),
);

const operand = (text: fc.Arbitrary<string>): fc.Arbitrary<Operand> =>
  fc.oneof(
    number.map((of) => ({ kind: "number" as const, number: of })),
    fc.constantFrom("w", "h", "iar", "idu", "tags", "current").map((of) => ({ kind: "fact" as const, name: of })),
    name.map((of) => ({ kind: "variable" as const, name: of })),
    text.map((of) => ({ kind: "string" as const, text: of })),
    fc
      .tuple(fc.constantFrom("ctx" as const, "md" as const, "ref" as const), text)
      .map(([from, of]) => ({ kind: "lookup" as const, from, name: of })),
  );

const arithmetics = (text: fc.Arbitrary<string>): fc.Arbitrary<Arithmetics> =>
  record<Arithmetics>({
    first: operand(text),
    rest: fc.array(
      fc.record({
        operator: fc.constantFrom("add", "sub", "mul", "div", "mod", "pow"),
        operand: operand(text),
      }),
      { maxLength: 3 },
    ),
    to: optional(fc.constantFrom("i", "f")),
  });

const comparing: fc.Arbitrary<Comparing> = fc
  .tuple(
    arithmetics(quotable),
    fc.constantFrom("eq", "ne", "lt", "gt", "lte", "gte", "in", "nin"),
    optional(arithmetics(quotable)),
  )
  .map(([left, operator, right]) => (right ? { left, operator, right } : { left }));

const condition: fc.Arbitrary<Condition> = fc.array(fc.array(comparing, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});

/** An expression in the place of a value; none that the value's own grammar would read. */
const openIn = ({ key, value }: AnyParameter): fc.Arbitrary<OpenParameter | undefined> =>
  arithmetics(quotable.map((text) => text.replaceAll(",", ""))).map((expression) => {
    const text = formatArithmetics(expression);
    const isRead = key.startsWith("fl_") || value.parse(text) !== undefined;
    const template = isRead ? undefined : parseTemplate(text);
    return template && { key, template };
  });

/** Parameters of a component that a rule picks: values, and now and then expressions. */
export function editOf(wanted: (entry: AnyParameter) => boolean = () => true): fc.Arbitrary<EditStep> {
  const entries = PARAMETER_LIST.filter(wanted);
  return fc.subarray(entries, { maxLength: Math.min(6, entries.length) }).chain((chosen) =>
    fc
      .tuple(
        ...chosen.map((entry) =>
          fc.tuple(
            fc.constant(entry),
            fc.oneof(
              { weight: 4, arbitrary: anyValueOf(entry) },
              { weight: 1, arbitrary: openIn(entry).map((open) => ({ open })) },
            ),
          ),
        ),
      )
      .map((given) => {
        const isOpen = (value: unknown): value is { open: OpenParameter | undefined } =>
          typeof value === "object" && value !== null && "open" in value;
        const values = given.filter(([, value]) => !isOpen(value)).map(([entry, value]) => [entry.name, value]);
        const open = given.flatMap(([, value]) => (isOpen(value) && value.open ? [value.open] : []));
        return editStep(
          Object.fromEntries(values) as Component,
          open.sort((a, b) => (a.key < b.key ? -1 : 1)),
        );
      }),
  );
}

const edit = editOf().filter(({ component, open }) => open.length > 0 || Object.keys(component).length > 0);

const style: fc.Arbitrary<TextStyle> = record<TextStyle>({
  font: fc.constantFrom("Arial", "Open Sans", "noto-sans_jp", "my_style 2", "ヒラギノ"),
  sizePixels: whole(1, 2000),
  isBold: optional(fc.constant(true)),
  isItalic: optional(fc.constant(true)),
  decoration: optional(fc.constantFrom("underline", "strikethrough")),
  alignment: optional(fc.constantFrom(...TEXT_ALIGNMENTS)),
  stroke: optional(fc.constantFrom("border" as const, { widthPixels: 2, colour: "12ab34ff" })),
  letterSpacingPixels: optional(whole(-99, 99)),
  lineSpacingPixels: optional(whole(-99, 99)),
});

export const publicId = fc
  .array(fc.stringMatching(/^[A-Za-z0-9 äß映画_.-]{1,12}$/), { minLength: 1, maxLength: 3 })
  .map((folders) => folders.join("/"));

/** An asset that is read as it is spelled: a folder may be called as the language's own words. */
const asset: fc.Arbitrary<Layer> = record<Extract<Layer, { kind: "asset" }>>({
  kind: fc.constant("asset" as const),
  media: fc.constantFrom("image", "video", "audio", "subtitles", "lut"),
  deliveryType: optional(fc.constantFrom("private", "authenticated")),
  publicId: publicId.filter(
    (id) => !/^\.{1,2}$|^(video|audio|image|subtitles|lut|upload|private|authenticated|text|fetch)(\/|$)/.test(id),
  ),
  version: optional(fc.constant("0123456789abcdef")),
}).filter(
  ({ publicId: id, media }) =>
    parseLayer(`${media}:${id.replaceAll("/", ":")}`)?.kind === "asset" && media !== "subtitles",
);

const layer: fc.Arbitrary<Layer> = fc.oneof(
  asset,
  fc
    .tuple(style, fc.string({ unit: "binary", maxLength: 30 }))
    .map(([of, text]) => ({ kind: "text" as const, style: of, text })),
  fc
    .tuple(fc.constantFrom("image" as const, "video" as const), fc.webUrl())
    .map(([media, url]) => ({ kind: "fetch" as const, media, url })),
  name.map((of) => ({ kind: "variable" as const, name: of })),
);

const isText = ({ kind }: Layer): boolean => kind === "text" || kind === "variable";
const placement = editOf(({ layerRole }) => layerRole === "placement");
const textStyle = editOf(({ layerRole }) => layerRole === "style");

/** Steps, and within them steps, to some depth. */
export const { transformation } = fc.letrec<{ transformation: Transformation; step: Step }>((tie) => ({
  transformation: fc.array(tie("step"), { maxLength: 4, depthIdentifier: "steps" }),
  step: fc.oneof(
    { maxDepth: 3, depthIdentifier: "steps" },
    edit,
    fc.record({ kind: fc.constant("variable" as const), name, value: arithmetics(quotable) }),
    fc.record({ kind: fc.constant("named" as const), name: fc.constantFrom("branded", "my look", "Vorschau_2") }),
    fc.record({
      kind: fc.constant("condition" as const),
      condition,
      whenMet: tie("transformation"),
      otherwise: tie("transformation"),
    }),
    fc.tuple(layer, fc.boolean(), textStyle, tie("transformation"), placement).map(
      ([of, under, drawn, steps, laid]): LayerStep => ({
        kind: "layer",
        layer: of,
        under,
        style: isText(of) ? drawn : editStep({}),
        steps,
        placement: laid,
      }),
    ),
  ),
}));

/** A component as it is written, parameter by parameter. */
export const spelledComponent: fc.Arbitrary<readonly string[]> = edit.map(({ component, open }) => [
  ...PARAMETER_LIST.filter(({ name: of }) => component[of] !== undefined).map((entry) =>
    spellParameter(entry.key, entry.value.format(component[entry.name])),
  ),
  ...open.map(({ key, template }) => spellParameter(key, formatTemplate(template))),
]);
