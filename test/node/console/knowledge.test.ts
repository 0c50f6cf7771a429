import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, openConsole } from './stage.ts';

const samples = join(import.meta.dirname, '../../../scripts/samples');
const manual = readFileSync(join(samples, 'espresso-machine-manual.pdf'));
const text = (name: string, content: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
});

const listOfBases = /\/api\/v1\/knowledge-bases(?:\?|$)/;

let stage: ConsoleStage;
let base: string;
let pdf: string;

beforeAll(async () => {
  stage = await openConsole();
});
afterAll(() => stage.close());

const row = (name: string | RegExp) => stage.page.getByRole('row', { name });
const uploads = () => stage.page.getByRole('region', { name: 'Uploads' });
const upload = (...files: readonly { name: string; mimeType: string; buffer: Buffer }[]) =>
  stage.page.locator('input[type=file][aria-label="Choose files"]').setInputFiles([...files]);
const menuOf = async (name: string, action: string) => {
  await row(name).getByRole('button', { name: 'Actions' }).click();
  await stage.page.getByRole('menuitem', { name: action }).click();
};

/** Drops a file from the desktop. */
const drop = async (name: string, content: string) => {
  const dataTransfer = await stage.page.evaluateHandle(
    `(() => { const made = new DataTransfer(); made.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}, { type: 'text/plain' })); return made; })()`,
  );
  await stage.page
    .getByRole('region', { name: 'Add files' })
    .dispatchEvent('drop', { dataTransfer });
};

describe('the files of a knowledge base', () => {
  it('are uploaded with progress, also a refused one with what to do', async () => {
    const { page } = stage;
    await stage.show('/knowledge', 'Knowledge');
    await page.getByText('No knowledge bases yet').waitFor();
    await stage.check();
    await page.getByRole('button', { name: 'New knowledge base' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New knowledge base' });
    await dialog.getByLabel('Name').fill('Handbooks');
    await page.reload();
    await page.getByRole('button', { name: 'New knowledge base' }).first().click();
    await expect.poll(() => dialog.getByLabel('Name').inputValue()).toBe('Handbooks');
    await stage.check();
    await dialog.getByRole('button', { name: 'New knowledge base' }).click();
    await page.getByRole('heading', { level: 1, name: 'Handbooks' }).waitFor();
    base = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await page.getByRole('heading', { name: 'No files yet' }).waitFor();
    let lost = 0;
    await page.route('**/files', (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      lost += 1;
      return lost === 1 ? route.abort() : route.continue();
    });
    await upload(
      { name: 'manual.pdf', mimeType: 'application/pdf', buffer: manual },
      text('hours.txt', 'The shop opens at 8 in the morning.'),
      { name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('no') },
    );
    await uploads().getByRole('alert').getByText('Not stored').waitFor();
    await uploads().getByText('Convert it, such as to PDF or DOCX.').waitFor();
    await row(/manual\.pdf.*Ready/).waitFor();
    await row(/hours\.txt.*Ready/).waitFor();
    await page.unroute('**/files');
    expect(lost).toBeGreaterThan(3);
    await stage.check();
    await page.getByRole('button', { name: 'Hide finished' }).click();
    await uploads().waitFor({ state: 'detached' });
  });

  it('are replaced by a file of the same name when a person decides so', async () => {
    const { page } = stage;
    await upload(text('hours.txt', 'The shop opens at 8 in the morning.'));
    await uploads().getByText('This content is in the base already').waitFor();
    await upload(text('hours.txt', 'The shop opens at 9 in the morning.'));
    await uploads().getByText('A file of this name is in the base').waitFor();
    await stage.check();
    await uploads().getByRole('button', { name: 'Replace it' }).click();
    await uploads().getByText('Ready').nth(1).waitFor();
    await page.getByRole('link', { name: 'hours.txt' }).last().click();
    await page.getByRole('region', { name: 'Text' }).getByText('opens at 9').waitFor();
    const { data } = await stage.api.call<{ data: unknown[] }>(
      'GET',
      `/knowledge-bases/${base}/files?q=hours`,
    );
    expect(data).toHaveLength(1);
  });

  it('have tags and readers, filters in the address, and are deleted together', async () => {
    const { page } = stage;
    await stage.show(`/knowledge/${base}`, 'Handbooks');
    await menuOf('hours.txt', 'Details and readers');
    const dialog = page.getByRole('dialog', { name: 'Details and readers' });
    await dialog.getByLabel('Tags').fill('Opening, Shop');
    await dialog.getByLabel('Readers', { exact: true }).selectOption('none');
    await dialog.getByLabel('Metadata').fill('{"year": ');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('This is not a JSON object.').waitFor();
    await dialog.getByLabel('Metadata').fill('{"year": 2026}');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row(/hours\.txt.*opening.*no end user/).waitFor();
    await page.getByRole('textbox', { name: 'Tag' }).fill('opening');
    await row('manual.pdf').waitFor({ state: 'detached' });
    await page.reload();
    await row('hours.txt').waitFor();
    expect(new URL(page.url()).search).toBe('?tag=opening');
    await page.getByLabel('Status').selectOption('failed');
    await page.getByRole('heading', { name: 'No file matches' }).waitFor();
    await page.getByRole('button', { name: 'Remove the filters' }).click();
    await upload(text('a.txt', 'One note.'));
    await drop('b.txt', 'Another note.');
    await row(/a\.txt.*Ready/).waitFor();
    await row(/b\.txt.*Ready/).waitFor();
    await page.getByRole('checkbox', { name: 'Select a.txt' }).check();
    await page.getByRole('checkbox', { name: 'Select b.txt' }).check();
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
    const confirm = page.getByRole('alertdialog', { name: 'Delete 2 files?' });
    await confirm.getByText('2 passages').waitFor();
    await stage.check();
    await confirm.getByRole('button', { name: 'Delete' }).click();
    await row('a.txt').waitFor({ state: 'detached' });
    await row('b.txt').waitFor({ state: 'detached' });
  });
});

describe('a search', () => {
  it('leads to the page of its hit, with the passage marked', async () => {
    const { page } = stage;
    await stage.show(`/knowledge/${base}/search`, 'Handbooks');
    await page.getByLabel('Question or words').fill('How long does descaling take?');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.waitForURL('**/search?q=How+long**');
    await page.getByText('on the server').waitFor();
    await page
      .getByText(/no\. 1, closeness/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Open on its page' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'manual.pdf' }).waitFor();
    await page.locator('[data-drawn="7"]').waitFor();
    const boxes = page.locator('.knowledge-box');
    await boxes.first().waitFor();
    const [first, canvas] = [await boxes.first().boundingBox(), page.locator('canvas')];
    const sheet = await canvas.boundingBox();
    expect((first?.y ?? 0) > (sheet?.y ?? 0)).toBe(true);
    // The heading of the passage is black on the page, and drawn below its box.
    expect(await darkShare(first, sheet)).toBeGreaterThan(0.02);
    await stage.check();
    pdf = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.locator('[data-drawn="8"]').waitFor();
    await page.goBack();
    await page.getByText('on the server').waitFor();
  });

  it('is kept as a golden question, which an evaluation measures', async () => {
    const { page } = stage;
    await page.getByRole('button', { name: 'Save as golden question' }).click();
    const keeping = page.getByRole('dialog', { name: 'Save as golden question' });
    await keeping.getByRole('checkbox').first().check();
    await keeping.getByRole('button', { name: 'Save the question' }).click();
    await page.getByRole('link', { name: 'Questions' }).click();
    const dialog = page.getByRole('dialog', { name: 'New question' });
    await row(/How long does descaling take\?.*1 passage/).waitFor();
    await page.getByRole('button', { name: 'New question' }).click();
    await expect.poll(() => page.evaluate('document.activeElement?.tagName')).toBe('TEXTAREA');
    await dialog.getByRole('textbox').fill('Who won the World Cup?');
    await dialog.getByRole('button', { name: 'Save the question' }).click();
    await row(/Who won the World Cup\?.*nothing/).waitFor();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    const importing = page.getByRole('dialog', { name: 'Import golden questions' });
    const table = 'question,file,text\nHow warm is milk?,manual.pdf,\nWho is Ada?,gone.pdf,\n';
    await importing
      .getByLabel('File')
      .setInputFiles({ name: 'q.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    await importing
      .getByText('Line 3 names a file that the base does not have: gone.pdf')
      .waitFor();
    await stage.check();
    await importing.getByRole('button', { name: 'Import 2 questions' }).click();
    await row(/How warm is milk\?.*1 passage/).waitFor();
    await page.getByRole('link', { name: 'Evaluations' }).click();
    for (const mode of ['hybrid', 'keyword']) {
      await page.getByRole('button', { name: 'Run an evaluation' }).click();
      const form = page.getByRole('dialog', { name: 'Run an evaluation' });
      await form.getByLabel('Search by').selectOption(mode);
      await form.getByRole('button', { name: 'Start' }).click();
      await form.waitFor({ state: 'detached' });
    }
    await row(/Finished.*You.*words only.*100%/).waitFor();
    await row(/Finished.*words and meaning.*100%/).waitFor();
    await page.getByText('The figures as a table').waitFor();
    await row(/words only/)
      .getByRole('link')
      .click();
    await page.getByText('How long does descaling take?').first().waitFor();
    await page.getByText(/100 % is always first/).waitFor();
    await page.getByLabel('Outcome').selectOption('missed');
    await page.getByRole('heading', { name: 'No results yet' }).waitFor();
    await stage.check();
    await stage.show(
      `/knowledge/${base}/search?q=${encodeURIComponent('Who won the World Cup?')}`,
      'Handbooks',
    );
    await page.getByText(/declines here, even if the right passage stands first/).waitFor();
    await page.getByRole('link', { name: /another embedding model/ }).waitFor();
    await stage.check();
  });
});

describe('a file', () => {
  it('shows the passage of a link without its page, as page and as text', async () => {
    const { page } = stage;
    await stage.show(`/knowledge/files/${pdf}?start=6279&end=6700`, /manual/);
    await page.waitForURL(`**/${base}/files/${pdf}?**`);
    await page.locator('[data-drawn="7"]').waitFor();
    await page.locator('.knowledge-box').first().waitFor();
    await page.getByRole('button', { name: 'Text', exact: true }).click();
    await page.locator('mark').getByText('Descaling takes about 45 minutes').waitFor();
    await page.reload();
    await page.locator('mark').getByText('Descaling takes about 45 minutes').waitFor();
    await page.getByRole('button', { name: 'Actions', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Try other passages' }).click();
    const other = page.getByRole('dialog', { name: 'Try other passages' });
    await other.getByRole('spinbutton', { name: 'Size of a passage, in tokens' }).fill('100');
    await other.getByRole('spinbutton', { name: /Overlap/ }).fill('0');
    await other.getByRole('button', { name: 'Cut' }).click();
    await other.getByText(/\d+ passages of \d+ to \d+ tokens/).waitFor();
    await stage.check();
    await page.keyboard.press('Escape');
  });

  it('has passages that are changed, turned off, added and deleted', async () => {
    const { page } = stage;
    const note = page.getByRole('listitem').filter({ hasText: 'Order spare parts by mail.' });
    await page.getByRole('button', { name: 'Add a passage' }).click();
    const added = page.getByRole('dialog', { name: 'Add a passage' });
    await added.getByLabel('Text').fill('Order spare parts by mail.');
    await added.getByRole('button', { name: 'Save' }).click();
    await note.getByText('added').waitFor();
    await note.getByRole('button', { name: /^Passage/ }).click();
    await page.getByRole('menuitem', { name: 'Leave out of searches' }).click();
    await note.getByText('off').waitFor();
    await note.getByRole('button', { name: /^Passage/ }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await note.waitFor({ state: 'detached' });
  });

  it('is shown as it was when it was cited, also after it was deleted', async () => {
    const { page } = stage;
    const made = await stage.api.call<{ id: string }>('POST', `/knowledge-bases/${base}/files`, {
      json: { name: 'old.txt', text: 'Closed on Mondays.' },
    });
    await stage.show(`/knowledge/${base}/files/${made.id}`, 'old.txt');
    await page.getByRole('listitem').getByText('Closed on Mondays.').waitFor();
    const { revision } = await stage.api.call<{ revision: number }>(
      'GET',
      `/knowledge-bases/${base}`,
    );
    await stage.api.call('DELETE', `/files/${made.id}`);
    await stage.show(
      `/knowledge/${base}/files/${made.id}?revision=${revision}&start=0&end=6`,
      'File',
    );
    await page.locator('mark').getByText('Closed').waitFor();
    await page.getByText('The file was deleted since.').waitFor();
    await stage.show(`/knowledge/${base}/revisions?from=${revision}`, 'Handbooks');
    await row(/old\.txt.*deleted/)
      .first()
      .waitFor();
  });
});

describe('the knowledge area', () => {
  it('imports an archive, and reads a source that cannot be reached', async () => {
    const { page } = stage;
    await stage.show(`/knowledge/${base}/imports`, 'Handbooks');
    await page.getByRole('button', { name: 'New import' }).click();
    const form = page.getByRole('dialog', { name: 'New import' });
    await form.getByLabel('Archive or list').setInputFiles({
      ...{ name: 'list.csv', mimeType: 'text/csv' },
      buffer: Buffer.from('url\nhttp://127.0.0.1:9/leave.txt\n'),
    });
    await form.getByRole('button', { name: 'Start the import' }).click();
    await row(/leave\.txt/).waitFor();
    await stage.show(`/knowledge/${base}/sources`, 'Handbooks');
    await page.getByRole('button', { name: 'New source' }).click();
    const dialog = page.getByRole('dialog', { name: 'New source' });
    await dialog.getByLabel('Type').selectOption('url');
    await dialog.getByLabel('Address').fill('ftp://example.com/');
    await dialog.getByRole('button', { name: 'Create and read' }).click();
    await dialog.getByRole('alert').getByText('must use https or http').waitFor();
    await dialog.getByLabel('Address').fill(stage.serve('/care.html', '<p>Clean it daily.</p>'));
    await dialog.getByRole('button', { name: 'Create and read' }).click();
    await page.getByRole('heading', { name: 'Pages' }).waitFor();
    await row(/care\.html/).waitFor();
    await stage.check();
  });

  it('names what is lost before a base is deleted', async () => {
    const { page } = stage;
    await stage.show(`/knowledge/${base}/settings`, 'Handbooks');
    await page.getByRole('heading', { name: 'About it' }).waitFor();
    await page.getByRole('button', { name: 'Delete the knowledge base' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Delete “Handbooks”?' });
    await dialog.getByText(/files and \d+ passages/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('changes the embedding model, after both were compared', async () => {
    const { page } = stage;
    await page.getByRole('button', { name: 'Change the embedding model' }).click();
    const form = page.getByRole('dialog', { name: 'Change the embedding model' });
    await form.getByLabel('New model').fill('builtin/lexical');
    await form.getByLabel('Text before questions').fill('Question: ');
    await form.getByRole('button', { name: 'Start embedding' }).click();
    await page.getByText('Ready to switch').waitFor();
    await page.getByRole('button', { name: 'Compare' }).click();
    const compared = page.getByRole('dialog', { name: 'Compare' });
    await compared.getByText('4 questions compared').waitFor();
    await stage.check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Switch to it' }).click();
    await page.getByText('In use; can be switched back').waitFor();
    await page.getByRole('button', { name: 'Complete', exact: true }).click();
    const confirm = page.getByRole('alertdialog', { name: 'Complete the migration?' });
    await confirm.getByRole('button', { name: 'Complete' }).click();
    await row(/builtin\/lexical.*Complete/).waitFor();
  });

  it('fits in 380 pixels, in dark colours', async () => {
    const { page } = stage;
    await page.setViewportSize({ width: 380, height: 740 });
    await page.emulateMedia({ colorScheme: 'dark' });
    const screens = [
      ['', 'manual.pdf'],
      ['/search?q=descaling', 'on the server'],
      ['/settings', 'About it'],
    ] as const;
    for (const [path, shown] of screens) {
      await stage.show(`/knowledge/${base}${path}`, 'Handbooks');
      await page.getByText(shown).first().waitFor();
      await expect
        .poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
        .toBe(true);
    }
    await stage.check();
    await stage.show(`/knowledge/${base}/files/${pdf}?start=6279&end=6700`, /manual/);
    await page.locator('[data-drawn="7"]').waitFor();
    await stage.check();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('shows no control to a viewer, and says why it failed', async () => {
    const { page } = stage;
    await page.route('**/api/v1/users/me', async (route) => {
      const response = await route.fetch();
      const me = (await response.json()) as { permissions: string[] };
      const permissions = me.permissions.filter((one) => one.endsWith(':read'));
      await route.fulfill({ response, json: { ...me, role: 'viewer', permissions } });
    });
    await stage.show(`/knowledge/${base}`, 'Handbooks');
    await row('manual.pdf').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Choose files' }).count()).toBe(0);
    await expect.poll(() => page.getByRole('checkbox').count()).toBe(0);
    await expect
      .poll(() => page.getByRole('link', { name: 'Search', exact: true }).count())
      .toBe(0);
    await page.unroute('**/api/v1/users/me');
    await page.route(listOfBases, (route) =>
      route.fulfill({ status: 403, json: { code: 'forbidden', detail: 'Not for you.' } }),
    );
    await stage.show('/knowledge', 'Knowledge');
    await page.getByText('Not for you.').waitFor();
    await page.unroute(listOfBases);
    await page.getByRole('button', { name: 'Try again' }).click();
    await row('Handbooks').waitFor();
  });
});

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Share of the pixels of the page that are dark below a box. */
const darkShare = (box: Place | null, sheet: Place | null): Promise<number> =>
  stage.page.locator('canvas').evaluate(
    (element, { box, sheet }) => {
      const canvas = element as unknown as {
        width: number;
        getContext(kind: '2d'): {
          getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
        };
      };
      const scale = canvas.width / sheet.width;
      const [x, y] = [(box.x - sheet.x) * scale, (box.y - sheet.y) * scale];
      const context = canvas.getContext('2d');
      const { data } = context.getImageData(x, y, box.width * scale, box.height * scale);
      const reds = data.filter((_, index) => index % 4 === 0);
      return reds.filter((red) => red < 100).length / reds.length;
    },
    {
      box: box ?? { x: 0, y: 0, width: 1, height: 1 },
      sheet: sheet ?? { x: 0, y: 0, width: 1, height: 1 },
    },
  );
