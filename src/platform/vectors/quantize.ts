import { fromBase64, toBase64 } from '../base64.ts';

/**
 * Symmetric quantisation: the largest component becomes 127. Cosine similarity is independent of
 * the scale.
 */
export function encodeVector(values: readonly number[]): string {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bytes = Int8Array.from(values, (value) =>
    largest === 0 ? 0 : Math.round((value / largest) * 127),
  );
  return toBase64(new Uint8Array(bytes.buffer));
}

export function decodeVector(text: string): Int8Array {
  const bytes = fromBase64(text);
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Scales a vector to the length 1; the zero vector stays. */
export function toUnit(values: ArrayLike<number>): Float32Array {
  let squares = 0;
  for (let index = 0; index < values.length; index += 1)
    squares += (values[index] as number) * (values[index] as number);
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  return Float32Array.from(values, (value) => value * scale);
}
