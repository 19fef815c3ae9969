import {
  CMCD_EVENT_KEYS,
  CMCD_PARAM,
  CMCD_RESPONSE_KEYS,
  CMCD_V1_KEYS,
  type Cmcd,
  decodeCmcd,
  encodeCmcd,
  CMCD_KEYS as REFERENCE_KEYS,
  toCmcdHeaders,
  toCmcdUrl,
  toCmcdValue,
} from "@svta/cml-cmcd";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem } from "#transformation";
import { cmcdOf, readBeacon, readCmcd } from "./cmcd.ts";
import { CMCD_KEYS, type CmcdReport, cmcdKey, isCmcdKey } from "./cmcd-keys.ts";

const request = (query: string, headers: Record<string, string> = {}): Request =>
  new Request(`http://edge.test/demo/video/upload/film.m3u8${query}`, { headers });

describe("the table of keys", () => {
  const [ours, v1] = [Object.keys(CMCD_KEYS).sort(), [...CMCD_V1_KEYS].sort()];

  it("has every key of the reference, and no other", () => {
    const all = new Set([...REFERENCE_KEYS, ...CMCD_V1_KEYS, ...CMCD_EVENT_KEYS, ...CMCD_RESPONSE_KEYS]);
    expect(ours).toEqual([...all].sort());
  });

  it("knows which keys version 1 had", () => {
    expect(ours.filter((name) => isCmcdKey(name) && cmcdKey(name).since === 1)).toEqual(v1);
  });
});

describe("a report", () => {
  it.each<[string, string, CmcdReport]>([
    [
      "of version 1",
      'bl=21300,br=3200,bs,cid="faec5fc2",d=4004,mtp=25400,ot=v,sf=h,sid="6e2fb550",st=v,su',
      {
        bl: [{ value: 21300 }],
        br: [{ value: 3200 }],
        bs: true,
        cid: "faec5fc2",
        d: 4004,
        mtp: [{ value: 25400 }],
        ot: "v",
        sf: "h",
        sid: "6e2fb550",
        st: "v",
        su: true,
      },
    ],
    [
      "of version 2, with lists by kind of media",
      "bl=(6000;v 5900;a),br=(5200;v 128;a),bsd=(300 1200),sta=p,v=2",
      {
        bl: [
          { value: 6000, of: "v" },
          { value: 5900, of: "a" },
        ],
        br: [
          { value: 5200, of: "v" },
          { value: 128, of: "a" },
        ],
        bsd: [{ value: 300 }, { value: 1200 }],
        sta: "p",
        v: 2,
      },
    ],
    ["with a number of version 1 in version 2", "br=3200,v=2", { br: [{ value: 3200 }], v: 2 }],
    ["with keys that nobody knows", 'com.example-x="a,b",br=3200,future=(1 2),zz', { br: [{ value: 3200 }] }],
    ["with spaces after its commas", "br=3200, d=4000 ,  su", { br: [{ value: 3200 }], d: 4000, su: true }],
    ["with a string without quotes", "sid=6e2fb550-c457-11e9,br=1", { sid: "6e2fb550-c457-11e9", br: [{ value: 1 }] }],
    ["with quotes and commas in a string", 'cid="a\\"b,c=d",d=1', { cid: 'a"b,c=d', d: 1 }],
    ["with what comes next", 'nor=("1.m4s";r="0-9" "2.m4s")', { nor: ["1.m4s", "2.m4s"] }],
    ["of version 1 with what comes next", 'nor="..%2F1.m4s",nrr="0-9"', { nor: ["..%2F1.m4s"], nrr: "0-9" }],
    ["with a key twice", "d=1,d=2", { d: 2 }],
    ["encoded twice", "br%3D3200%2Cd%3D4000", { br: [{ value: 3200 }], d: 4000 }],
    ["with values that are none", 'br=fast,d=-5,su=7,mtp=(x 100),sid=""', { mtp: [{ value: 100 }] }],
    ["with numbers beyond measure", "br=999999999999,d=99999999,sn=3", { sn: 3 }],
    [
      "with something broken in its midst",
      'br=3200,=,,"loose",d=(4000,su',
      { br: [{ value: 3200 }], d: 4000, su: true },
    ],
  ])("%s", (_, text, report) => {
    expect(readCmcd(text)).toEqual(report);
  });

  it.each(["", ",", "unknown=1", "=", '"', "(((", "a".repeat(5000), `d=1,cid="${"x".repeat(4096)}"`])(
    "is none where it tells nothing or too much: %#",
    (text) => expect(readCmcd(text)).toBeUndefined(),
  );

  it("comes in the query, in the headers, or not at all", () => {
    expect(cmcdOf(request("?token=t&CMCD=br%3D3200%2Csu"))).toEqual({ br: [{ value: 3200 }], su: true });
    const headers = {
      "CMCD-Object": "br=3200",
      "CMCD-Request": "mtp=25400",
      "CMCD-Session": 'sid="a"',
      "CMCD-Status": "bs",
    };
    expect(cmcdOf(request("", headers))).toEqual({
      br: [{ value: 3200 }],
      mtp: [{ value: 25400 }],
      sid: "a",
      bs: true,
    });
    for (const none of ["", "?CMCD=", "?cmcd=br%3D1", "?CMCD", "?CMCD=%E0%A4%A"])
      expect(cmcdOf(request(none))).toBeUndefined();
  });
});

const bitRates = fc.array(fc.tuple(fc.integer({ min: 1, max: 90_000 }), fc.constantFrom("v", "a", undefined)), {
  minLength: 1,
  maxLength: 3,
});
const tens = fc.integer({ min: 0, max: 300 }).map((value) => value * 100);
const text = fc.string({ minLength: 1, maxLength: 64, unit: fc.constantFrom(...'abc XYZ019-_.,;=()"\\/?&%') });

/** What the reference's encoder and this reader must agree on. */
const told = fc.record(
  {
    br: bitRates,
    bl: bitRates.map((list) => list.map(([value, of]) => [value * 100, of] as const)),
    d: fc.integer({ min: 1, max: 3_600_000 }),
    mtp: tens.filter((value) => value > 0),
    dfa: fc.nat(100_000),
    msd: fc.nat(60_000),
    sn: fc.nat(1000),
    bs: fc.constant(true),
    su: fc.constant(true),
    ot: fc.constantFrom("v", "a", "av", "m", "i"),
    sta: fc.constantFrom("s", "p", "k", "r", "a", "e", "f", "q", "d"),
    sid: text,
    cid: text,
  },
  { requiredKeys: ["sid"] },
);

const ofReference = ({
  br,
  bl,
  mtp,
  ...rest
}: Record<string, unknown> & { br?: unknown; bl?: unknown; mtp?: unknown }): Cmcd => {
  const list = (values: unknown) =>
    (values as readonly (readonly [number, string | undefined])[]).map(([value, of]) =>
      of === undefined ? value : toCmcdValue(value, { [of]: true }),
    );
  return {
    ...rest,
    ...(br ? { br: list(br) } : {}),
    ...(bl ? { bl: list(bl) } : {}),
    ...(mtp ? { mtp: [mtp] } : {}),
  } as Cmcd;
};

/** What the reference reads of its own writing, spelled as this reader gives it. */
function readByReference(text: string): CmcdReport {
  const number = (item: unknown) => {
    const { value, params } = item instanceof Object ? (item as { value: number; params?: object }) : { value: item };
    const [of] = Object.keys(params ?? {});
    return of === undefined ? { value } : { value, of };
  };
  const entries = Object.entries(decodeCmcd(text)).map(([name, value]) => {
    const isNumbers = isCmcdKey(name) && cmcdKey(name).type === "numbers";
    return [name, isNumbers ? [value].flat().map(number) : value];
  });
  return Object.fromEntries(entries) as CmcdReport;
}

describe("what the reference writes", () => {
  it("is read from its query, its headers and its beacons, as the reference reads it", () => {
    fc.assert(
      fc.property(told, (made) => {
        const cmcd = ofReference(made);
        const read = cmcdOf(request(`?a=b&${CMCD_PARAM}=${toCmcdUrl(cmcd, { version: 2 }).replace(/^CMCD=/, "")}`));
        expect(read).toEqual(readByReference(encodeCmcd(cmcd, { version: 2 })));
        expect(read?.sid).toBe(made.sid);
        expect(cmcdOf(request("", toCmcdHeaders(cmcd, { version: 2 })))).toEqual(read);
        const event = { ...cmcd, e: "ps", ts: 1_790_000_000_000, sta: made.sta ?? "p" } as Cmcd;
        const line = encodeCmcd(event, { version: 2, reportingMode: "event" });
        expect(readBeacon(`${line}\n${line}`)).toEqual([readByReference(line), readByReference(line)]);
      }),
      { numRuns: 300 },
    );
  });

  it("is read in version 1, where lists are one number", () => {
    fc.assert(
      fc.property(told, (made) => {
        const report = readCmcd(encodeCmcd(ofReference(made), { version: 1 }));
        expect(report?.sid).toBe(made.sid);
        expect(report?.v).toBeUndefined();
        if (made.br) expect(report?.br).toHaveLength(1);
        if (made.d !== undefined) expect(report?.d).toBe(made.d);
      }),
    );
  });
});

describe("whatever is sent", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...'brdsuv=,;()"\\ 0123456789?:*-.\n{}[]%3D'), maxLength: 300 }),
  );

  it("is read without an error, and gives values of the table's types", () => {
    fc.assert(
      fc.property(anything, (sent) => {
        for (const [name, value] of Object.entries(readCmcd(sent) ?? {})) {
          const { type } = cmcdKey(name as keyof typeof CMCD_KEYS);
          const isList = type === "numbers" || type === "strings";
          expect(Array.isArray(value)).toBe(isList);
          if (!isList) expect(typeof value).toBe(type === "token" ? "string" : type);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is a beacon, or a Problem and nothing else", () => {
    fc.assert(
      fc.property(anything, (sent) => {
        try {
          expect(readBeacon(sent).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          expect((error as Problem).code).toBe("invalid-report");
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a beacon", () => {
  it.each([
    ["one report a line", 'e=ps,sid="a",sta=s,ts=1,v=2\ne=ps,sid="a",sta=p,ts=2,v=2', 2],
    ["lines of another system's making, and empty ones", 'e=t,sid="a",ts=1,v=2\r\n\r\ne=t,sid="a",ts=2,v=2\r\n', 2],
    ["lines that do not read beside one that does", '<xml/>\n(((\ne=t,sid="a",ts=1,v=2', 1],
    ["JSON, which version 1 allows", '{"br": 3200, "sid": "a", "bs": true}', 1],
    ["an array of JSON", '[{"sid": "a"}, {"sid": "b"}, 7, null]', 2],
    ["lines of JSON", '{"sid": "a"}\n{"sid": "b"}\n{broken', 2],
    ["a hundred reports at most", Array.from({ length: 200 }, () => "d=1").join("\n"), 100],
  ])("holds %s", (_, body, count) => {
    expect(readBeacon(body)).toHaveLength(count);
  });

  it.each(["", "\n", "hello", "<html>", "{}", "[]", '{"a": 1}', "{".repeat(10_000)])("is refused as %s", (body) => {
    expect(() => readBeacon(body)).toThrow(Problem);
  });
});
