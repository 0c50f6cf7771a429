import { fromUsd } from '../../shared/money.ts';
import { exactUsd, roundedUsd } from '../money.ts';
import type { Invoice, InvoiceLine } from '../schema.ts';
import { height, Page, width, writePdf } from './writer.ts';

const left = 48;
const right = width - 48;
const bottom = 64;

/** The columns of the table: the left edge of text, the right edge of numbers. */
const columns = {
  agent: { x: left, max: 112 },
  model: { x: left + 118, max: 150 },
  operation: { x: left + 272, max: 66 },
  calls: { x: left + 376 },
  tokens: { x: left + 436 },
  cost: { x: right },
};

/** A position that moves down and continues on a further page. */
class Cursor {
  readonly pages: Page[] = [];
  page = new Page();
  y = 0;

  constructor() {
    this.open();
  }

  open(): void {
    this.page = new Page();
    this.pages.push(this.page);
    this.y = height - 56;
  }

  /** Moves down; returns true when this began a page. */
  down(by: number): boolean {
    this.y -= by;
    if (this.y >= bottom) return false;
    this.open();
    return true;
  }
}

/** Returns an invoice as PDF. */
export function renderInvoice(invoice: Invoice): Uint8Array<ArrayBuffer> {
  const cursor = new Cursor();
  writeHead(cursor, invoice);
  writeTableHead(cursor);
  for (const line of invoice.lines) {
    if (cursor.down(13)) writeTableHead(cursor);
    writeLine(cursor, line);
  }
  writeTotal(cursor, invoice);
  writePrices(cursor, invoice);
  const isSubstituted = cursor.pages.some((page) => page.isSubstituted);
  for (const [index, page] of cursor.pages.entries()) {
    page.text(left, 36, `Invoice ${invoice.number}`, { size: 7 });
    page.text(right, 36, `Page ${index + 1} of ${cursor.pages.length}`, { size: 7, right: true });
    if (isSubstituted)
      page.text(
        left,
        26,
        'Some characters are replaced or shortened here; the CSV and JSON forms of this invoice have them all.',
        { size: 7 },
      );
  }
  return writePdf(cursor.pages, `Invoice ${invoice.number}`);
}

function writeHead(cursor: Cursor, invoice: Invoice): void {
  const { billing, time_zone } = invoice;
  const isFinal = invoice.status === 'final';
  cursor.page.text(left, cursor.y, isFinal ? 'Invoice' : 'Provisional invoice', {
    size: 20,
    font: 'bold',
  });
  const facts = [
    ['Number', invoice.number],
    ['Period', invoice.month],
    ['From', `${invoice.starts_at.slice(0, 16)}Z`],
    ['Until', `${invoice.ends_at.slice(0, 16)}Z (exclusive)`],
    ['Time zone', time_zone],
    [
      'Issued',
      invoice.issued_at === null ? 'not yet: the month is open' : invoice.issued_at.slice(0, 10),
    ],
  ];
  const receiver = [
    billing?.name ?? invoice.workspace_name,
    ...(billing?.address ?? '').split(/\r?\n/),
    billing?.tax_id == null ? '' : `Tax id: ${billing.tax_id}`,
    billing?.email ?? '',
    `Workspace ${invoice.workspace_id}`,
  ].filter((text) => text.trim() !== '');
  cursor.down(34);
  for (let row = 0; row < Math.max(facts.length, Math.min(receiver.length, 14)); row += 1) {
    const [name, value] = facts[row] ?? [];
    const text = receiver[row];
    if (text !== undefined)
      cursor.page.text(left, cursor.y, text, { max: 270, font: row === 0 ? 'bold' : 'regular' });
    if (name !== undefined && value !== undefined) {
      cursor.page.text(left + 290, cursor.y, name);
      cursor.page.text(left + 350, cursor.y, value, { max: 150 });
    }
    cursor.down(13);
  }
  cursor.down(16);
}

function writeTableHead(cursor: Cursor): void {
  const { page, y } = cursor;
  const bold = { font: 'bold', size: 8 } as const;
  page.text(columns.agent.x, y, 'Agent', bold);
  page.text(columns.model.x, y, 'Model', bold);
  page.text(columns.operation.x, y, 'Operation', bold);
  page.text(columns.calls.x, y, 'Calls', { ...bold, right: true });
  page.text(columns.tokens.x, y, 'Tokens', { ...bold, right: true });
  page.text(columns.cost.x, y, 'USD', { ...bold, right: true });
  page.line(left, right, y - 4);
  cursor.down(4);
}

function writeLine({ page, y }: Cursor, line: InvoiceLine): void {
  const { agent, model, operation, calls, tokens, cost } = columns;
  const small = { size: 8 };
  page.text(agent.x, y, line.agent_name ?? line.agent_id ?? '-', { ...small, max: agent.max });
  page.text(model.x, y, `${line.provider}/${line.model}`, { ...small, max: model.max });
  page.text(operation.x, y, line.operation, { ...small, max: operation.max });
  page.text(calls.x, y, String(line.calls), { ...small, right: true });
  const count = line.input_tokens + line.output_tokens;
  page.text(tokens.x, y, String(count), { ...small, right: true });
  page.text(cost.x, y, exactUsd(fromUsd(line.cost_usd)), { ...small, right: true });
}

function writeTotal(cursor: Cursor, invoice: Invoice): void {
  const nano = fromUsd(invoice.total_usd);
  cursor.down(8);
  cursor.page.line(left, right, cursor.y);
  cursor.down(14);
  cursor.page.text(left, cursor.y, 'Sum of the lines', { size: 8 });
  cursor.page.text(right, cursor.y, exactUsd(nano), { size: 8, right: true });
  cursor.down(16);
  cursor.page.text(left, cursor.y, 'Total', { font: 'bold', size: 11 });
  cursor.page.text(right, cursor.y, `USD ${roundedUsd(nano)}`, {
    ...{ font: 'bold', size: 11, right: true },
  });
  cursor.down(16);
  const { currency_note } = invoice.billing ?? {};
  if (currency_note != null) {
    cursor.page.text(left, cursor.y, currency_note, { size: 8, max: right - left });
    cursor.down(12);
  }
  if (invoice.unpriced_calls > 0) {
    const text = `${invoice.unpriced_calls} calls have no known price and are not billed.`;
    cursor.page.text(left, cursor.y, text, { size: 8 });
    cursor.down(12);
  }
}

function writePrices(cursor: Cursor, { prices }: Invoice): void {
  if (prices.length === 0) return;
  cursor.down(14);
  const head = () => {
    const bold = { font: 'bold', size: 8 } as const;
    cursor.page.text(left, cursor.y, 'Prices, USD per million tokens', bold);
    cursor.page.text(left + 330, cursor.y, 'Input', { ...bold, right: true });
    cursor.page.text(left + 410, cursor.y, 'Output', { ...bold, right: true });
    cursor.page.text(right, cursor.y, 'Source', { ...bold, right: true });
  };
  head();
  for (const { model, source, input, output } of prices) {
    if (cursor.down(12)) {
      head();
      cursor.down(12);
    }
    cursor.page.text(left, cursor.y, model, { size: 8, max: 250 });
    cursor.page.text(left + 330, cursor.y, String(input ?? '-'), { size: 8, right: true });
    cursor.page.text(left + 410, cursor.y, String(output ?? '-'), { size: 8, right: true });
    cursor.page.text(right, cursor.y, source === 'override' ? 'workspace' : 'price table', {
      ...{ size: 8, right: true },
    });
  }
}
