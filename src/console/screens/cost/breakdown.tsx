import { keepPreviousData } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Analytics, CostBreakdown } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { Button } from '../../ui/button.tsx';
import { toCsv } from '../../ui/csv.ts';
import { saveFile } from '../../ui/download.ts';
import { SelectField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import type { Period } from '../../ui/period.ts';
import { placeOfGroup } from '../../ui/place-of-group.ts';
import { Failed, Loading } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { useValueNames } from '../../ui/value-names.tsx';

type Dimension = keyof (typeof costTexts)['en']['dimensions'];
const dimensions: readonly Dimension[] = [
  ...(['model', 'provider', 'agent', 'version', 'api_key', 'end_user', 'operation'] as const),
  ...(['session', 'experiment', 'variant', 'tool'] as const),
];
type GroupBy = Exclude<Dimension, 'tool'>;
type Part = CostBreakdown['parts'][number];

interface BreakdownProps {
  readonly period: Period;
  readonly report: Analytics;
  readonly state: { readonly agent: string; readonly by: string };
  readonly change: (changes: { readonly by: string }) => void;
}

/** The cost of a period by model, version, key, user or tool: shares as bars, and the figures. */
export function Breakdown(props: BreakdownProps) {
  const texts = useTexts(costTexts);
  const { state, change } = props;
  const by = dimensions.find((one) => one === state.by) ?? 'model';
  const choices = dimensions.filter((one) => one !== 'agent' || state.agent === '');
  return (
    <Section
      title={texts.breakdown}
      actions={
        <SelectField<Dimension>
          label={texts.breakdownBy}
          isLabelHidden
          value={by}
          onChange={(next) => change({ by: next })}
          choices={choices.map((value) => ({ value, label: texts.dimensions[value] }))}
        />
      }
    >
      {by === 'tool' ? <Tools report={props.report} /> : <Parts {...props} by={by} />}
    </Section>
  );
}

function useBreakdown(period: Period, agent: string, by: GroupBy) {
  const options = { placeholderData: keepPreviousData };
  const all = api.useQuery(
    'get',
    '/api/v1/cost-breakdown',
    { params: { query: { ...period, group_by: by } } },
    { ...options, enabled: agent === '' },
  );
  const group_by = by === 'agent' ? 'model' : by;
  const one = api.useQuery(
    'get',
    '/api/v1/agents/{agent}/cost-breakdown',
    { params: { path: { agent }, query: { ...period, group_by } } },
    { ...options, enabled: agent !== '' },
  );
  return agent === '' ? all : one;
}

function Parts({ period, report, state, by }: BreakdownProps & { readonly by: GroupBy }) {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const { agent } = state;
  const nameOf = useValueNames(agent);
  const { data, error, refetch } = useBreakdown(period, agent, by);
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loading}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  // The rows of another dimension stay until those of this one are there.
  const dimension = data.group_by;
  const named = ({ value, name }: Part) => name ?? nameOf(dimension, value);
  const columns: readonly Column<Part>[] = [
    {
      name: texts.dimensions[dimension as Dimension],
      cell: (part) => {
        const to = placeOfGroup(dimension, part.value, { agent, ...report });
        return to === null ? named(part) : <Link href={to}>{named(part)}</Link>;
      },
    },
    { name: texts.share, cell: ({ share }) => <Bar share={share} text={format.percent(share)} /> },
    { name: texts.cost, cell: ({ cost_usd }) => format.money(cost_usd), isNumber: true },
    { name: texts.callCount, cell: ({ calls }) => format.number(calls), isNumber: true },
    {
      name: texts.tokens,
      cell: (part) => format.compact(part.input_tokens + part.output_tokens),
      ...{ isNumber: true, isMinor: true },
    },
    {
      name: texts.unpriced,
      cell: ({ unpriced_calls }) => format.number(unpriced_calls),
      ...{ isNumber: true, isMinor: true },
    },
  ];
  const save = () => {
    const rows = data.parts.map((part) => [
      ...[part.value, named(part), part.cost_usd, part.share],
      ...[part.calls, part.input_tokens, part.output_tokens, part.unpriced_calls],
    ]);
    const head = ['value', 'name', 'cost_usd', 'share', 'calls', 'input_tokens', 'output_tokens'];
    const csv = toCsv([[...head, 'unpriced_calls'], ...rows]);
    const [from, to] = [data.start.slice(0, 10), data.end.slice(0, 10)];
    saveFile(`cost-by-${dimension}-${from}-${to}.csv`, new Blob([csv], { type: 'text/csv' }));
  };
  return (
    <>
      <Table
        label={texts.breakdown}
        rows={data.parts}
        keyOf={({ value }) => value}
        columns={columns}
      />
      <p className="cost-foot">
        <span className="muted small">{texts.totalIs(format.money(data.cost_usd))}</span>
        <Button isSmall onClick={save}>
          {texts.downloadCsv}
        </Button>
      </p>
    </>
  );
}

/** Tools and retrieval with the models that they used. */
function Tools({ report }: { readonly report: Analytics }) {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const total = report.totals.cost.total_usd;
  if (report.capabilities.length === 0) return <p className="muted">{texts.noTools}</p>;
  const nameOf = (capability: string) =>
    capability === 'retrieval' ? texts.retrieval : capability.replace(/^tool:/, '');
  return (
    <>
      <p className="muted small">{texts.toolsHint}</p>
      <Table
        label={texts.breakdown}
        rows={report.capabilities}
        keyOf={({ capability }) => capability}
        columns={[
          { name: texts.dimensions.tool, cell: ({ capability }) => nameOf(capability) },
          {
            name: texts.share,
            cell: ({ cost_usd }) => {
              const share = total === 0 ? 0 : cost_usd / total;
              return <Bar share={share} text={format.percent(share)} />;
            },
          },
          { name: texts.cost, cell: ({ cost_usd }) => format.money(cost_usd), isNumber: true },
          { name: texts.uses, cell: ({ uses }) => format.number(uses), isNumber: true },
          { name: texts.failures, cell: ({ failed }) => format.number(failed), isNumber: true },
        ]}
      />
    </>
  );
}

const Bar = ({ share, text }: { readonly share: number; readonly text: string }) => (
  <span className="cost-share">
    <span className="cost-share-track" aria-hidden="true">
      <span style={{ width: `${Math.min(1, share) * 100}%` }} />
    </span>
    <span className="small">{text}</span>
  </span>
);
