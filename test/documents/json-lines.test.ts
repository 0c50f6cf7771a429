import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { type DocumentFormatName, formats } from '../../src/documents/formats.ts';
import { newWorkspace } from '../support/api.ts';
import { newBase, settled, uploadForm } from '../support/files.ts';

const read = async (kind: DocumentFormatName, text: string) =>
  (await extractDocument(formats[kind], Uint8Array.from(new TextEncoder().encode(text)))).text;
const faultOf = (kind: DocumentFormatName, text: string) =>
  read(kind, text).then(String, (error: unknown) =>
    error instanceof DocumentFault ? [error.code, error.message] : error,
  );

describe('JSON', () => {
  it('keeps numbers as written', async () => {
    expect(
      await read(
        'json',
        '{"id":12345678901234567890,"price":3.00,"far":1e400,"small":1E-7,"zero":-0}',
      ),
    ).toBe('id: 12345678901234567890\nprice: 3.00\nfar: 1e400\nsmall: 1E-7\nzero: -0');
    expect(await read('json', '[{"n":10.10},{"n":"x","m":[]}]')).toContain('0 n: 10.10');
    expect(await read('json', '[{"n":10.10},{"n":null}]')).toContain('| 10.10 |');
  });

  it('accepts line separators in strings, drops invisible characters, and keeps the last of duplicate members', async () => {
    expect(await read('json', '{"a":"x\u2029y"}')).toBe('a: x\ny');
    expect(
      await read('json', String.raw`{"a\u200b":"p\u2066q\u00ad\udb40\udc41r","a":"s\u200b"}`),
    ).toBe('a: pqr\na: s');
    expect(await read('json', '{"a":1,"a":2.0}')).toBe('a: 2.0');
  });
});

describe('JSON Lines', () => {
  it('are extracted as records, with or without empty lines in between', async () => {
    expect(await read('jsonl', '{"sku":"A1","qty":9007199254740995}\r\n\n{"sku":"B2"}\n')).toBe(
      '| sku | qty |\n| --- | --- |\n| A1 | 9007199254740995 |\n| B2 |  |',
    );
    expect(await read('jsonl', '{"a":{"b":1}}\n[2,3]\n')).toBe('0 a b: 1\n\n1 0: 2\n1 1: 3\n');
  });

  it('report the number of an invalid line', async () => {
    expect(await faultOf('jsonl', '{"a":1}\n\n{"a":\n')).toEqual([
      'corrupt',
      'Line 3 is not valid JSON. Each line must be one complete JSON value.',
    ]);
  });

  it('are accepted as .jsonl and .ndjson under each of their media types', async () => {
    const workspace = await newWorkspace();
    const path = `/knowledge-bases/${await newBase(workspace)}/files`;
    const content = '{"city":"Bern","people":134000}\n{"city":"Basel","people":173000}\n';
    const parts = [
      { name: 'a.jsonl', content, type: 'application/jsonl' },
      { name: 'b.ndjson', content: `${content}\n`, type: 'application/x-ndjson' },
    ];
    const { status, body } = await uploadForm(workspace, path, parts);
    expect([status, body.data[0].media_type]).toEqual([202, 'application/jsonl']);
    for (const { id } of body.data) {
      expect((await settled(workspace, id)).status).toBe('ready');
      expect((await workspace.get(`/files/${id}/chunks`)).body.data[0].text).toContain(
        '| Basel | 173000 |',
      );
    }
    const download = await workspace.get(`/files/${body.data[0].id}/content`);
    expect(download.headers.get('content-type')).toContain('text/plain');
  });
});

describe('CSV', () => {
  it('is extracted as Excel writes it', async () => {
    expect(await read('csv', '\ufeffsep=;\r\nname;price\r\nTent;1,50\r\n')).toBe(
      '| name | price |\n| --- | --- |\n| Tent | 1,50 |',
    );
    expect(await read('csv', 'sep=|\na|"b|c"\n')).toBe('| a | b\\|c |\n| --- | --- |');
    expect(await read('csv', 'a,b\n"one\r\ntwo, three","x ""y"""\n')).toContain(
      '| one two, three | x "y" |',
    );
  });
});
