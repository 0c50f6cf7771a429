import { describe, expect, it } from 'vitest';
import { coresOf } from '../../bench/turn/affinity.ts';
import {
  formatSpread,
  median,
  pairs,
  quantile,
  ratiosOf,
  spreadOf,
  verdictOf,
} from '../../bench/turn/statistics.ts';

const limit = 1.25;
/** Measurements whose ratios to a former cost of 10 are these. */
const costs = (ratios: readonly number[]) => ratios.map((ratio) => ratio * 10);
const verdict = (ratios: readonly number[]) =>
  verdictOf(
    costs(ratios),
    ratios.map(() => 10),
    limit,
  );
const repeat = (ratio: number, count: number) => Array.from({ length: count }, () => ratio);

describe('statistics of bench/turn', () => {
  it('compute the median of odd and even numbers of values, and quantiles', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([5, 1, 4, 2, 3], 0.75)).toBe(4);
    expect(quantile([7], 0.99)).toBe(7);
    expect(median([])).toBeNaN();
  });

  it('pair the measurements of the same turn', () => {
    expect(ratiosOf([2, 9], [4, 3])).toEqual([0.5, 3]);
    expect(() => ratiosOf([1, 2], [1])).toThrow('2 measurements cannot be paired with 1.');
  });

  it('report the median ratio with its spread', () => {
    expect(spreadOf([0.5, 0.4, 0.45])).toEqual({ median: 0.45, min: 0.4, max: 0.5 });
    expect(formatSpread({ median: 0.451, min: 0.4, max: 0.5 })).toBe('0.45 (0.40–0.50)');
  });
});

describe('verdict of bench/check', () => {
  it('passes after a few clear pairs', () => {
    expect(verdict(repeat(1, pairs.pass - 1))).toBe('undecided');
    expect(verdict(repeat(1, pairs.pass))).toBe('pass');
    expect(verdict(repeat(limit, pairs.pass))).toBe('pass');
  });

  it('requests further pairs before it fails', () => {
    expect(verdict(repeat(1.5, pairs.fail - 1))).toBe('undecided');
    expect(verdict(repeat(1.5, pairs.fail))).toBe('fail');
    expect(verdict(repeat(1.27, pairs.fail))).toBe('fail');
  });

  it('does not fail for single disturbed pairs', () => {
    const disturbed = [...repeat(1.02, 10), ...repeat(3, 5)];
    expect(verdict([1, 3, 3])).toBe('undecided');
    expect(verdict(disturbed)).toBe('pass');
  });

  it('does not fail if the least costs are equal, which a disturbance cannot reduce', () => {
    expect(verdict([1, ...repeat(1.6, pairs.max - 1)])).toBe('pass');
    expect(verdict([1.3, ...repeat(1.6, pairs.max - 1)])).toBe('fail');
  });

  it('is final after the last pair', () => {
    expect(verdict([...repeat(1.2, 8), ...repeat(1.3, 7)])).toBe('pass');
    expect(verdict([...repeat(1.26, 8), ...repeat(1.27, 7)])).toBe('fail');
  });
});

describe('cores of bench/turn', () => {
  it('are read from the list of the kernel', () => {
    expect(coresOf('0-1')).toEqual([0, 1]);
    expect(coresOf('0,2-4,7')).toEqual([0, 2, 3, 4, 7]);
    expect(coresOf('')).toEqual([]);
  });
});
