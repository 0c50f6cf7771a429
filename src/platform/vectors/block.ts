import { fromBase64, toBase64 } from '../base64.ts';
import type { Best } from './best.ts';
import { decodeVector, toUnit } from './quantize.ts';
import { rotate, signatureBits } from './rotation.ts';

/** Maximum number of vectors of a block, whose row stays far below 2 MB. */
export const blockSize = 2048;
const bytesPerVector = signatureBits / 8;

/**
 * Vectors as signatures: the signs of the rotated difference from the mean of the block (RaBitQ, Gao and Long 2024).
 * `scales[n]` times the product of the signs with a rotated query estimates the product of the difference with it.
 */
export interface Block {
  readonly mean: Float32Array;
  readonly seqs: Float64Array;
  readonly scales: Float32Array;
  readonly signatures: Uint8Array;
}

export const sizeOfBlock = ({ mean, seqs }: Block) =>
  mean.byteLength + seqs.length * (bytesPerVector + 12);

interface StoredVector {
  readonly seq: number;
  readonly vector: string;
}

/** Encodes vectors in the order of `seq`. Those of another length than the first have no entry. */
export function encodeBlock(rows: readonly StoredVector[]): { data: string; count: number } {
  const all = rows.map(({ seq, vector }) => ({ seq, unit: toUnit(decodeVector(vector)) }));
  const dimensions = all[0]?.unit.length ?? 0;
  const vectors = all.filter(({ unit }) => unit.length === dimensions);
  const count = vectors.length;
  const mean = new Float32Array(dimensions);
  for (const { unit } of vectors)
    for (let index = 0; index < dimensions; index += 1)
      mean[index] = (mean[index] as number) + (unit[index] as number) / count;
  const seqs = Float64Array.from(vectors, ({ seq }) => seq);
  const scales = new Float32Array(count);
  const signatures = new Uint8Array(count * bytesPerVector);
  for (const [at, { unit }] of vectors.entries()) {
    const rotated = rotate(unit.map((value, index) => value - (mean[index] as number)));
    let [sum, squares] = [0, 0];
    for (let bit = 0; bit < signatureBits; bit += 1) {
      const value = rotated[bit] as number;
      sum += Math.abs(value);
      squares += value * value;
      const byte = at * bytesPerVector + (bit >> 3);
      if (value > 0) signatures[byte] = (signatures[byte] as number) | (1 << (bit & 7));
    }
    scales[at] = sum === 0 ? 0 : squares / sum;
  }
  const head = new Uint32Array([count, dimensions]);
  const bytes = new Uint8Array(8 + count * (12 + bytesPerVector) + 4 * dimensions);
  let offset = 0;
  for (const part of [head, seqs, mean, scales, signatures]) {
    bytes.set(new Uint8Array(part.buffer), offset);
    offset += part.byteLength;
  }
  return { data: toBase64(bytes), count };
}

export function decodeBlock(data: string): Block {
  // Copied: the views need aligned offsets.
  const { buffer } = fromBase64(data).slice();
  const [count = 0, dimensions = 0] = new Uint32Array(buffer, 0, 2);
  const seqs = new Float64Array(buffer, 8, count);
  const mean = new Float32Array(buffer, 8 + 8 * count, dimensions);
  const scales = new Float32Array(buffer, 8 + 8 * count + 4 * dimensions, count);
  const signatures = new Uint8Array(buffer, 8 + 12 * count + 4 * dimensions);
  return { mean, seqs, scales, signatures };
}

/** A query of length 1 with the product of its rotated coordinates and each value of each byte of a signature. */
export interface BlockQuery {
  readonly unit: Float32Array;
  readonly products: Float32Array;
}

export function prepareQuery(unit: Float32Array): BlockQuery {
  const rotated = rotate(unit);
  const products = new Float32Array(bytesPerVector * 256);
  for (let byte = 0; byte < bytesPerVector; byte += 1)
    for (let value = 0; value < 256; value += 1) {
      let product = 0;
      for (let bit = 0; bit < 8; bit += 1)
        product += ((value >> bit) & 1 ? 1 : -1) * (rotated[byte * 8 + bit] as number);
      products[byte * 256 + value] = product;
    }
  return { unit, products };
}

/** Offers an estimate of the cosine similarity of each vector. */
export function scanBlock(
  { mean, seqs, scales, signatures }: Block,
  { unit, products }: BlockQuery,
  best: Best<number>,
): void {
  if (mean.length !== unit.length) return;
  let shared = 0;
  for (let index = 0; index < mean.length; index += 1)
    shared += (mean[index] as number) * (unit[index] as number);
  for (let at = 0; at < seqs.length; at += 1) {
    const start = at * bytesPerVector;
    let product = 0;
    for (let byte = 0; byte < bytesPerVector; byte += 1)
      product += products[(byte << 8) | (signatures[start + byte] as number)] as number;
    best.offer(seqs[at] as number, shared + (scales[at] as number) * product);
  }
}
