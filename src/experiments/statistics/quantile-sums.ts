/** How often a subject had values of each bucket. */
export type BucketCounts = Readonly<Record<number, number>>;

/**
 * Sums over subjects from which the distribution of values and its error are known at each bucket, though the values of one
 * subject depend on one another: with c as the number of its values up to the bucket and m as that of all its values.
 */
export interface QuantileSums {
  /** Subjects. */
  n: number;
  /** Σm and Σm². */
  total: number;
  squares: number;
  /** The bucket of the first elements below; the others follow without gaps. */
  first: number;
  c: number[];
  cc: number[];
  cm: number[];
}

/** Each bucket is 4 % wider than the one before. */
const growth = Math.log(1.04);
/** About 9 days in milliseconds. */
const lastBucket = 523;

/** Returns the bucket of a value; those up to 1 share the first. */
export const bucketOf = (value: number): number =>
  value > 1 ? Math.min(lastBucket, Math.ceil(Math.log(value) / growth)) : 0;

/** Returns the logarithm of the upper end of a bucket; 2.5 is the middle of bucket 3. */
export const logarithmAt = (bucket: number): number => bucket * growth;

export const emptyQuantile = (): QuantileSums => ({
  n: 0,
  total: 0,
  squares: 0,
  first: 0,
  c: [],
  cc: [],
  cm: [],
});

/** Replaces the counts of a subject, or adds the subject if it was not counted `before`. */
export function replaceSubject(
  sums: QuantileSums,
  before: BucketCounts | null,
  after: BucketCounts,
): void {
  for (const counts of [before ?? {}, after])
    for (const bucket in counts) include(sums, Number(bucket));
  if (before === null) sums.n += 1;
  else add(sums, before, -1);
  add(sums, after, 1);
}

/** Adds a subject (sign 1) or takes it away (-1), all of whose buckets are in the range. */
function add(sums: QuantileSums, counts: BucketCounts, sign: 1 | -1): void {
  const { first, c, cc, cm } = sums;
  const own = Array<number>(c.length).fill(0);
  let m = 0;
  for (const bucket in counts) {
    const count = counts[bucket] ?? 0;
    own[Number(bucket) - first] = count;
    m += count;
  }
  let up = 0;
  for (let place = 0; place < own.length; place += 1) {
    up += own[place] ?? 0;
    if (up === 0) continue;
    c[place] = (c[place] ?? 0) + sign * up;
    cc[place] = (cc[place] ?? 0) + sign * up * up;
    cm[place] = (cm[place] ?? 0) + sign * up * m;
  }
  sums.total += sign * m;
  sums.squares += sign * m * m;
}

/** Returns the sums over the subjects of both. */
export function mergeQuantile(a: QuantileSums, b: QuantileSums): QuantileSums {
  const merged = structuredClone(a);
  for (const bucket of [b.first, b.first + b.c.length - 1])
    if (b.c.length > 0) include(merged, bucket);
  merged.n += b.n;
  merged.total += b.total;
  merged.squares += b.squares;
  for (let place = 0; place < merged.c.length; place += 1) {
    const other = sumsAt(b, merged.first + place);
    merged.c[place] = (merged.c[place] ?? 0) + other.c;
    merged.cc[place] = (merged.cc[place] ?? 0) + other.cc;
    merged.cm[place] = (merged.cm[place] ?? 0) + other.cm;
  }
  return merged;
}

/** Returns Σc, Σc² and Σcm at a bucket. */
export function sumsAt(sums: QuantileSums, bucket: number): { c: number; cc: number; cm: number } {
  const place = bucket - sums.first;
  if (place < 0 || sums.c.length === 0) return { c: 0, cc: 0, cm: 0 };
  if (place >= sums.c.length) return { c: sums.total, cc: sums.squares, cm: sums.squares };
  return { c: sums.c[place] ?? 0, cc: sums.cc[place] ?? 0, cm: sums.cm[place] ?? 0 };
}

/** Extends the range of buckets. */
function include(sums: QuantileSums, bucket: number): void {
  if (sums.c.length === 0) sums.first = bucket;
  while (bucket < sums.first) {
    sums.first -= 1;
    for (const list of [sums.c, sums.cc, sums.cm]) list.unshift(0);
  }
  while (bucket >= sums.first + sums.c.length) {
    sums.c.push(sums.total);
    sums.cc.push(sums.squares);
    sums.cm.push(sums.squares);
  }
}
