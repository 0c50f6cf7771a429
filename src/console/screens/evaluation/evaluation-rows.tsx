import type { Evaluation } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { useFormat } from '../../ui/format.ts';
import { Empty } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { EvaluationStatus, nameOf, Progress } from './evaluation-status.tsx';

/** Milliseconds between two looks while one of them runs. */
const lookEvery = 3000;

interface Query {
  readonly agent?: string;
  readonly dataset?: string;
  readonly status?: Evaluation['status'];
}

export function EvaluationRows({ query }: { readonly query: Query }) {
  const texts = useTexts(evaluationTexts);
  const { money } = useFormat();
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/evaluations',
    { params: { query } },
    {
      ...paged,
      refetchInterval: ({ state: { data } }) =>
        rowsOf(data)?.some(({ status }) => status === 'running') ? lookEvery : false,
    },
  );
  const isFiltered = query.agent !== undefined || query.status !== undefined;
  return (
    <ListTable
      label={texts.evaluations}
      loading={texts.loading}
      reading={reading}
      rows={rowsOf(reading.data)}
      keyOf={({ id }) => id}
      linkOf={({ id }) => placeOf(`/evaluation/runs/${id}`)}
      columns={[
        { name: texts.evaluation, cell: (one) => nameOf(one, texts) },
        {
          name: texts.agent,
          cell: ({ agent_id }) => <AgentName id={agent_id} />,
          isMinor: true,
        },
        {
          name: texts.status,
          cell: (one) =>
            one.status === 'running' ? (
              <Progress evaluation={one} />
            ) : (
              <EvaluationStatus evaluation={one} />
            ),
        },
        { name: texts.passed, cell: (one) => <PassRates evaluation={one} />, isNumber: true },
        {
          name: texts.cost,
          cell: ({ cost_usd }) => money(cost_usd),
          isNumber: true,
          isMinor: true,
        },
        { name: texts.created, cell: ({ created_at }) => <Time value={created_at} /> },
      ]}
      empty={
        isFiltered ? (
          <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
        ) : (
          <Empty title={texts.none}>{texts.noneHint}</Empty>
        )
      }
    />
  );
}

function PassRates({ evaluation: { summary } }: { readonly evaluation: Evaluation }) {
  const { percent } = useFormat();
  if (summary === null) return <>–</>;
  return <>{summary.map(({ overall }) => percent(overall.pass_rate?.value)).join(' · ')}</>;
}
