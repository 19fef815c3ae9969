/** SCOPES: what an administrator may be for, and which doors each scope opens. */

export const SCOPES = {
  "analytics:read": "counts of deliveries and of playback",
  "assets:read": "`?explain` on delivery URLs",
  "names:read": "kept transformations and streaming profiles",
  "names:write": "keeping, changing and forgetting them",
  "keys:read": "ids, algorithms and times of playback keys; never a key",
  "keys:write": "making and revoking playback keys: whoever has it can open every video",
  "revocations:read": "which tokens were revoked",
  "revocations:write": "revoking single tokens",
  "budgets:read": "what is left of the cloud's budget of encodes",
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as readonly Scope[];
