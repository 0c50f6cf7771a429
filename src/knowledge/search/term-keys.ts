/** Occurrences in a chunk from which it has the keys of a stem's tiers: the chunks of a frequent word that are most about it. */
export const tierCounts = [2, 4, 8, 16] as const;

const digits = '0123456789abcdefghijklmnopqrstuv';
/** Ten bits as two digits. */
const pairs = Array.from({ length: 1024 }, (_, bits) => `${digits[bits >> 5]}${digits[bits & 31]}`);
const pairOf = (bits: number) => pairs[bits & 1023];

/**
 * Returns the key of a stem in the keyword index: a hash of scope and stem (cyrb53), so that the chunks of other scopes
 * cost nothing. 50 bits: among the stems of a scope a collision is improbable. `tier` is 0, or the place in `tierCounts`
 * plus 1. The key ends in a digit, which the tokenizer of the index does not stem.
 */
export function termKey(scope: string, stem: string, tier = 0): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const text of [scope, stem]) {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ code, 0x9e3779b1);
      low = Math.imul(low ^ code, 0x5f356495);
    }
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return `${pairOf(low >> 10)}${pairOf(low)}${pairOf(high >> 20)}${pairOf(high >> 10)}${pairOf(high)}${tier}`;
}

/** Returns the keys of stems, in order. */
export const termKeys = (scope: string, stems: readonly string[]): string[] =>
  stems.map((stem) => termKey(scope, stem));

/** Returns the keys of the tiers that a chunk with these stems has. */
export function tierKeys(scope: string, stems: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return [...counts].flatMap(([stem, count]) =>
    tierCounts.flatMap((least, index) => (count >= least ? [termKey(scope, stem, index + 1)] : [])),
  );
}
