import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { Billing } from './billing.tsx';
import { InvoiceFiles } from './invoice-files.tsx';

/** One invoice for each month, the current one included. */
export default function Invoices() {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const mayWrite = useCan('workspace:write');
  const reading = api.useInfiniteQuery('get', '/api/v1/invoices', {}, paged);
  return (
    <>
      {mayWrite && (
        <div className="page-actions">
          <Billing />
        </div>
      )}
      <ListTable
        label={texts.parts.invoices}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ month }) => month}
        linkOf={({ month }) => `/invoices/${month}`}
        columns={[
          { name: texts.month, cell: ({ month }) => monthName(month) },
          {
            name: texts.status,
            cell: ({ status }) => (
              <Badge tone={status === 'final' ? 'good' : 'neutral'}>
                {texts.invoiceStatuses[status]}
              </Badge>
            ),
          },
          { name: texts.number, cell: ({ number }) => <code>{number}</code>, isMinor: true },
          {
            name: texts.issued,
            cell: ({ issued_at }) => <Time value={issued_at} form="day" />,
            isMinor: true,
          },
          {
            name: texts.callCount,
            cell: ({ calls }) => format.number(calls),
            ...{ isNumber: true, isMinor: true },
          },
          { name: texts.total, cell: ({ total_usd }) => format.money(total_usd), isNumber: true },
          {
            name: texts.file,
            cell: ({ month }) => <InvoiceFiles month={month} isSmall />,
            isMinor: true,
          },
        ]}
        empty={<Empty title={texts.noInvoices}>{texts.noInvoicesHint}</Empty>}
      />
    </>
  );
}

/** `2026-11` as the viewer writes months. */
export const monthName = (month: string): string =>
  new Intl.DateTimeFormat(navigator.language, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${month}-01T00:00:00Z`));
