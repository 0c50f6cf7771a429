import { lazy, Suspense, useState } from 'react';
import type { KnowledgeBase, RetrievalEvaluation } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { EvaluationForm } from './evaluation-form.tsx';
import { EvaluationState, isRunning, StartedBy } from './evaluation-state.tsx';

const Trend = lazy(() => import('./evaluation-trend.tsx'));

/** Measurements of the search by the golden questions, and their trend. */
export function EvaluationList({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(questionTexts);
  const mayWrite = useCan('knowledge:write');
  const [isOpen, setOpen] = useState(false);
  const { data: questions } = api.useQuery('get', '/api/v1/knowledge-bases/{kb}/golden-questions', {
    params: { path: { kb: base.id }, query: { limit: 1 } },
  });
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/evaluations',
    { params: { path: { kb: base.id }, query: { limit: 100 } } },
    {
      ...paged,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ data }) => data.some(isRunning)) === true ? 2000 : false,
    },
  );
  const rows = rowsOf(reading.data);
  const ready = rows?.filter(({ status, metrics }) => status === 'ready' && metrics !== null) ?? [];
  const hasQuestions = questions === undefined || questions.data.length > 0;
  const run = mayWrite && hasQuestions && (
    <Button kind="primary" onClick={() => setOpen(true)}>
      {texts.run}
    </Button>
  );
  return (
    <Section title={texts.evaluations} description={texts.evaluationsIntro} actions={run}>
      {ready.length > 1 && (
        <Suspense fallback={<Loading height={234}>{texts.loadingTrend}</Loading>}>
          <Trend evaluations={ready} />
        </Suspense>
      )}
      <ListTable
        label={texts.evaluations}
        loading={texts.loadingEvaluations}
        reading={reading}
        rows={rows}
        columns={useColumns()}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/evaluations/${id}`}
        empty={
          <Empty title={texts.noEvaluations}>
            {hasQuestions ? texts.noEvaluationsHint : texts.needQuestions}
          </Empty>
        }
      />
      {isOpen && <EvaluationForm base={base} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function useColumns(): readonly Column<RetrievalEvaluation>[] {
  const texts = useTexts(questionTexts);
  const { modes } = useTexts(searchTexts);
  const { percent, number } = useFormat();
  return [
    { name: texts.time, cell: ({ created_at }) => <Time value={created_at} form="moment" /> },
    { name: texts.state, cell: (row) => <EvaluationState evaluation={row} /> },
    { name: texts.trigger, cell: (row) => <StartedBy evaluation={row} />, isMinor: true },
    {
      name: texts.settings,
      cell: ({ settings }) => {
        const { mode, top_k } = settings as { mode?: keyof typeof modes; top_k?: number };
        return texts.settingsOf(mode === undefined ? '–' : modes[mode], number(top_k));
      },
      isMinor: true,
    },
    { name: texts.hitRate, cell: ({ metrics }) => percent(metrics?.hit_rate), isNumber: true },
    {
      name: texts.mrr,
      cell: ({ metrics }) => percent(metrics?.mrr),
      isNumber: true,
      isMinor: true,
    },
    {
      name: texts.declined,
      cell: ({ metrics }) => percent(metrics?.not_found_recall),
      isNumber: true,
      isMinor: true,
    },
  ];
}
