import { toLine } from '../shared/csv.ts';
import { fromUsd } from '../shared/money.ts';
import { exactUsd } from './money.ts';
import type { Invoice, InvoiceLine } from './schema.ts';

const columns = [
  ...(['agent_id', 'agent_name', 'provider', 'model', 'operation', 'calls'] as const),
  ...(['unpriced_calls', 'input_tokens', 'cache_read_tokens', 'cache_write_tokens'] as const),
  'output_tokens',
] satisfies (keyof InvoiceLine)[];

/** Returns the lines of an invoice as CSV, with its number, month and status on each line. */
export const toTable = (invoice: Invoice): string => {
  const { number, month, status } = invoice;
  return [
    toLine(['number', 'month', 'status', ...columns, 'cost_usd']),
    ...invoice.lines.map((line) =>
      toLine([
        ...[number, month, status],
        ...columns.map((column) => line[column]),
        // As text: a number would be written with an exponent below a millionth.
        exactUsd(fromUsd(line.cost_usd)),
      ]),
    ),
  ].join('');
};
