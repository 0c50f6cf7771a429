import { Link } from 'wouter';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { caseHistoryTexts } from '../../../texts/case-history.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { evaluationTexts } from '../../../texts/evaluation.ts';
import { useFormat } from '../../../ui/format.ts';
import { Section } from '../../../ui/page.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { Passed } from '../result-card.tsx';

/** What a case came to in the evaluations of its dataset, the newest first. */
export function CaseHistory({ dataset, id }: { readonly dataset: string; readonly id: string }) {
  const texts = useTexts(evaluationTexts);
  const own = useTexts(caseHistoryTexts);
  const { percent, money, duration } = useFormat();
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/datasets/{dataset}/cases/{case}/results',
    { params: { path: { dataset, case: id }, query: { limit: 20 } } },
    paged,
  );
  return (
    <Section title={own.history} description={own.historyHint}>
      <ListTable
        label={own.history}
        loading={texts.loadingResults}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={(one) => `${one.evaluation_id} ${one.target} ${one.repetition}`}
        empty={<p className="muted">{own.none}</p>}
        columns={[
          {
            name: texts.evaluation,
            cell: ({ evaluation_id, label }) => (
              <Link href={`/runs/${evaluation_id}?case=${id}`}>{label || evaluation_id}</Link>
            ),
          },
          {
            name: texts.version,
            cell: ({ version, is_draft }) =>
              is_draft ? texts.draftOf(version) : texts.versionNumber(version),
          },
          {
            name: texts.passed,
            cell: ({ passed, outcome }) => <Passed result={{ passed, outcome, state: 'done' }} />,
          },
          { name: texts.score, cell: ({ score }) => percent(score), isNumber: true },
          {
            name: texts.cost,
            cell: ({ cost_usd }) => money(cost_usd),
            ...{ isNumber: true, isMinor: true },
          },
          {
            name: own.latency,
            cell: ({ latency_ms }) => duration(latency_ms),
            ...{ isNumber: true, isMinor: true },
          },
          { name: own.ended, cell: ({ ended_at }) => <Time value={ended_at} />, isMinor: true },
        ]}
      />
    </Section>
  );
}
