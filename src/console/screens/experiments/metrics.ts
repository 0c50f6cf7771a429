import type { ExperimentMetricResult } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { useFormat } from '../../ui/format.ts';

export const metricNames = [
  'success',
  'feedback_score',
  'error_rate',
  'latency_p95',
  'first_token_p95',
  'cost_per_message',
  'confidence',
  'coverage',
  'messages_per_session',
] as const;

const isKnown = (metric: string): metric is (typeof metricNames)[number] =>
  (metricNames as readonly string[]).includes(metric);

/** Returns the name of a metric in the language of the viewer; events keep theirs. */
export function useMetricName(): (metric: string) => string {
  const { metrics, eventMetric } = useTexts(experimentTexts);
  return (metric) =>
    isKnown(metric) ? metrics[metric] : eventMetric(metric.replace(/^event:/, ''));
}

/** Returns how values of a unit are shown. */
export function useMetricFormat(): (
  unit: ExperimentMetricResult['unit'],
) => (value: number | null) => string {
  const format = useFormat();
  return (unit) => {
    switch (unit) {
      case 'share':
        return format.percent;
      case 'usd':
        return format.money;
      case 'milliseconds':
        return format.duration;
      case 'messages':
      case 'value':
        return (value) => format.number(value === null ? null : Math.round(value * 100) / 100);
    }
  };
}
