import { Words } from '../../ui/words.tsx';
import { metricNames, useMetricName } from './metrics.ts';

/** A sentence of the API about an experiment: metrics by their names, variants and values as they are. */
export function Measured({ children }: { readonly children: string }) {
  const nameOf = useMetricName();
  const named = metricNames.reduce(
    (text, metric) => text.replaceAll(`\`${metric}\``, `“${nameOf(metric)}”`),
    children,
  );
  return <Words>{named}</Words>;
}
