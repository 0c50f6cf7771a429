/** Returns an amount of nano-USD as exact decimal text with at least two places, such as `12.345678901`. */
export function exactUsd(nano: number): string {
  const sign = nano < 0 ? '-' : '';
  const digits = String(Math.abs(nano)).padStart(10, '0');
  const cents = digits.slice(-9).replace(/0+$/, '').padEnd(2, '0');
  return `${sign}${digits.slice(0, -9)}.${cents}`;
}

/** Returns an amount of nano-USD in dollars and cents, halves rounded up. */
export const roundedUsd = (nano: number): string => (Math.floor(nano / 1e7 + 0.5) / 100).toFixed(2);
