import { Link } from 'wouter';
import type { Analytics } from '../../../client/index.ts';
import { analyticsTexts } from '../../texts/analytics.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { SelectField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { placeOfGroup } from '../../ui/place-of-group.ts';
import { type Column, Table } from '../../ui/table.tsx';
import type { Grouping } from '../../ui/use-report.ts';
import { useValueNames } from '../../ui/value-names.tsx';

type Group = Analytics['groups'][number];

const groupings = [
  'version',
  'model',
  'agent',
  'operation',
  'api_key',
  'experiment',
  'variant',
] as const;

/** The figures side by side, by version, model and others. */
export function Groups({
  report,
  agent,
  grouping,
  onChange,
}: {
  readonly report: Analytics;
  readonly agent: string;
  readonly grouping: Grouping;
  readonly onChange: (grouping: Grouping) => void;
}) {
  const texts = useTexts(analyticsTexts);
  const format = useFormat();
  const nameOf = useValueNames(agent);
  const named = ({ value, name }: Group) => name ?? nameOf(grouping, value);
  const columns: readonly Column<Group>[] = [
    {
      name: texts.groupings[grouping],
      cell: (group) => {
        const to = placeOfGroup(grouping, group.value, { agent, ...report });
        return to === null ? named(group) : <Link href={to}>{named(group)}</Link>;
      },
    },
    { name: texts.lines.runs, cell: ({ usage }) => format.number(usage.runs), isNumber: true },
    {
      name: texts.calls,
      cell: ({ usage }) => format.number(usage.calls),
      ...{ isNumber: true, isMinor: true },
    },
    {
      name: texts.lines.p95,
      cell: ({ performance }) => format.duration(performance.latency_ms?.p95),
      isNumber: true,
    },
    {
      name: texts.errorRate,
      cell: ({ performance }) => format.percent(performance.error_rate),
      ...{ isNumber: true, isMinor: true },
    },
    {
      name: texts.approval,
      cell: ({ quality }) => format.percent(quality.approval_rate),
      ...{ isNumber: true, isMinor: true },
    },
    { name: texts.lines.cost, cell: ({ cost }) => format.money(cost.total_usd), isNumber: true },
  ];
  return (
    <Section
      title={texts.compare}
      actions={
        <SelectField<Grouping>
          label={texts.compareBy}
          isLabelHidden
          value={grouping}
          onChange={onChange}
          choices={groupings
            .filter((one) => one === grouping || one !== (agent === '' ? 'version' : 'agent'))
            .map((value) => ({ value, label: texts.by(texts.groupings[value]) }))}
        />
      }
    >
      {report.groups.length === 0 ? (
        <p className="muted">{texts.noGroups}</p>
      ) : (
        <Table
          label={texts.compare}
          rows={report.groups}
          keyOf={({ value }) => value}
          columns={columns}
        />
      )}
    </Section>
  );
}
