import { Link } from 'wouter';
import type { KnowledgeBase, RetrievalEvaluation, RetrievalResult } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { SelectField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Section } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { isRunning } from './evaluation-state.tsx';
import { usePlaces } from './places.ts';

const filters = { outcome: '', baseline: '' };
const outcomes = ['found', 'missed', 'declined', 'not_declined'] as const;
type Outcome = (typeof outcomes)[number];

/** The result of each question, also against another evaluation. */
export function EvaluationResults({
  base,
  evaluation,
}: {
  readonly base: KnowledgeBase;
  readonly evaluation: RetrievalEvaluation;
}) {
  const texts = useTexts(questionTexts);
  const { time } = useFormat();
  const [{ outcome, baseline }, setFilters] = useUrlState(filters);
  const path = { kb: base.id };
  const { data: others } = api.useQuery('get', '/api/v1/knowledge-bases/{kb}/evaluations', {
    params: { path, query: { limit: 50 } },
  });
  const query = {
    ...(outcome !== '' && { outcome: outcome as Outcome }),
    ...(baseline !== '' && { baseline }),
  };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/evaluations/{evaluation}/results',
    { params: { path: { ...path, evaluation: evaluation.id }, query } },
    { ...paged, refetchInterval: isRunning(evaluation) ? 2000 : false },
  );
  const comparable = others?.data.filter(
    ({ id, status }) => id !== evaluation.id && status === 'ready',
  );
  return (
    <Section title={texts.results}>
      <div className="filters">
        <SelectField
          label={texts.outcome}
          value={outcome}
          onChange={(next) => setFilters({ outcome: next })}
          choices={[
            { value: '', label: texts.outcomes.all },
            ...outcomes.map((value) => ({ value, label: texts.outcomes[value] })),
          ]}
        />
        {comparable !== undefined && comparable.length > 0 && (
          <SelectField
            label={texts.baseline}
            value={baseline}
            onChange={(next) => setFilters({ baseline: next })}
            choices={[
              { value: '', label: texts.noBaseline },
              ...comparable.map(({ id, created_at }) => ({ value: id, label: time(created_at) })),
            ]}
          />
        )}
      </div>
      <ListTable
        label={texts.results}
        loading={texts.loadingResults}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={useColumns(base, baseline !== '')}
        keyOf={({ question_id }) => question_id}
        empty={<Empty title={texts.noResults}>{texts.noResultsHint}</Empty>}
      />
    </Section>
  );
}

function useColumns(base: KnowledgeBase, isCompared: boolean): readonly Column<RetrievalResult>[] {
  const texts = useTexts(questionTexts);
  const places = usePlaces();
  const maySearch = useCan('knowledge:search');
  const rankOf = (rank: number | null) => (rank === null ? texts.missed : `${rank}`);
  return [
    {
      name: texts.question,
      cell: ({ question, hits }) => (
        <details>
          <summary>{question}</summary>
          <ol className="knowledge-result-hits" aria-label={texts.results_of(question)}>
            {hits.map(({ chunk_id, file_id, file_name, page, is_expected }) => (
              <li key={chunk_id}>
                <Link href={places.file(base.id, file_id, { page })}>{file_name}</Link>
                {page !== null && <span className="small muted"> {page}</span>}{' '}
                {is_expected && <Badge tone="good">✓</Badge>}
              </li>
            ))}
          </ol>
          {maySearch && (
            <Link href={`/search?${new URLSearchParams({ q: question })}`}>{texts.tryIt}</Link>
          )}
        </details>
      ),
    },
    {
      name: texts.rank,
      cell: ({ rank, is_answerable }) =>
        is_answerable ? (
          <Badge tone={rank === null ? 'bad' : 'good'}>{rankOf(rank)}</Badge>
        ) : (
          <span className="small muted">{texts.shouldDecline}</span>
        ),
    },
    ...(isCompared
      ? [
          {
            name: texts.before,
            cell: ({ baseline_rank }: RetrievalResult) => rankOf(baseline_rank),
          },
        ]
      : []),
    {
      name: texts.coverage,
      cell: ({ coverage, is_answerable, rank }) => (
        <>
          <Badge tone={(coverage !== 'none') === is_answerable ? 'good' : 'warn'}>
            {texts.coverages[coverage]}
          </Badge>
          {coverage === 'none' && is_answerable && rank !== null && (
            <span className="excerpt">{texts.mayDecline}</span>
          )}
        </>
      ),
    },
  ];
}
