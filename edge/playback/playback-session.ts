/**
 * One Durable Object a session: wherever its beacons arrive, they are read in their order. It holds a handful of values
 * in memory, stores nothing, and is forgotten by the platform some minutes after the last beacon.
 */

import { DurableObject } from "cloudflare:workers";
import { hex } from "../access/hash.ts";
import type { Env } from "../config.ts";
import type { CmcdReport } from "./cmcd-keys.ts";
import { type Increment, noted, openedBy, type Session } from "./session.ts";

export class PlaybackSession extends DurableObject<Env> {
  #session: Session | undefined;

  /** Notes the reports of a beacon, and says what there is to count. */
  note(reports: readonly CmcdReport[], arrivedAt: number): readonly Increment[] {
    const increments: Increment[] = [];
    for (const report of [...reports].sort((a, b) => (a.sn ?? 0) - (b.sn ?? 0))) {
      const [session, increment] = noted(this.#session ?? openedBy(report), report, arrivedAt);
      this.#session = session;
      increments.push(increment);
    }
    return increments;
  }
}

/** The object of a session. Its name is a digest: the session's own name is written down nowhere. */
export async function sessionOf(
  sessions: DurableObjectNamespace<PlaybackSession>,
  cloud: string,
  sid: string,
): Promise<DurableObjectStub<PlaybackSession>> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${cloud}\n${sid}`));
  return sessions.getByName(hex(digest));
}
