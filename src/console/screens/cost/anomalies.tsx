import { Link } from 'wouter';
import type { Anomaly } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { AgentFilter, AgentName } from '../../ui/agent-filter.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';

const filters = { agent: '', measure: '', start_date: '', end_date: '' };
const measures = ['cost', 'error_rate', 'online_score'] as const;

/** Days that were far outside of what is usual for an agent, and why they are listed. */
export default function Anomalies() {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const [state, change] = useUrlState(filters);
  const query = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== ''));
  const reading = api.useInfiniteQuery('get', '/api/v1/anomalies', { params: { query } }, paged);
  const show = ({ measure }: Anomaly, value: number) =>
    measure === 'cost' ? format.money(value) : format.percent(value);
  const explain = (one: Anomaly) =>
    one.usual === 0 || one.measure === 'online_score'
      ? texts.againstUsual(show(one, one.usual))
      : texts.timesUsual(
          format.number(Math.round((one.value / one.usual) * 10) / 10),
          show(one, one.usual),
        );
  const day = ({ agent_id, date }: Anomaly) =>
    placeOf(
      `/analytics?${new URLSearchParams({ agent: agent_id, range: 'custom', start_date: date, end_date: date })}`,
    );
  const columns: readonly Column<Anomaly>[] = [
    { name: texts.day, cell: (one) => <Link href={day(one)}>{one.date}</Link> },
    { name: texts.dimensions.agent, cell: ({ agent_id }) => <AgentName id={agent_id} /> },
    {
      name: texts.measure,
      cell: ({ measure }) => <Badge tone="warn">{texts.measures[measure]}</Badge>,
    },
    { name: texts.value, cell: (one) => show(one, one.value), isNumber: true },
    { name: texts.explanation, cell: explain },
    {
      name: texts.foundAt,
      cell: ({ found_at, delivered_at }) => (
        <>
          <Time value={found_at} /> {delivered_at !== null && texts.wasSent}
        </>
      ),
      isMinor: true,
    },
  ];
  return (
    <>
      <div className="filters">
        <AgentFilter value={state.agent} onChange={(agent) => change({ agent })} />
        <SelectField
          label={texts.measure}
          value={state.measure}
          onChange={(measure) => change({ measure })}
          choices={[
            { value: '', label: texts.any },
            ...measures.map((value) => ({ value, label: texts.measures[value] })),
          ]}
        />
        <TextField
          type="date"
          label={texts.from}
          value={state.start_date}
          onChange={(start_date) => change({ start_date })}
        />
        <TextField
          type="date"
          label={texts.to}
          value={state.end_date}
          onChange={(end_date) => change({ end_date })}
        />
      </div>
      <p className="note">{texts.anomalyRule}</p>
      <ListTable
        label={texts.parts.anomalies}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<Empty title={texts.noAnomalies}>{texts.noAnomaliesHint}</Empty>}
      />
    </>
  );
}
