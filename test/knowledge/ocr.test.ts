import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { newBase, settled, uploadForm } from '../support/files.ts';
import { at, bytesOf, type PdfObject, pdfOf } from '../support/pdf.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round } from '../support/provider/script.ts';

const model = 'openai-compatible/vision';
const usage = { input_tokens: 1000, output_tokens: 100 };
const says = (text: string): Round => ({ text: [text], usage });

/** A base whose scans the scripted provider transcribes. */
async function furnished(
  rounds: readonly Round[],
  { provider = 'openai-compatible', repeat = false } = {},
) {
  const workspace = await newWorkspace();
  const scripted = await playScript({ rounds, repeat });
  const url = scripted.base_url[provider === 'openai' ? 'openai' : 'compatible'];
  await workspace.put(`/providers/${provider}`, { api_key: scripted.api_key, base_url: url });
  const name = provider === 'openai' ? 'openai/gpt-4o' : model;
  await workspace.put('/prices', { overrides: [{ model: name, input: 1, output: 10 }] });
  return { workspace, scripted, base: await newBase(workspace, { ocr: { model: name } }) };
}

const jpeg = (seed: string): PdfObject => ({
  dictionary:
    '/Type /XObject /Subtype /Image /Width 800 /Height 1000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode',
  data: bytesOf(`\xff\xd8\xff\xe0${seed}\xff\xd9`),
});

const letter = '/Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]';
const drawImage = 'q 612 0 0 792 0 0 cm /I Do Q';

/** A PDF with a page for each image or text. */
function pdfOfPages(pages: readonly (PdfObject | string)[]): Uint8Array<ArrayBuffer> {
  const objects: PdfObject[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pages.map((_, n) => `${4 + n * 3} 0 R`).join(' ')}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const page of pages) {
    const next = objects.length + 2;
    const isText = typeof page === 'string';
    objects.push(
      `<< ${letter} /Contents ${next} 0 R /Resources << /Font << /F1 3 0 R >> /XObject << /I ${next + 1} 0 R >> >> >>`,
      { dictionary: '', data: bytesOf(isText ? at(72, 700, page) : drawImage) },
      isText ? '<< >>' : page,
    );
  }
  return pdfOf(objects);
}

const upload = async (
  workspace: Workspace,
  base: string,
  content: Uint8Array<ArrayBuffer>,
  name = 'scan.pdf',
) => {
  const sent = await uploadForm(workspace, `/knowledge-bases/${base}/files`, [{ name, content }]);
  expect(sent.status, JSON.stringify(sent.body)).toBe(202);
  return settled(workspace, sent.body.data[0].id);
};

/** Usage rows of transcriptions. */
const calls = async (workspace: Workspace) =>
  (await env.DB.prepare(
    "select count(*) as count, sum(cost_nano_usd) as cost from usage where workspace_id = ? and operation = 'ocr'",
  )
    .bind(workspace.id)
    .first<{ count: number; cost: number | null }>()) ?? { count: -1, cost: null };

describe('scanned pages', () => {
  it('are transcribed where a page has no text, paid for once, and keep their numbers', async () => {
    const { workspace, base, scripted } = await furnished([
      says('# Lease\n\nThe rent is 900 euros.'),
      says('(no text)'),
    ]);
    const content = pdfOfPages([
      'A page with a text layer of its own.',
      jpeg('one'),
      'Terms of the lease follow here.',
      jpeg('two'),
    ]);
    const file = await upload(workspace, base, content);
    expect(file).toMatchObject({ status: 'ready', pages: 4, error: null });
    const sent = await scripted.requests();
    expect(sent).toHaveLength(2);
    expect(JSON.stringify(sent)).toContain(
      `data:image/jpeg;base64,${btoa('\xff\xd8\xff\xe0one\xff\xd9')}`,
    );
    // Input 1 and output 10 USD per million tokens.
    expect(await calls(workspace)).toEqual({ count: 2, cost: 4_000_000 });
    const page = (number: number) =>
      workspace.get(`/files/${file.id}/pages/${number}?start=0&end=9`);
    expect((await page(2)).body).toMatchObject({
      ...{ text: '# Lease\n\nThe rent is 900 euros.\n\n', width: 612, lines: [] },
      headings: [{ level: 1, text: 'Lease' }],
    });
    expect((await page(3)).body).toMatchObject({
      text: 'Terms of the lease follow here.\n\n',
      lines: [{ page: 3, x: 72 }],
    });
    const { hits } = (
      await workspace.post(`/knowledge-bases/${base}/search`, { query: 'How high is the rent?' })
    ).body;
    expect(hits[0]).toMatchObject({ page: 2, text: expect.stringContaining('900 euros') });

    await workspace.post(`/files/${file.id}/reprocess`);
    expect(await settled(workspace, file.id)).toMatchObject({ status: 'ready', attempts: 2 });
    expect(await scripted.requests()).toHaveLength(2);
    expect((await calls(workspace)).count).toBe(2);
    const stored = async () =>
      (await env.FILES.list({ prefix: `${workspace.id}/${file.id}/ocr/` })).objects.length;
    expect(await stored()).toBe(2);
    await workspace.delete(`/files/${file.id}`);
    await expect.poll(stored, { timeout: 150_000 }).toBe(0);
  });

  it('are sent as PDFs where they are not JPEG: fax, palette and plain pictures', async () => {
    const { workspace, base, scripted } = await furnished(
      [says('A fax.'), says('A palette.'), says('Plain samples.')],
      { provider: 'openai' },
    );
    const image = (entries: string, bytes: number): PdfObject => ({
      dictionary: `/Type /XObject /Subtype /Image /Width 400 /Height 400 ${entries}`,
      data: new Uint8Array(bytes).fill(0x55),
    });
    const file = await upload(
      workspace,
      base,
      pdfOfPages([
        image(
          '/ImageMask true /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 400 /Rows 400 >>',
          500,
        ),
        image('/BitsPerComponent 1 /ColorSpace [/Indexed /DeviceRGB 1 <ffffff000000>]', 20_000),
        image('/BitsPerComponent 8 /ColorSpace /DeviceGray', 160_000),
      ]),
    );
    expect(file).toMatchObject({ status: 'ready', pages: 3 });
    const bodies = (await scripted.requests()).map((one) => JSON.stringify(one));
    const pdfs = bodies.map((body) =>
      atob(/data:application\/pdf;base64,([\w+/=]+)/.exec(body)?.[1] ?? ''),
    );
    const has = (...texts: string[]) => pdfs.some((pdf) => texts.every((one) => pdf.includes(one)));
    expect(pdfs.every((pdf) => pdf.startsWith('%PDF-1.7'))).toBe(true);
    expect(has('/Filter /CCITTFaxDecode', '/K -1 /Columns 400', '/ImageMask true')).toBe(true);
    expect(has('[/Indexed /DeviceRGB 1 <ffffff000000>]')).toBe(true);
    expect(has('/Length 160000', '/ColorSpace /DeviceGray')).toBe(true);
  });

  it('of a long document are transcribed in several runs of the job', async () => {
    const { workspace, base, scripted } = await furnished([says('A page of the \u{e0041}book.')], {
      repeat: true,
    });
    const pages = Array.from({ length: 70 }, (_, page) => jpeg(`page ${page}`));
    const file = await upload(workspace, base, pdfOfPages(pages));
    expect(file).toMatchObject({ status: 'ready', pages: 70, attempts: 2 });
    expect(await scripted.requests()).toHaveLength(70);
    expect((await calls(workspace)).count).toBe(70);
    const last = (await workspace.get(`/files/${file.id}/text?page=70`)).body.text;
    expect(last).toBe('A page of the book.');
  });

  it('fail clearly when a budget refuses them, and continue without paying again', async () => {
    const { workspace, base, scripted } = await furnished([says('Page of one.'), says('And two.')]);
    const budget = await workspace.post('/budgets', {
      ...{ name: 'None', scope: 'workspace', period: 'total', limit_usd: 0.000001 },
    });
    const file = await upload(workspace, base, pdfOfPages([jpeg('a'), jpeg('b')]));
    expect(file).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } });
    expect(file.error.detail).toContain('could not be transcribed');
    expect(await scripted.requests()).toHaveLength(0);
    await workspace.delete(`/budgets/${budget.body.id}`);
    await workspace.post(`/files/${file.id}/reprocess`);
    expect(await settled(workspace, file.id)).toMatchObject({ status: 'ready' });
    expect((await calls(workspace)).count).toBe(2);
  });

  it('fail with the reason of a provider, of an answer that was cut, and of blank pictures', async () => {
    const { workspace, base } = await furnished([
      { fault: { kind: 'status', status: 401 } },
      { ...says('Only half of'), finish: 'length' },
      says('(no text)'),
    ]);
    const failed = async (seed: string) => {
      const file = await upload(workspace, base, pdfOfPages([jpeg(seed)]));
      expect(file.status).toBe('failed');
      return file.error;
    };
    expect(await failed('1')).toMatchObject({ code: 'ocr_failed' });
    expect(await failed('2')).toMatchObject({
      code: 'ocr_failed',
      detail: expect.stringContaining('longer than'),
    });
    expect(await failed('3')).toMatchObject({ code: 'empty_document' });
  });

  it('are left out without a model; images are accepted only with one', async () => {
    const { workspace, base } = await furnished([says('A receipt of 12 euros.')]);
    const png = bytesOf(
      atob(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
      ),
    );
    const image = await upload(workspace, base, png, 'receipt.png');
    expect(image).toMatchObject({ status: 'ready', pages: null, media_type: 'image/png' });
    expect((await workspace.get(`/files/${image.id}/text`)).body.text).toBe(
      'A receipt of 12 euros.',
    );

    const cleared = await workspace.patch(`/knowledge-bases/${base}`, { ocr: null });
    expect(cleared.body.ocr).toBeNull();
    const refused = await uploadForm(workspace, `/knowledge-bases/${base}/files`, [
      { name: 'receipt.png', content: png },
    ]);
    expect(refused.status).toBe(415);
    const scan = await upload(workspace, base, pdfOfPages([jpeg('x')]));
    expect(scan.error.code).toBe('empty_document');
    await workspace.post(`/files/${image.id}/reprocess`);
    const again = await settled(workspace, image.id);
    expect(again).toMatchObject({ is_searchable: true, error: { code: 'unsupported' } });
    for (const [name, detail] of [
      ['builtin/extractive', 'does not read images'],
      ['nobody/x', 'Unknown model'],
      ['openai/text-embedding-3-small', 'not a language model'],
    ] as const) {
      const answer = await workspace.patch(`/knowledge-bases/${base}`, { ocr: { model: name } });
      expect(answer.body.errors, name).toMatchObject([
        { pointer: '/ocr/model', detail: expect.stringContaining(detail) },
      ]);
    }
  });
});
