/** The kinds of chains. `log`: entry 0 only, which binds the keys of the log. */
export const chain = {
  log: 0,
  keypair: 1,
  devices: 2,
  account: 3,
  groupKeys: 4,
  groupPeople: 5,
} as const;

export type Chain = (typeof chain)[keyof typeof chain];

/** A chain with events. */
export type EventChain = Exclude<Chain, 0>;
