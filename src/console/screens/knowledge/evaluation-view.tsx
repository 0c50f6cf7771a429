import { Link } from 'wouter';
import type { KnowledgeBase, RetrievalEvaluation } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { EvaluationResults } from './evaluation-results.tsx';
import { EvaluationState, isRunning, StartedBy } from './evaluation-state.tsx';

/** One evaluation: its measures, and the result of each question. */
export function EvaluationView({
  base,
  id,
}: {
  readonly base: KnowledgeBase;
  readonly id: string;
}) {
  const texts = useTexts(questionTexts);
  const mayWrite = useCan('knowledge:write');
  const path = { kb: base.id, evaluation: id };
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/evaluations/{evaluation}',
    { params: { path } },
    { refetchInterval: ({ state }) => (state.data && isRunning(state.data) ? 1500 : false) },
  );
  const cancel = useAction(
    (_: null, header) =>
      client.POST('/api/v1/knowledge-bases/{kb}/evaluations/{evaluation}/cancel', {
        params: { header, path },
      }),
    { refresh: ['/api/v1/knowledge-bases/{kb}/evaluations'] },
  );
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingEvaluation}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  return (
    <>
      <Section
        title={
          <>
            {texts.evaluation} · <Time value={data.created_at} form="moment" />
          </>
        }
        description={<Link href="/evaluations">← {texts.back}</Link>}
        actions={
          mayWrite &&
          isRunning(data) && (
            <Button isBusy={cancel.isRunning} onClick={() => cancel.run(null)}>
              {texts.cancel}
            </Button>
          )
        }
      >
        <ProblemNote problem={cancel.problem} />
        <EvaluationState evaluation={data} />
        <Measures evaluation={data} />
      </Section>
      <EvaluationResults base={base} evaluation={data} />
    </>
  );
}

function Measures({ evaluation }: { readonly evaluation: RetrievalEvaluation }) {
  const texts = useTexts(questionTexts);
  const { modes } = useTexts(searchTexts);
  const { percent, number } = useFormat();
  const { metrics, settings } = evaluation;
  const { mode, top_k } = settings as { mode?: keyof typeof modes; top_k?: number };
  const measures =
    metrics === null
      ? []
      : ([
          [texts.hitRate, metrics.hit_rate, texts.hitRateHelp],
          [texts.recall, metrics.recall, texts.recallHelp],
          [texts.mrr, metrics.mrr, texts.mrrHelp],
          [texts.ndcg, metrics.ndcg, texts.ndcgHelp],
          [texts.declined, metrics.not_found_recall, texts.declinedHelp],
          [texts.declinedPrecision, metrics.not_found_precision, texts.precisionHelp],
        ] as const);
  return (
    <>
      <p className="muted">
        {texts.settingsOf(mode === undefined ? '–' : modes[mode], number(top_k))} · {texts.trigger}:{' '}
        <StartedBy evaluation={evaluation} />
      </p>
      {measures.length > 0 && (
        <dl className="knowledge-measures">
          {measures.map(([name, value, help]) => (
            <div key={name} className="card">
              <dt>{name}</dt>
              <dd className="knowledge-figure">{percent(value)}</dd>
              <dd className="small muted">{help}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
