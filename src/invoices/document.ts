import { pricesAt } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime } from '../shared/time.ts';
import type { InvoicePeriod } from './months.ts';
import type { Invoice, InvoiceLine } from './schema.ts';
import { type BilledRow, type SumRow, selectNames } from './store.ts';
import { sumCalls } from './sums.ts';

/** More lines are merged into one: a row of the database has at most 2 MB. */
const maxLines = 2000;

/** An invoice with its exact total, which `Invoice` has as a number of dollars. */
export interface MadeInvoice {
  readonly invoice: Invoice;
  readonly cost_nano_usd: number;
}

/** Returns the number of an invoice: unique in the deployment, and the same whenever it is made. */
const numberOf = (workspace_id: string, month: string): string =>
  `${month}-${workspace_id.slice(-10).toUpperCase()}`;

/** Makes the invoice of a period from its calls. `issued_at` is null for a provisional one. */
export async function makeInvoice(
  ctx: Ctx,
  workspace: BilledRow,
  period: InvoicePeriod,
  issued_at: number | null,
): Promise<MadeInvoice> {
  const sums = await sumCalls(ctx, period);
  const lines = merge(sums.toSorted(byCost));
  const ids = [...new Set(lines.flatMap(({ agent_id }) => agent_id ?? []))];
  const rows = ids.length === 0 ? [] : await selectNames(ctx.db, ctx.workspace_id, ids);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const models = new Set(lines.map(({ provider, model }) => `${provider}/${model}`));
  const prices = await pricesAt(ctx, Math.min(period.ends_at - 1, ctx.now()), models);
  const cost_nano_usd = sumOf(lines, 'cost_nano_usd');
  const invoice: Invoice = {
    month: period.month,
    number: numberOf(workspace.id, period.month),
    status: issued_at === null ? 'provisional' : 'final',
    starts_at: toWireTime(period.starts_at),
    ends_at: toWireTime(period.ends_at),
    calls: sumOf(lines, 'calls'),
    total_usd: toWireUsd(cost_nano_usd) ?? 0,
    issued_at: issued_at === null ? null : toWireTime(issued_at),
    workspace_id: workspace.id,
    workspace_name: workspace.name,
    time_zone: workspace.time_zone,
    billing: workspace.billing,
    unpriced_calls: sumOf(lines, 'unpriced_calls'),
    lines: lines.map((line) => toLine(line, names)),
    prices: prices.map(({ model, source, prices: { input, output, cache_read, cache_write } }) => ({
      ...{ model, source, input, output, cache_read, cache_write },
    })),
  };
  return { invoice, cost_nano_usd };
}

type CountName = {
  [Name in keyof SumRow]: SumRow[Name] extends number ? Name : never;
}[keyof SumRow];

const sumOf = (rows: readonly SumRow[], name: CountName): number =>
  rows.reduce((sum, row) => sum + row[name], 0);

const keyOf = ({ agent_id, provider, model, operation }: SumRow) =>
  [agent_id ?? '', provider, model, operation].join('\n');

const byCost = (a: SumRow, b: SumRow) =>
  b.cost_nano_usd - a.cost_nano_usd || (keyOf(a) < keyOf(b) ? -1 : 1);

/** Returns at most `maxLines` lines; the last one sums up the rest. */
function merge(sums: readonly SumRow[]): SumRow[] {
  if (sums.length <= maxLines) return [...sums];
  const rest = sums.slice(maxLines - 1);
  const other: SumRow = {
    ...{ agent_id: null, provider: 'other', model: 'other', operation: 'other' },
    calls: sumOf(rest, 'calls'),
    unpriced_calls: sumOf(rest, 'unpriced_calls'),
    input_tokens: sumOf(rest, 'input_tokens'),
    cache_read_tokens: sumOf(rest, 'cache_read_tokens'),
    cache_write_tokens: sumOf(rest, 'cache_write_tokens'),
    output_tokens: sumOf(rest, 'output_tokens'),
    cost_nano_usd: sumOf(rest, 'cost_nano_usd'),
  };
  return [...sums.slice(0, maxLines - 1), other];
}

const toLine = (
  { cost_nano_usd, ...sum }: SumRow,
  names: ReadonlyMap<string, string>,
): InvoiceLine => ({
  ...sum,
  agent_name: sum.agent_id === null ? null : (names.get(sum.agent_id) ?? null),
  cost_usd: toWireUsd(cost_nano_usd) ?? 0,
});
