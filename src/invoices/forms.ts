import { preferredOf } from '../http/accept.ts';
import type { Invoice, InvoiceQuery } from './schema.ts';
import { toTable } from './table.ts';

const types = { json: 'application/json', csv: 'text/csv', pdf: 'application/pdf' } as const;
type Format = keyof typeof types;

/** Returns an invoice in the form that a request selects. */
export async function inForm(
  invoice: Invoice,
  { format }: InvoiceQuery,
  accept: string | null,
): Promise<Invoice | Response> {
  const form = format ?? preferredForm(accept);
  if (form === 'json') return invoice;
  if (form === 'csv') return download(invoice, form, toTable(invoice));
  const { renderInvoice } = await import('./pdf/invoice.ts');
  return download(invoice, form, renderInvoice(invoice));
}

function preferredForm(accept: string | null): Format {
  const preferred = preferredOf(accept, [types.json, types.csv, types.pdf]);
  return (Object.keys(types) as Format[]).find((form) => types[form] === preferred) ?? 'json';
}

const download = ({ number, status }: Invoice, form: 'csv' | 'pdf', body: BodyInit): Response =>
  new Response(body, {
    headers: {
      'content-type': form === 'csv' ? 'text/csv; charset=utf-8; header=present' : types.pdf,
      'content-disposition': `attachment; filename="invoice-${number}${status === 'final' ? '' : '-provisional'}.${form}"`,
    },
  });
