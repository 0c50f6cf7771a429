import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { openPdf } from '../../src/documents/formats/pdf/open-pdf.ts';
import { newWorkspace, toRequest, type Workspace } from '../support/api.ts';
import { addCalls, monthStart, nameOf } from './support.ts';

const month = nameOf(monthStart(0));
const path = `/api/v1/invoices/${month}`;

async function download(workspace: Workspace, query = '', headers: Record<string, string> = {}) {
  const response = await exports.default.fetch(
    toRequest('GET', `${path}${query}`, workspace.key, { headers }),
  );
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** Each object begins where the table of offsets says, and streams are as long as they say. */
function checkStructure(bytes: Uint8Array): void {
  const text = String.fromCharCode(...bytes);
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
  const [, count = '', entries = ''] =
    /^xref\n0 (\d+)\n0000000000 65535 f \n((?:\d{10} 00000 n \n)*)trailer/.exec(
      text.slice(start),
    ) ?? [];
  const offsets = entries
    .trim()
    .split('\n')
    .map((entry) => Number(entry.slice(0, 10)));
  expect(offsets).toHaveLength(Number(count) - 1);
  for (const [index, offset] of offsets.entries())
    expect(text.slice(offset).startsWith(`${index + 1} 0 obj\n`)).toBe(true);
  for (const [, length, content = ''] of text.matchAll(
    /<< \/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/g,
  ))
    expect(content).toHaveLength(Number(length));
}

async function textOf(bytes: Uint8Array) {
  const document = await openPdf(bytes.slice(), {});
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(items.map((item) => ('str' in item ? item.str : '')).join('\n'));
  }
  return pages;
}

describe('forms of an invoice', () => {
  it('are PDF with exact amounts, the receiver and all lines over several pages', async () => {
    const workspace = await newWorkspace('Grün & Söhne');
    await workspace.patch('/workspace', {
      billing: {
        name: 'Grün (Söhne) \\ Co',
        address: 'Straße 1\n東京',
        tax_id: 'DE 1',
        email: 'pay@example.com',
        currency_note: 'Zuzüglich 19 % USt.',
      },
    });
    await addCalls(
      workspace,
      Array.from({ length: 120 }, (_, index) => ({
        at: monthStart(0) + index,
        nano: 1_000_000_001 * (index + 1),
        model: `model-${String(index).padStart(3, '0')}`,
      })),
    );
    const { response, bytes } = await download(workspace, '?format=pdf');
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="invoice-\d{4}-\d\d-[0-9A-Z]{10}-provisional\.pdf"$/,
    );
    checkStructure(bytes);
    const pages = await textOf(bytes);
    expect(pages.length).toBeGreaterThan(2);
    const text = pages.join('\n');
    for (const part of [
      'Provisional invoice',
      'Grün (Söhne) \\ Co',
      'Straße 1',
      'Zuzüglich 19 % USt.',
      'Tax id: DE 1',
      '7260.00000726',
      'USD 7260.00',
      'Some characters are replaced',
    ])
      expect(text).toContain(part);
    for (let index = 0; index < 120; index += 1)
      expect(text).toContain(`openai/model-${String(index).padStart(3, '0')}`);
    expect(
      pages.every((page, index) => page.includes(`Page ${index + 1} of ${pages.length}`)),
    ).toBe(true);
    // The characters that the fonts lack are there for search and copying.
    expect(String.fromCharCode(...bytes)).toContain('/ActualText <feff67714eac>');
    const again = await download(workspace, '', { accept: 'application/pdf' });
    expect(again.bytes).toEqual(bytes);
  });

  it('are CSV with exact amounts, without formulas', async () => {
    const workspace = await newWorkspace();
    const { body: agent } = await workspace.post('/agents', { name: '=1+1' });
    await addCalls(workspace, [
      { at: monthStart(0), nano: 1, agent: agent.id },
      { at: monthStart(0), nano: 12_345_678_901 },
    ]);
    const { response, bytes } = await download(workspace, '', { accept: 'text/csv' });
    expect(response.headers.get('content-type')).toContain('text/csv');
    const [head, ...lines] = new TextDecoder().decode(bytes).trim().split('\r\n');
    expect(head).toBe(
      'number,month,status,agent_id,agent_name,provider,model,operation,calls,unpriced_calls,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,cost_usd',
    );
    expect(lines.map((line) => line.split(',').at(-1))).toEqual(['12.345678901', '0.000000001']);
    expect(lines[1]).toContain(",'=1+1,");
  });
});
