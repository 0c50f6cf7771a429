import type { AgentConfig } from '../agents/index.ts';

/** Metrics of experiments besides `event:<name>`, with the direction in which each is better. */
export const metricDirections = {
  feedback_score: 'increase',
  success: 'increase',
  error_rate: 'decrease',
  latency_p95: 'decrease',
  first_token_p95: 'decrease',
  cost_per_message: 'decrease',
  confidence: 'increase',
  coverage: 'increase',
  messages_per_session: 'increase',
} as const;

/** Name of an event of a session, such as `goal` or `order.value`. */
export const eventName = /^[a-z][a-z0-9_.-]{0,63}$/;
const eventMetric = 'event:';

export const isMetric = (name: string): boolean =>
  Object.hasOwn(metricDirections, name) ||
  (name.startsWith(eventMetric) && eventName.test(name.slice(eventMetric.length)));

export const directionOf = (metric: string): 'increase' | 'decrease' =>
  Object.hasOwn(metricDirections, metric)
    ? metricDirections[metric as keyof typeof metricDirections]
    : 'increase';

const ofKnowledge: ReadonlySet<string> = new Set(['confidence', 'coverage']);

/** Returns why a metric cannot be measured with a configuration of the agent; null if it can. */
export function whyNotMeasurable({ knowledge }: AgentConfig, metric: string): string | null {
  if (!isMetric(metric)) return `\`${metric}\` is not a metric.`;
  if (ofKnowledge.has(metric) && knowledge.base_ids.length === 0)
    return `\`${metric}\` is measured only for answers from knowledge, and the version has no knowledge base.`;
  return null;
}
