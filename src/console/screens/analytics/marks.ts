import { useMemo } from 'react';
import type { Analytics } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { analyticsTexts } from '../../texts/analytics.ts';
import { useTexts } from '../../texts/catalogue.ts';
import type { Mark } from '../../ui/chart.tsx';

/** What happened in the period of a report: activations and experiments of its agent, and days far outside of the usual. */
export function useMarks(agent: string, report: Analytics | undefined): readonly Mark[] {
  const texts = useTexts(analyticsTexts);
  const params = { path: { agent }, query: { limit: 100 } };
  const options = { enabled: agent !== '', staleTime: 60_000 };
  const activations = api.useQuery(
    'get',
    '/api/v1/agents/{agent}/activations',
    { params },
    options,
  ).data;
  const experiments = api.useQuery(
    'get',
    '/api/v1/agents/{agent}/experiments',
    { params },
    options,
  ).data;
  return useMemo(() => {
    if (report === undefined) return [];
    const marks: Mark[] = [
      ...(agent === '' ? [] : (activations?.data ?? [])).map(({ created_at, version }) => ({
        time: created_at,
        label: texts.activated(version.number),
      })),
      ...(agent === '' ? [] : (experiments?.data ?? [])).flatMap(
        ({ name, started_at, ended_at }) => [
          ...(started_at === null ? [] : [{ time: started_at, label: texts.begun(name) }]),
          ...(ended_at === null ? [] : [{ time: ended_at, label: texts.ended(name) }]),
        ],
      ),
      ...report.series.flatMap(({ start, anomalies }) =>
        anomalies.map((measure) => ({ time: start, label: texts.anomalies[measure] })),
      ),
    ];
    return marks
      .filter(({ time }) => time >= report.start && time < report.end)
      .sort((a, b) => a.time.localeCompare(b.time));
  }, [agent, report, activations, experiments, texts]);
}
