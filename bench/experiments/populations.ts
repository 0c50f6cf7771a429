import type { Random } from './random.ts';

/** How simulated users behave. */
export interface Population {
  readonly name: string;
  /** Messages for each new user in addition to the first one, by all users so far: users return. */
  readonly returns: number;
  /** Returns what distinguishes the user from others, in all of its messages. */
  readonly effect: (random: Random) => number;
  /** Returns the value of a message. `lift` is the relative effect of the variant, 0 for the control. */
  readonly value: (random: Random, effect: number, lift: number, epoch: number) => number;
  /** Returns the sum of values and the number of messages before the experiment. */
  readonly before?: (random: Random, effect: number) => readonly [number, number];
  /** The share of the variant in each epoch, of equal length; one epoch with a half by default. */
  readonly shares?: readonly number[] | 'bandit';
}

const chance = (random: Random, probability: number) => (random.uniform() < probability ? 1 : 0);

/** Users whose chances of success differ: uniform within 0.35 of the mean. */
const inclination = (random: Random) => 0.7 * (random.uniform() - 0.5);

const proportion: Population = {
  name: 'success of 50 %, one message a user',
  returns: 0,
  effect: () => 0,
  value: (random, _, lift) => chance(random, 0.5 * (1 + lift)),
};

const rare: Population = {
  name: 'errors of 2 %, one message a user',
  returns: 0,
  effect: () => 0,
  value: (random, _, lift) => chance(random, 0.02 * (1 + lift)),
};

const rareAndSmall: Population = {
  ...rare,
  name: 'errors of 2 %, variant with 5 % of the users',
  shares: [0.05],
};

const cost: Population = {
  name: 'cost of a user, log-normal',
  returns: 0,
  effect: () => 0,
  value: (random, _, lift) => Math.exp(1.2 * random.normal()) * (1 + lift),
};

const costAndSmall: Population = {
  ...cost,
  name: 'cost of a user, variant with 10 % of the users',
  shares: [0.1],
};

const success: Population = {
  name: 'success per message, correlated users',
  returns: 2,
  effect: inclination,
  value: (random, effect, lift) => chance(random, 0.5 * (1 + lift) + effect),
};

const costPerMessage: Population = {
  name: 'cost per message, correlated users',
  returns: 2,
  effect: (random) => 0.8 * random.normal(),
  value: (random, effect, lift) => Math.exp(effect + 0.6 * random.normal()) * (1 + lift),
};

const adjusted: Population = {
  ...costPerMessage,
  name: 'cost per message, adjusted by former cost',
  before: (random, effect) => {
    // A third of the users are new.
    const messages = random.uniform() < 1 / 3 ? 0 : 1 + Math.floor(random.uniform() * 6);
    let sum = 0;
    for (let message = 0; message < messages; message += 1)
      sum += Math.exp(effect + 0.6 * random.normal());
    return [sum, messages];
  },
};

/** The success of all improves over time, while the variant gets more and more users. */
const drifting: Population = {
  ...success,
  name: 'success, weights change and so does the level',
  shares: [0.1, 0.3, 0.5, 0.8],
  value: (random, effect, lift, epoch) =>
    chance(random, 0.4 * (1 + lift) + 0.06 * epoch + 0.7 * effect),
};

const latency: Population = {
  name: 'latency p95, correlated users',
  returns: 2,
  effect: (random) => 0.4 * random.normal(),
  value: (random, effect, lift) => 2000 * Math.exp(effect + 0.5 * random.normal()) * (1 + lift),
};

/** Thompson sampling moves the weights while there is nothing to find. */
const bandit: Population = {
  ...success,
  name: 'success, weights by a bandit',
  shares: 'bandit',
};

export const populations = {
  proportion,
  rare,
  rareAndSmall,
  cost,
  costAndSmall,
  success,
  costPerMessage,
  adjusted,
  drifting,
  bandit,
  latency,
};
