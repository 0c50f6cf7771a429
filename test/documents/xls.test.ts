import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import { bytesOf } from '../support/office.ts';
import workbook from './fixtures/workbook.xls?url&inline';
import modern from './fixtures/workbook.xlsx?url&inline';

const read = async (bytes: Uint8Array<ArrayBuffer>) =>
  (await extractDocument(formats.xls, bytes)).text;
const faultOf = (bytes: Uint8Array<ArrayBuffer>) =>
  read(bytes).catch((error: unknown) => (error instanceof DocumentFault ? error.code : error));
const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

describe('XLS workbooks', () => {
  it('are read as LibreOffice writes them: values as shown, merged names, no hidden sheet', async () => {
    const text = await read(bytesOf(workbook));
    expect(text).toContain('| share | 25.6% |\n| sum | 2 |');
    expect(text).toContain(
      '| Region | 2025 H1 | 2025 H2 | 2026 H1 |\n| --- | --- | --- | --- |\n| East | 7 | 8 | 9 |\n| East | 10 | 11 | 12 |',
    );
    expect(text).not.toContain('secret');
  });

  it('are read by their content where programs save something else under the name', async () => {
    expect(await read(bytesOf(modern))).toContain('| share | 25.6% |');
    expect(await read(utf8('<html><table><tr><th>a<th>b<tr><td>1<td>2</table></html>'))).toBe(
      '| a | b |\n| --- | --- |\n| 1 | 2 |',
    );
    expect(await read(utf8('a\tb\n1\t2\n'))).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });

  it('fail as corrupt or unsupported when they are damaged, at every place (R27)', async () => {
    const whole = bytesOf(workbook);
    const codes = new Set<unknown>();
    for (let cut = 600; cut < whole.length; cut += 900)
      codes.add(await faultOf(whole.slice(0, cut)));
    for (let at = 512; at < whole.length; at += 97) {
      const damaged = whole.slice();
      damaged.fill(0xff, at, at + 6);
      codes.add(typeof (await faultOf(damaged)));
    }
    expect([...codes].filter((code) => code instanceof Error)).toEqual([]);
    expect(codes).toContain('corrupt');
  });
});
