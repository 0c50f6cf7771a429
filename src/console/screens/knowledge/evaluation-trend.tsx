import { useMemo } from 'react';
import type { RetrievalEvaluation } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { Chart } from '../../ui/chart.tsx';
import { useFormat } from '../../ui/format.ts';

/** The measures of finished evaluations over time. */
export default function EvaluationTrend({
  evaluations,
}: {
  readonly evaluations: readonly RetrievalEvaluation[];
}) {
  const texts = useTexts(questionTexts);
  const { percent } = useFormat();
  const key = evaluations.map(({ id }) => id).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: finished evaluations do not change.
  const { times, series } = useMemo(() => {
    const ordered = evaluations.toReversed();
    const of = (name: string, measure: 'hit_rate' | 'mrr' | 'not_found_recall') => ({
      name,
      values: ordered.map(({ metrics }) => metrics?.[measure] ?? null),
    });
    return {
      times: ordered.map(({ created_at }) => created_at),
      series: [
        of(texts.hitRate, 'hit_rate'),
        of(texts.mrr, 'mrr'),
        of(texts.declined, 'not_found_recall'),
      ],
    };
  }, [key, texts]);
  return <Chart label={texts.trend} times={times} series={series} format={percent} height={180} />;
}
