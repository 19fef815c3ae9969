/** Networks as claims spell them (CIDR, RFC 4632 and RFC 4291), and whether an address lies in one. */

import {
  convertIPv4MappedIPv6ToIPv4,
  convertIPv4ToBinary,
  convertIPv6ToBinary,
  distinctRemoteAddr,
  isIPv4MappedIPv6,
} from "hono/utils/ipaddr";

export interface Address {
  /** Bits of an address of its kind. */
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface IpPrefix extends Address {
  /** How many leading bits count. */
  readonly length: number;
}

/** Reads an address; IPv4 within IPv6 (`::ffff:192.0.2.1`) is IPv4. Undefined for what is none. */
export function parseAddress(text: string): Address | undefined {
  try {
    if (distinctRemoteAddr(text) === "IPv4") return { bits: 32, value: convertIPv4ToBinary(text) };
    // A zone is a matter of one machine.
    const value = convertIPv6ToBinary(text.includes("%") ? "" : text);
    return isIPv4MappedIPv6(value) ? { bits: 32, value: convertIPv4MappedIPv6ToIPv4(value) } : { bits: 128, value };
  } catch {
    return undefined;
  }
}

/** Reads `203.0.113.0/24`, `2001:db8::/48` or a lone address; undefined for what is none, or has bits behind its length. */
export function parsePrefix(text: string): IpPrefix | undefined {
  const [, written = "", digits] = /^([0-9a-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(written);
  if (!address) return undefined;
  // The length of IPv4 within IPv6 counts the 96 bits before it.
  const before = address.bits === 32 && written.includes(":") ? 96 : 0;
  const length = digits === undefined ? address.bits : Number(digits) - before;
  if (length < 0 || length > address.bits) return undefined;
  const rest = (1n << BigInt(address.bits - length)) - 1n;
  return (address.value & rest) === 0n ? { ...address, length } : undefined;
}

/** Whether an address lies in a network. */
export function prefixHolds(prefix: IpPrefix, address: Address): boolean {
  const rest = BigInt(prefix.bits - prefix.length);
  return prefix.bits === address.bits && prefix.value >> rest === address.value >> rest;
}
