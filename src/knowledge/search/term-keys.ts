/**
 * Returns the key of a stem in the index of terms: a hash of scope and stem (cyrb53), since the index
 * takes ASCII words only. 53 bits: among the stems of a scope a collision is improbable, and it would
 * only raise a count.
 */
export function termKey(scope: string, stem: string): string {
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
  return (0x100000000 * (0x1fffff & low) + (high >>> 0)).toString(36);
}

/** Returns the keys of the distinct stems of a chunk. */
export const termKeys = (scope: string, stems: readonly string[]): string =>
  [...new Set(stems)].map((stem) => termKey(scope, stem)).join(' ');
