import { ratio, type StoredMetric } from './metric.ts';

const confidence = {
  name: 'confidence',
  kind: 'mean',
  from: 'run',
  read: (run) => run.confidence,
  unit: 'ratio',
  description: 'Mean confidence of answers, 0..1; null where no answer has one.',
  since: 1,
} as const satisfies StoredMetric;

const coverage = {
  name: 'coverage',
  kind: 'tally',
  from: 'run',
  read: (run) => (run.coverage === null ? null : [run.coverage, 1]),
  keys: ['full', 'partial', 'none'],
  unit: 'runs',
  description: 'Runs by how much of the question the knowledge covered.',
  since: 1,
} as const satisfies StoredMetric;

const ratingNames: Readonly<Record<string, string>> = {
  up: 'positive',
  '5': 'positive',
  '4': 'positive',
  '3': 'neutral',
};

const feedback = {
  name: 'feedback',
  stored: 'rated',
  kind: 'tally',
  from: 'rating',
  read: ({ rating }) => [ratingNames[rating] ?? 'negative', 1],
  keys: ['positive', 'neutral', 'negative'],
  unit: 'ratings',
  description: 'Ratings: up, 4 and 5 are positive, 3 is neutral, down, 1 and 2 are negative.',
  since: 1,
} as const satisfies StoredMetric;

const approval_rate = ratio({
  name: 'approval_rate',
  from: [feedback],
  read: ([{ positive = 0, negative = 0 }]) => [positive, positive + negative],
  unit: 'ratio',
  description: 'Share of positive among positive and negative ratings, 0..1; null without ratings.',
  empty: null,
});

const online_score = {
  name: 'online_score',
  kind: 'mean',
  from: 'score',
  read: ({ score }) => score,
  unit: 'ratio',
  description: 'Mean of the scores of online scorers, 0..1; null without scores.',
  since: 2,
} as const satisfies StoredMetric;

const online_scores = {
  name: 'online_scores',
  kind: 'tally',
  from: 'score',
  read: ({ score, passed }) => (score === null ? null : [passed === 1 ? 'passed' : 'failed', 1]),
  keys: ['passed', 'failed'],
  unit: 'answers',
  description: 'Scores of online scorers by whether they reach the threshold.',
  since: 2,
} as const satisfies StoredMetric;

/** Shown, in this order, as `quality`. */
export const quality = [
  confidence,
  coverage,
  feedback,
  approval_rate,
  online_score,
  online_scores,
] as const;
