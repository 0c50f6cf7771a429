/** A key of the query at a place of a text, in words. */
export interface Place {
  readonly at: number;
  readonly key: number;
}

/** Returns the largest weight of distinct keys within this number of words. */
export function densest(weights: Float64Array, places: readonly Place[], length: number): number {
  const inside = new Uint32Array(weights.length);
  let sum = 0;
  let best = 0;
  let first = 0;
  for (const { at, key } of places) {
    if (inside[key] === 0) sum += weights[key] as number;
    (inside[key] as number) += 1;
    for (let left = places[first]; left !== undefined && left.at <= at - length; ) {
      (inside[left.key] as number) -= 1;
      if (inside[left.key] === 0) sum -= weights[left.key] as number;
      first += 1;
      left = places[first];
    }
    if (sum > best) best = sum;
  }
  return best;
}
