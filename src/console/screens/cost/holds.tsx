import { Link } from 'wouter';
import type { BudgetHold } from '../../../client/index.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { useFormat } from '../../ui/format.ts';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

/** Amounts that were reserved for calls, and what the calls cost in the end. */
export function Holds({
  label,
  holds,
  empty,
  isOpen = false,
}: {
  readonly label: string;
  readonly holds: readonly BudgetHold[];
  readonly empty: string;
  readonly isOpen?: boolean;
}) {
  const texts = useTexts(costTexts);
  const format = useFormat();
  if (holds.length === 0) return <p className="muted">{empty}</p>;
  const columns: readonly Column<BudgetHold>[] = [
    { name: texts.since, cell: ({ created_at }) => <Time value={created_at} /> },
    { name: texts.model, cell: ({ model }) => model, isMinor: true },
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
    { name: texts.held, cell: ({ held_usd }) => format.money(held_usd), isNumber: true },
    ...(isOpen
      ? []
      : [
          {
            name: texts.actualCost,
            cell: ({ cost_usd }: BudgetHold) => format.money(cost_usd),
            isNumber: true,
          },
        ]),
  ];
  return <Table label={label} rows={holds} keyOf={({ id }) => id} columns={columns} />;
}
