import type { ComponentProps } from 'react';
import type { Replay, Shadow } from '../../../../client/index.ts';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { evaluationTexts } from '../../../texts/evaluation.ts';
import { replayTexts } from '../../../texts/replays.ts';
import { AgentFilter, AgentName } from '../../../ui/agent-filter.tsx';
import { LinkButton } from '../../../ui/button.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge, Page } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { type Column, ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { EvaluationTabs } from '../evaluation-tabs.tsx';

const filters = { agent: '' };
/** Milliseconds between two looks while one of them runs. */
const lookEvery = 3000;
type Read = Parameters<typeof rowsOf<{ readonly status: string }>>[0];
const watched = {
  ...paged,
  refetchInterval: ({ state }: { readonly state: { readonly data?: Read } }) =>
    rowsOf(state.data)?.some(({ status }) => status === 'running') === true ? lookEvery : false,
};

/** Past turns that were answered again. */
export function ReplayList() {
  const texts = useTexts(replayTexts);
  const query = useAgentQuery();
  const reading = api.useInfiniteQuery('get', '/api/v1/replays', { params: { query } }, watched);
  return (
    <List
      path="/replays"
      label={texts.replays}
      hint={texts.replaysHint}
      create={texts.createReplay}
      loading={texts.loadingReplays}
      reading={reading}
      rows={rowsOf(reading.data)}
      empty={<Empty title={texts.noReplays}>{texts.noReplaysHint}</Empty>}
    />
  );
}

/** Versions that answer a share of live turns, unseen. */
export function ShadowList() {
  const texts = useTexts(replayTexts);
  const query = useAgentQuery();
  const reading = api.useInfiniteQuery('get', '/api/v1/shadows', { params: { query } }, watched);
  return (
    <List
      path="/shadows"
      label={texts.shadows}
      hint={texts.shadowsHint}
      create={texts.createShadow}
      loading={texts.loadingShadows}
      reading={reading}
      rows={rowsOf(reading.data)}
      empty={<Empty title={texts.noShadows}>{texts.noShadowsHint}</Empty>}
    />
  );
}

function useAgentQuery(): { readonly agent?: string } {
  const [{ agent }] = useUrlState(filters);
  return agent === '' ? {} : { agent };
}

/** One of both lists, which differ in their words. */
function List({
  path,
  hint,
  create,
  ...table
}: Pick<
  ComponentProps<typeof ListTable<Replay | Shadow>>,
  'label' | 'loading' | 'reading' | 'rows' | 'empty'
> & { readonly path: string; readonly hint: string; readonly create: string }) {
  const { title } = useTexts(evaluationTexts);
  const mayWrite = useCan('evaluations:write');
  const [{ agent }, setFilters] = useUrlState(filters);
  const actions = mayWrite && (
    <LinkButton to={`${path}/new`} kind="primary">
      {create}
    </LinkButton>
  );
  return (
    <Page title={title} description={hint} actions={actions}>
      <EvaluationTabs />
      <div className="filters">
        <AgentFilter value={agent} onChange={(id) => setFilters({ agent: id })} />
      </div>
      <ListTable
        {...table}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `${path}/${id}`}
        columns={useColumns()}
      />
    </Page>
  );
}

const tones = {
  running: 'info',
  paused: 'warn',
  completed: 'good',
  cancelled: 'neutral',
} as const;

export function ReplayStatus({ status }: { readonly status: Replay['status'] }) {
  const texts = useTexts(replayTexts);
  return <Badge tone={tones[status]}>{texts.statuses[status]}</Badge>;
}

function useColumns(): readonly Column<Replay | Shadow>[] {
  const texts = useTexts(replayTexts);
  const { number, money } = useFormat();
  return [
    { name: texts.name, cell: (one) => replayName(one, texts) },
    { name: texts.agent, cell: ({ agent_id }) => <AgentName id={agent_id} />, isMinor: true },
    { name: texts.status, cell: ({ status }) => <ReplayStatus status={status} /> },
    {
      name: texts.turns,
      cell: ({ figures }) => `${number(figures.done)} / ${number(figures.turns)}`,
      isNumber: true,
    },
    {
      name: texts.changed,
      cell: ({ figures }) => number(figures.changed),
      isNumber: true,
      isMinor: true,
    },
    { name: texts.worse, cell: ({ figures }) => number(figures.worse), isNumber: true },
    {
      name: texts.spent,
      cell: ({ figures }) => money(figures.spent_usd),
      isNumber: true,
      isMinor: true,
    },
    { name: texts.started, cell: ({ created_at }) => <Time value={created_at} />, isMinor: true },
  ];
}

export const replayName = (
  { label, version, is_draft }: Replay | Shadow,
  texts: (typeof replayTexts)['en'],
): string => (label === '' ? texts.versionOf(version, is_draft) : label);
