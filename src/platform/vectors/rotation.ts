/** Bits of a signature: enough that the best hundreds by estimate contain the best ten (bench/README.md). */
export const signatureBits = 512;

/** Signs that are equal in every isolate and version (xorshift32): stored signatures depend on them. */
function signs(size: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: size }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 1 ? 1 : -1;
  });
}

const made = new Map<number, readonly [Float32Array, Float32Array]>();

function signsOf(size: number): readonly [Float32Array, Float32Array] {
  const known = made.get(size);
  if (known !== undefined) return known;
  const both = [signs(size, 0x9e3779b9), signs(size, 0x85ebca6b)] as const;
  made.set(size, both);
  return both;
}

const sizeFor = (dimensions: number) =>
  2 ** Math.ceil(Math.log2(Math.max(dimensions, signatureBits)));

/**
 * Rotates a vector by two randomised Hadamard transforms, so that its length is spread evenly, also that of a sparse
 * one, and returns the first `signatureBits` coordinates.
 */
export function rotate(vector: Float32Array): Float32Array {
  const size = sizeFor(vector.length);
  const [first, second] = signsOf(size);
  const rotated = new Float32Array(size);
  for (let index = 0; index < vector.length; index += 1)
    rotated[index] = (vector[index] as number) * (first[index] as number);
  transform(rotated);
  for (let index = 0; index < size; index += 1)
    rotated[index] = (rotated[index] as number) * (second[index] as number);
  transform(rotated);
  // Scaled so that products of the kept coordinates estimate those of the whole vectors.
  const scale = Math.sqrt(size / signatureBits) / size;
  return rotated.subarray(0, signatureBits).map((value) => value * scale);
}

/** Walsh–Hadamard transform in place, not normalised. */
function transform(values: Float32Array): void {
  for (let half = 1; half < values.length; half *= 2)
    for (let start = 0; start < values.length; start += 2 * half)
      for (let index = start; index < start + half; index += 1) {
        const [a, b] = [values[index] as number, values[index + half] as number];
        values[index] = a + b;
        values[index + half] = a - b;
      }
}
