import { dimensions } from '../dimensions.ts';
import { ratio, type StoredMetric } from './metric.ts';
import { chats } from './usage.ts';

export const cost = {
  name: 'total_usd',
  stored: 'cost',
  kind: 'sum',
  from: 'call',
  read: ({ cost_nano_usd }) => cost_nano_usd,
  unit: 'nano_usd',
  description: 'Cost of all model calls with a known price.',
  since: 1,
  along: dimensions,
} as const satisfies StoredMetric;

const answers = {
  name: 'answers',
  kind: 'sum',
  from: 'run',
  read: (run) => run.answers,
  unit: 'messages',
  description: 'Answers.',
  since: 1,
} as const satisfies StoredMetric;

const per_message_usd = ratio({
  name: 'per_message_usd',
  from: [cost, answers],
  read: ([part, whole]) => [part, whole],
  unit: 'nano_usd',
  description: 'Cost for each answer; 0 without answers.',
  empty: 0,
});

const per_session_usd = ratio({
  name: 'per_session_usd',
  from: [cost, chats],
  read: ([part, whole]) => [part, whole],
  unit: 'nano_usd',
  description: 'Cost for each session with a run; 0 without sessions.',
  empty: 0,
});

export const unpriced_calls = {
  name: 'unpriced_calls',
  kind: 'sum',
  from: 'call',
  read: ({ cost_nano_usd }) => (cost_nano_usd === null ? 1 : null),
  unit: 'calls',
  description: 'Model calls of unknown cost, which no sum contains.',
  since: 1,
  along: dimensions,
} as const satisfies StoredMetric;

const estimated_calls = {
  name: 'estimated_calls',
  kind: 'sum',
  from: 'call',
  read: ({ is_estimated }) => is_estimated,
  unit: 'calls',
  description: 'Model calls whose tokens were estimated, since the provider did not report them.',
  since: 1,
} as const satisfies StoredMetric;

/** The dimensions along which calls are counted by operation. */
const totals = ['all', 'variant'] as const;

export const calls_by_operation = {
  name: 'calls_by_operation',
  stored: 'calls',
  kind: 'tally',
  from: 'call',
  read: ({ operation }) => [operation, 1],
  unit: 'calls',
  description: 'Model calls by operation.',
  since: 1,
  along: totals,
} as const satisfies StoredMetric;

export const cost_by_operation = {
  name: 'cost_by_operation',
  stored: 'cost',
  kind: 'tally',
  from: 'call',
  read: ({ operation, cost_nano_usd }) => [operation, cost_nano_usd],
  unit: 'nano_usd',
  description: 'Cost by operation.',
  since: 1,
  along: totals,
} as const satisfies StoredMetric;

export const uses = {
  name: 'uses',
  kind: 'sum',
  from: 'use',
  read: (use) => use.uses,
  unit: 'uses',
  description: 'Uses of a capability.',
  since: 1,
  along: ['top'],
} as const satisfies StoredMetric;

export const failed_uses = {
  name: 'failed_uses',
  kind: 'sum',
  from: 'use',
  read: ({ failed }) => failed,
  unit: 'uses',
  description: 'Uses of a capability that failed.',
  since: 1,
  along: ['top'],
} as const satisfies StoredMetric;

/** The cost of a capability is stored like that of calls: both rank the values of `top`. */
const use_cost = {
  name: 'use_cost',
  stored: 'cost',
  kind: 'sum',
  from: 'use',
  read: ({ cost_nano_usd }) => cost_nano_usd,
  unit: 'nano_usd',
  description: 'Cost of the models that a capability used.',
  since: 1,
  along: ['top'],
} as const satisfies StoredMetric;

/** Shown, in this order, as `cost`. */
export const costs = [
  cost,
  per_message_usd,
  per_session_usd,
  unpriced_calls,
  estimated_calls,
] as const;

/** Stored for tables and toplists. */
export const costParts = [
  calls_by_operation,
  cost_by_operation,
  uses,
  failed_uses,
  use_cost,
] as const;
