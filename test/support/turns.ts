/** Some of the values, others for each operation and place: the operations together try all. */
export const someOf = <Value>(
  values: readonly Value[],
  count: number,
  index: number,
): readonly Value[] =>
  Array.from(
    { length: Math.min(count, values.length) },
    (_, offset) => values[(index * count + offset) % values.length] as Value,
  );
