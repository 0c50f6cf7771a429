import type { Allocation } from '../db/schema/experiments.ts';

/** Slots of an experiment, shared out among its variants: a slot is a hundredth of a per cent. */
export const slots = 10_000;
/** The slots of one per cent. */
export const slotsPerCent = slots / 100;
/** 2^31 - 1, a prime. */
export const prime = 2_147_483_647;

/** The share of slots that a variant should have. Shares add up to `slots`. */
export interface Share {
  readonly variant_id: string;
  readonly slots: number;
}

/** The salt of an experiment: a member of a pairwise independent family of hash functions. */
export interface Salt {
  readonly multiplier: number;
  readonly increment: number;
}

/**
 * Returns the subject that an experiment of the agent assigns: its end user, else the session. It is the first 53 bits
 * of SHA-256 over the agent's id, a line feed, and `user:<end user>` or `session:<session>`.
 */
export async function subjectOf(
  agent_id: string,
  { end_user_id, session_id }: Readonly<Record<'end_user_id' | 'session_id', string | null>>,
): Promise<number | null> {
  const name = end_user_id === null ? session_id && `session:${session_id}` : `user:${end_user_id}`;
  if (name === null) return null;
  const bytes = new TextEncoder().encode(`${agent_id}\n${name}`);
  const digest = new DataView(await crypto.subtle.digest('SHA-256', bytes));
  return Number(digest.getBigUint64(0) >> 11n);
}

/** Returns the slot of a subject: `((multiplier * (subject mod p) + increment) mod p) mod 10000`, the hash of Carter and Wegman. */
export function slotOf(subject: number, { multiplier, increment }: Salt): number {
  const p = BigInt(prime);
  const hash = (BigInt(multiplier) * (BigInt(subject) % p) + BigInt(increment)) % p;
  return Number(hash % BigInt(slots));
}

/** Returns the variant that owns a slot. */
export const variantOfSlot = (allocation: Allocation, slot: number): string | null =>
  allocation.find(([until]) => slot < until)?.[1] ?? null;

export function newSalt(): Salt {
  const [first = 0, second = 0] = crypto.getRandomValues(new Uint32Array(2));
  return { multiplier: 1 + (first % (prime - 1)), increment: second % prime };
}

interface Segment {
  readonly length: number;
  readonly owner: string;
}

const segmentsOf = (allocation: Allocation): Segment[] =>
  allocation.map(([until, owner], index) => ({
    length: until - (allocation[index - 1]?.[0] ?? 0),
    owner,
  }));

function toAllocation(segments: readonly Segment[]): Allocation {
  const joined: [number, string][] = [];
  let until = 0;
  for (const { length, owner } of segments) {
    if (length === 0) continue;
    until += length;
    const last = joined.at(-1);
    if (last?.[1] === owner) last[0] = until;
    else joined.push([until, owner]);
  }
  return joined;
}

/** Gives each variant its share, in their order. */
export const allocate = (shares: readonly Share[]): Allocation =>
  toAllocation(shares.map(({ variant_id, slots: length }) => ({ length, owner: variant_id })));

/**
 * Changes the shares and moves as few slots as possible: exactly those by which shares shrink. Variants give up their
 * smallest segments first, so that an allocation which is changed often stays short.
 */
export function reallocate(allocation: Allocation, shares: readonly Share[]): Allocation {
  const segments = segmentsOf(allocation);
  const change = new Map(shares.map((share) => [share.variant_id, share.slots]));
  for (const { owner, length } of segments) change.set(owner, (change.get(owner) ?? 0) - length);
  const gainers = [...change].flatMap(([owner, missing]) =>
    missing > 0 ? [{ owner, missing }] : [],
  );
  const order = segments.map((_, index) => index);
  order.sort((a, b) => (segments[a]?.length ?? 0) - (segments[b]?.length ?? 0) || b - a);
  const pieces = segments.map((segment) => [segment]);
  for (const index of order) {
    const { owner, length } = segments[index] as Segment;
    const given = Math.min(length, Math.max(0, -(change.get(owner) ?? 0)));
    change.set(owner, (change.get(owner) ?? 0) + given);
    pieces[index] = [{ length: length - given, owner }, ...take(gainers, given)];
  }
  return toAllocation(pieces.flat());
}

function take(gainers: { owner: string; missing: number }[], given: number): Segment[] {
  const taken: Segment[] = [];
  for (let left = given; left > 0; ) {
    const gainer = gainers[0];
    if (gainer === undefined) throw new Error('the shares of the variants do not add up');
    const length = Math.min(left, gainer.missing);
    taken.push({ length, owner: gainer.owner });
    gainer.missing -= length;
    left -= length;
    if (gainer.missing === 0) gainers.shift();
  }
  return taken;
}
