import type { Best } from './best.ts';
import { decodeVector } from './quantize.ts';

/**
 * Vectors by dimension: component `d` of the vector of `ids[n]` is `values[d * ids.length + n]`. So a query skips the
 * dimensions in which it is 0, which are most of a lexical one.
 */
export interface Page {
  readonly ids: readonly string[];
  readonly dimensions: number;
  readonly values: Int8Array;
  readonly inverseLengths: Float32Array;
}

export const sizeOfPage = ({ values, ids }: Page) => values.byteLength + ids.length * 80;

export function decodePage(rows: readonly { id: string; vector: string }[]): Page {
  const dimensions = rows[0] === undefined ? 0 : decodeVector(rows[0].vector).length;
  const values = new Int8Array(dimensions * rows.length);
  const inverseLengths = new Float32Array(rows.length);
  for (const [index, { vector }] of rows.entries()) {
    const bytes = decodeVector(vector);
    // Vectors of another model have another length and a similarity of 0.
    if (bytes.length !== dimensions) continue;
    let squares = 0;
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      const value = bytes[dimension] as number;
      values[dimension * rows.length + index] = value;
      squares += value * value;
    }
    inverseLengths[index] = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  }
  return { ids: rows.map((row) => row.id), dimensions, values, inverseLengths };
}

/** Offers the cosine similarity of each vector with a query of length 1. */
export function scanPage(
  { ids, dimensions, values, inverseLengths }: Page,
  query: Float32Array,
  best: Best<string>,
): void {
  if (dimensions !== query.length) return;
  const products = new Float32Array(ids.length);
  for (let dimension = 0; dimension < dimensions; dimension += 1) {
    const weight = query[dimension] as number;
    const start = dimension * ids.length;
    if (weight !== 0)
      for (let index = 0; index < ids.length; index += 1)
        products[index] = (products[index] as number) + (values[start + index] as number) * weight;
  }
  for (let index = 0; index < ids.length; index += 1)
    best.offer(
      ids[index] as string,
      (products[index] as number) * (inverseLengths[index] as number),
    );
}
