import type { Invoice, InvoiceLine } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts, Page, Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { InvoiceFiles } from './invoice-files.tsx';
import { monthName } from './invoices.tsx';

/** `/cost/invoices/{month}`: what the calls of a month cost, line by line. */
export default function InvoiceScreen({ month }: { readonly month: string }) {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const reading = api.useQuery('get', '/api/v1/invoices/{month}', { params: { path: { month } } });
  const { error, refetch } = reading;
  // The same path also gives files.
  const data = reading.data as Invoice | undefined;
  const columns: readonly Column<InvoiceLine>[] = [
    { name: texts.dimensions.agent, cell: (line) => line.agent_name ?? texts.withoutAgent },
    { name: texts.model, cell: ({ provider, model }) => `${provider}/${model}` },
    { name: texts.dimensions.operation, cell: ({ operation }) => operation, isMinor: true },
    { name: texts.callCount, cell: ({ calls }) => format.number(calls), isNumber: true },
    {
      name: texts.tokens,
      cell: (line) => format.compact(line.input_tokens + line.output_tokens),
      ...{ isNumber: true, isMinor: true },
    },
    { name: texts.cost, cell: ({ cost_usd }) => format.money(cost_usd), isNumber: true },
  ];
  return (
    <Page
      title={texts.invoiceOf(isMonth(month) ? monthName(month) : month)}
      back={{ to: '/invoices', label: texts.parts.invoices }}
      actions={<InvoiceFiles month={month} />}
    >
      {error !== null && <Failed problem={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading>{texts.loading}</Loading>}
      {data !== undefined && (
        <>
          <Facts
            facts={[
              [texts.total, format.money(data.total_usd)],
              [
                texts.status,
                <Badge key="status" tone={data.status === 'final' ? 'good' : 'neutral'}>
                  {texts.invoiceStatuses[data.status]}
                </Badge>,
              ],
              [texts.number, data.number],
              [
                texts.period,
                <span key="period">
                  <Time value={data.starts_at} form="moment" /> –{' '}
                  <Time value={data.ends_at} form="moment" /> ({data.time_zone})
                </span>,
              ],
              [texts.billedTo, data.billing?.name ?? texts.noBilling],
              [texts.unpriced, format.number(data.unpriced_calls)],
            ]}
          />
          <Section title={texts.invoiceLines}>
            {data.lines.length === 0 ? (
              <p className="muted">{texts.noLines}</p>
            ) : (
              <Table
                label={texts.invoiceLines}
                rows={data.lines}
                keyOf={({ agent_id, provider, model, operation }) =>
                  `${agent_id} ${provider}/${model} ${operation}`
                }
                columns={columns}
              />
            )}
          </Section>
        </>
      )}
    </Page>
  );
}

const isMonth = (month: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(month);
