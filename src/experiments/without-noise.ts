/** Rounds all numbers to ten digits: sums that were updated many times differ from the exact ones in the last. */
export const withoutNoise = <Value>(value: Value): Value =>
  JSON.parse(
    JSON.stringify(value, (_, one) =>
      typeof one === 'number' && !Number.isInteger(one) ? Number(one.toPrecision(10)) : one,
    ),
  );
