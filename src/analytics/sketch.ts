/**
 * Counts different names and can be merged: exact up to 200, beyond that a HyperLogLog of 2,048 registers with the
 * improved estimator of Ertl (arXiv:1702.01284), standard error 2.3 %.
 */
export class DistinctSketch {
  #few: Set<number> | null = new Set();
  #registers: Uint8Array | null = null;

  add(name: string): void {
    this.#addHash(hashOf(name));
  }

  merge(other: DistinctSketch): void {
    if (other.#few !== null) {
      for (const hash of other.#few) this.#addHash(hash);
      return;
    }
    const mine = this.#toRegisters();
    for (const [index, rank] of (other.#registers as Uint8Array).entries())
      if (rank > (mine[index] as number)) mine[index] = rank;
  }

  get count(): number {
    return this.#few?.size ?? estimate(this.#registers as Uint8Array);
  }

  /** Up to 200 hashes, otherwise a text with one character for each register. */
  toJSON(): number[] | string {
    if (this.#few !== null) return [...this.#few].sort((a, b) => a - b);
    return String.fromCharCode(
      ...(this.#registers as Uint8Array).map((rank) => rank + firstCharacter),
    );
  }

  static from(stored: readonly number[] | string): DistinctSketch {
    const sketch = new DistinctSketch();
    if (typeof stored !== 'string') sketch.#few = new Set(stored);
    else {
      sketch.#few = null;
      sketch.#registers = Uint8Array.from(
        stored,
        (character) => character.charCodeAt(0) - firstCharacter,
      );
    }
    return sketch;
  }

  #addHash(hash: number): void {
    if (this.#few === null) enter(this.#registers as Uint8Array, hash);
    else if (this.#few.add(hash).size > few) this.#toRegisters();
  }

  #toRegisters(): Uint8Array {
    if (this.#registers !== null) return this.#registers;
    const registers = new Uint8Array(size);
    for (const hash of this.#few ?? []) enter(registers, hash);
    this.#few = null;
    this.#registers = registers;
    return registers;
  }
}

const few = 200;
const indexBits = 11;
const size = 2 ** indexBits;
/** The bits of a 53-bit hash that give the rank; the others choose the register. */
const rankBits = 53 - indexBits;
/** `0`: none of the characters from here to the highest rank is escaped in JSON. */
const firstCharacter = 48;

function enter(registers: Uint8Array, hash: number): void {
  const index = hash % size;
  const rest = Math.floor(hash / size);
  const rank = rest === 0 ? rankBits + 1 : rankBits - Math.floor(Math.log2(rest));
  if (rank > (registers[index] as number)) registers[index] = rank;
}

/** Algorithm 6 of the paper. */
function estimate(registers: Uint8Array): number {
  const counts = new Array<number>(rankBits + 2).fill(0);
  for (const rank of registers) counts[rank] = (counts[rank] as number) + 1;
  let z = size * tau(1 - (counts[rankBits + 1] as number) / size);
  for (let rank = rankBits; rank >= 1; rank -= 1) z = 0.5 * (z + (counts[rank] as number));
  z += size * sigma((counts[0] as number) / size);
  return Math.round(size ** 2 / (2 * Math.LN2 * z));
}

function sigma(start: number): number {
  if (start === 1) return Number.POSITIVE_INFINITY;
  let x = start;
  let z = start;
  for (let y = 1, before = Number.NaN; z !== before; y *= 2) {
    before = z;
    x *= x;
    z += x * y;
  }
  return z;
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let x = start;
  let z = 1 - start;
  for (let y = 0.5, before = Number.NaN; z !== before; y *= 0.5) {
    before = z;
    x = Math.sqrt(x);
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

/** Returns a 53-bit hash: two parallel rounds of MurmurHash3's multiplications (cyrb53). */
function hashOf(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
