import {
  addTo,
  banditWeights,
  bucketOf,
  emptyMoments,
  emptyQuantile,
  estimateRatio,
  type Moments,
  merge,
  type QuantileSums,
  replaceIn,
  replaceSubject,
} from '../../src/experiments/statistics/index.ts';
import type { Population } from './populations.ts';
import type { Random } from './random.ts';

/** What is known at a look, by variant: sums by epoch, and the moments of all messages as if they were independent. */
export interface Look {
  readonly exposures: number;
  readonly moments: readonly [Moments[], Moments[]];
  readonly quantiles: readonly [QuantileSums[], QuantileSums[]];
  readonly messages: readonly [Messages, Messages];
}

interface Messages {
  n: number;
  sum: number;
  squares: number;
}

export interface Simulation {
  readonly population: Population;
  readonly lift: number;
  readonly exposures: number;
  readonly measure: 'ratio' | 'quantile';
}

/** Exposures between looks. */
export const lookEvery = 50;

/** Simulates an experiment and calls back at each look, until that returns true. */
export function simulate(
  random: Random,
  { population, lift, exposures, measure }: Simulation,
  isDone: (look: Look) => boolean,
): void {
  const { shares: plan = [0.5] } = population;
  const shares = plan === 'bandit' ? Array<number>(10).fill(0.5) : [...plan];
  const lists = <Sums>(empty: () => Sums): [Sums[], Sums[]] => [
    shares.map(empty),
    shares.map(empty),
  ];
  const moments = lists(emptyMoments);
  const quantiles = lists(emptyQuantile);
  const messages = [newMessages(), newMessages()] as const;
  const subjects: Subject[] = [];
  const write = (subject: Subject, epoch: number) => {
    const { variant } = subject;
    const value = population.value(random, subject.effect, variant === 1 ? lift : 0, epoch);
    addMessage(messages[variant], measure === 'ratio' ? value : Math.log(value));
    if (measure === 'ratio') addRatio(moments[variant][subject.epoch] as Moments, subject, value);
    else addValue(quantiles[variant][subject.epoch] as QuantileSums, subject, value);
  };
  for (let exposure = 0; exposure < exposures; exposure += 1) {
    const epoch = Math.floor((exposure / exposures) * shares.length);
    const isNew = exposure > 0 && Math.floor(((exposure - 1) / exposures) * shares.length) < epoch;
    if (plan === 'bandit' && isNew) shares[epoch] = banditShare(moments);
    const effect = population.effect(random);
    const [px, py] = population.before?.(random, effect) ?? [0, 0];
    const variant = random.uniform() < (shares[epoch] ?? 0.5) ? 1 : 0;
    const subject: Subject = { variant, epoch, effect, x: 0, y: 0, px, py, buckets: {} };
    subjects.push(subject);
    write(subject, epoch);
    for (let message = 0; message < population.returns; message += 1)
      write(subjects[Math.floor(random.uniform() * subjects.length)] as Subject, epoch);
    const isLook = (exposure + 1) % lookEvery === 0;
    if (isLook && isDone({ exposures: exposure + 1, moments, quantiles, messages })) return;
  }
}

function banditShare(moments: Look['moments']): number {
  const estimates = moments.map((epochs) => estimateRatio(epochs.reduce(merge), { alpha: 0.05 }));
  return (banditWeights(estimates, 'increase')[1] ?? 50) / 100;
}

interface Subject {
  readonly variant: 0 | 1;
  readonly epoch: number;
  readonly effect: number;
  readonly px: number;
  readonly py: number;
  x: number;
  y: number;
  buckets: Record<number, number>;
}

function addRatio(moments: Moments, subject: Subject, value: number): void {
  const { x, y, px, py } = subject;
  subject.x += value;
  subject.y += 1;
  const after = [subject.x, subject.y, px, py] as const;
  if (y === 0) addTo(moments, after);
  else replaceIn(moments, [x, y, px, py], after);
}

function addValue(sums: QuantileSums, subject: Subject, value: number): void {
  const bucket = bucketOf(value);
  const after = { ...subject.buckets, [bucket]: (subject.buckets[bucket] ?? 0) + 1 };
  replaceSubject(sums, subject.y === 0 ? null : subject.buckets, after);
  subject.buckets = after;
  subject.y += 1;
}

const newMessages = (): Messages => ({ n: 0, sum: 0, squares: 0 });

function addMessage(messages: Messages, value: number): void {
  messages.n += 1;
  messages.sum += value;
  messages.squares += value * value;
}
