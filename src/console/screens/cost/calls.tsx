import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ModelCall } from '../../../client/index.ts';
import { client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { AgentFilter, AgentName } from '../../ui/agent-filter.tsx';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../../ui/download.ts';
import { SelectField, TextField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { MomentField } from '../../ui/moment-field.tsx';
import { Badge } from '../../ui/page.tsx';
import { SavedFilters } from '../../ui/saved-filters.tsx';
import { Empty, ProblemNote } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { Archives } from './archives.tsx';

const filters = {
  ...{ agent: '', model: '', provider: '', operation: '', status: '', end_user_id: '' },
  ...{ start_date: '', end_date: '', version: '', session: '', run: '', api_key: '' },
  experiment: '',
};
const statuses = ['ok', 'error', 'aborted'] as const;
/** Filters that links set; they have no control of their own. */
const linked = ['version', 'session', 'run', 'api_key', 'experiment', 'provider'] as const;

/** Says the period, where one was chosen. */
function nameOfFile({ start_date, end_date }: Readonly<typeof filters>): string {
  const days = [start_date, end_date].filter((one) => one !== '').map((one) => one.slice(0, 10));
  return `${['model-calls', ...days].join('-')}.csv`;
}

/** Every model call, with its tokens and cost. */
export default function Calls() {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const mayReadArchives = useCan('usage:archives');
  const [state, change] = useUrlState(filters);
  const query = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== ''));
  const reading = useCalls(query);
  const isLinked = linked.some((name) => state[name] !== '');
  const download = useAction(
    async () => {
      const { data } = await client.GET('/api/v1/usage', {
        params: { query },
        headers: { accept: 'text/csv' },
        parseAs: 'blob',
      });
      if (data !== undefined) saveFile(nameOfFile(state), data as unknown as Blob);
    },
    { refresh: [] },
  );
  const columns: readonly Column<ModelCall>[] = [
    { name: texts.time, cell: ({ created_at }) => <Time value={created_at} form="moment" /> },
    {
      name: texts.model,
      cell: ({ provider, model, status }) => (
        <>
          {provider}/{model}{' '}
          {status !== 'ok' && <Badge tone="warn">{texts.callStatuses[status]}</Badge>}
        </>
      ),
    },
    {
      name: texts.dimensions.operation,
      cell: ({ operation }) => <span className="nowrap">{operation}</span>,
      isMinor: true,
    },
    {
      name: texts.dimensions.agent,
      cell: ({ agent_id }) => (agent_id === null ? '–' : <AgentName id={agent_id} />),
      isMinor: true,
    },
    {
      name: texts.run,
      cell: ({ run_id }) =>
        run_id === null ? (
          '–'
        ) : (
          <Link href={placeOf(`/sessions/runs/${run_id}`)} className="nowrap">
            {texts.trace}
          </Link>
        ),
    },
    {
      name: texts.tokens,
      cell: (call) =>
        `${format.compact(call.input_tokens)} + ${format.compact(call.output_tokens)}${call.is_estimated ? ' ≈' : ''}`,
      ...{ isNumber: true, isMinor: true },
    },
    {
      name: texts.duration,
      cell: ({ latency_ms }) => format.duration(latency_ms),
      ...{ isNumber: true, isMinor: true },
    },
    {
      name: texts.cost,
      cell: ({ cost_usd }) => (cost_usd === null ? texts.unknown : format.money(cost_usd)),
      isNumber: true,
    },
  ];
  return (
    <>
      <div className="filters">
        <AgentFilter value={state.agent} onChange={(agent) => change({ agent })} />
        <TextField
          label={texts.model}
          value={state.model}
          placeholder="openai/gpt-5-mini"
          onChange={(model) => change({ model })}
        />
        <TextField
          label={texts.dimensions.operation}
          value={state.operation}
          placeholder="answer"
          onChange={(operation) => change({ operation })}
        />
        <TextField
          label={texts.dimensions.end_user}
          value={state.end_user_id}
          onChange={(end_user_id) => change({ end_user_id })}
        />
        <SelectField
          label={texts.outcome}
          value={state.status}
          onChange={(status) => change({ status })}
          choices={[
            { value: '', label: texts.any },
            ...statuses.map((value) => ({ value, label: texts.callStatuses[value] })),
          ]}
        />
        <MomentField
          label={texts.from}
          value={state.start_date}
          onChange={(start_date) => change({ start_date })}
        />
        <MomentField
          label={texts.to}
          value={state.end_date}
          onChange={(end_date) => change({ end_date })}
        />
        <Button isBusy={download.isRunning} onClick={() => download.run()}>
          {texts.downloadCsv}
        </Button>
      </div>
      {isLinked && (
        <div className="chips">
          {linked
            .filter((name) => state[name] !== '')
            .map((name) => (
              <Button key={name} isSmall onClick={() => change({ [name]: '' })}>
                {texts.withoutFilter(name, state[name])}
              </Button>
            ))}
        </div>
      )}
      <SavedFilters list="calls" />
      <ProblemNote problem={download.problem} />
      <ListTable
        label={texts.parts.calls}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<Empty title={texts.noCalls}>{texts.noCallsHint}</Empty>}
      />
      {/* Not before the list has its length, which would move it. */}
      {mayReadArchives && !reading.isPending && <Archives />}
    </>
  );
}

type CallQuery = Readonly<Record<string, string>>;

/** Pages of calls. The same path also gives tables, so that its type alone does not say what was read. */
const useCalls = (query: CallQuery) =>
  useInfiniteQuery({
    ...paged,
    queryKey: ['get', '/api/v1/usage', { params: { query } }],
    queryFn: async ({ pageParam }) => {
      const given = pageParam === null ? query : { ...query, cursor: pageParam };
      const { data } = await client.GET('/api/v1/usage', { params: { query: given } });
      return data as { readonly data: readonly ModelCall[]; readonly next_cursor: string | null };
    },
  });
