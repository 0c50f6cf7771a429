import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import { newWorkspace } from '../support/api.ts';
import { docxParts, makeZip, paragraph, type ZipEntry } from '../support/documents.ts';
import { newBase, settled, uploadForm } from '../support/files.ts';

const file = (name: string, content: string | Uint8Array<ArrayBuffer>): ZipEntry => ({
  name,
  content:
    typeof content === 'string' ? Uint8Array.from(new TextEncoder().encode(content)) : content,
});
const read = async (bytes: Uint8Array<ArrayBuffer>) =>
  (await extractDocument(formats.zip, bytes)).text;
const extract = async (entries: readonly ZipEntry[]) => read(await makeZip(entries));
const faultOf = (bytes: Uint8Array<ArrayBuffer>) =>
  read(bytes).then(
    () => null,
    (error: unknown) => {
      if (error instanceof DocumentFault) return [error.code, error.message];
      throw error;
    },
  );

/** Replaces a name by bytes of the same length, in both of its places. */
function renamed(bytes: Uint8Array<ArrayBuffer>, from: string, to: readonly number[]) {
  const name = [...from].map((letter) => letter.charCodeAt(0));
  for (let at = 0; at < bytes.length; at += 1)
    if (name.every((byte, index) => bytes[at + index] === byte)) bytes.set(to, at);
  return bytes;
}

describe('a ZIP archive', () => {
  it('is extracted file by file in the order of their paths, and lists what has no text', async () => {
    const text = await extract([
      file('docs/10.txt', 'ten'),
      file('docs/', ''),
      file('docs/2.md', '# Two\n\nsecond'),
      file('photo.png', 'x'),
      file('plan.docx', await makeZip(docxParts(paragraph('Budget', 'Heading1')))),
      file('mail.eml', 'Subject: Hi\n\nhello'),
      file('inner.zip', await makeZip([file('a.txt', 'a')])),
      file('bad.json', '{"a":'),
      file('empty.txt', ''),
      file('program.exe', 'MZ'),
      file('__MACOSX/docs/._2.md', 'resource'),
      file('.git/config', 'hidden'),
      file('docs/.DS_Store', 'hidden'),
      file('~$plan.docx', 'lock'),
    ]);
    expect(text).toBe(
      [
        '## docs/2.md\n\n### Two\n\nsecond',
        '## docs/10.txt\n\nten',
        '## mail.eml\n\n### Hi\n\nhello',
        '## plan.docx\n\nBudget',
        '## Files without text',
        [
          '- bad.json: The file is not valid JSON.',
          '- empty.txt: The file is empty.',
          '- inner.zip: Archives inside of archives are not read. Upload it on its own.',
          '- photo.png: Images of this type are not supported. If they show text, recognize it (OCR) first. Convert the file to .pdf or .txt.',
          '- program.exe: Files of this type are not supported.',
        ].join('\n'),
      ].join('\n\n'),
    );
  });

  it('has names in UTF-8, in an encoding of East Asia or in code page 437', async () => {
    const named = async (to: readonly number[]) => {
      const name = `${'x'.repeat(to.length)}.txt`;
      return read(renamed(await makeZip([file(name, 'text')]), name.slice(0, -4), to));
    };
    expect(await named([...new TextEncoder().encode('über')])).toContain('## über.txt');
    expect(await named([0x81, 0x62, 0x65, 0x72])).toContain('## über.txt');
    expect(
      await named([0xbb, 0xe1, 0xd2, 0xe9, 0xcd, 0xa8, 0xd6, 0xaa, 0xb9, 0xa4, 0xd7, 0xf7]),
    ).toContain('## 会议通知工作.txt');
  });

  it('keeps the other files when one is damaged', async () => {
    const damaged = await makeZip([file('a.txt', 'kept'), file('b.txt', 'lost '.repeat(50))]);
    const second = damaged.indexOf(0x50, 40);
    damaged.fill(0xff, second + 35, second + 45);
    const text = await read(damaged);
    expect(text).toContain('## a.txt\n\nkept');
    expect(text).toContain('- b.txt: The ZIP archive is damaged.');
  });

  it('stays within limits of entries, size and ratio (R27)', async () => {
    const zeros = new Uint8Array(30 * 1024 * 1024);
    expect(await faultOf(await makeZip([file('a.txt', 'x'), file('bomb.txt', zeros)]))).toEqual([
      'too_large',
      'The ZIP archive decompresses to much more than its size or to more than 100 MB.',
    ]);
    const noise = crypto.getRandomValues(new Uint8Array(60_000));
    const padded = Array.from({ length: 8 }, (_, index) => file(`${index}.bin`, noise));
    expect(await extract([...padded, file('a.txt', 'kept'), file('big.txt', zeros)])).toContain(
      '- big.txt: The file has more than 25 MB.',
    );
    const many = Array.from({ length: 5001 }, (_, index) => file(`${index}.txt`, 'x'));
    expect((await faultOf(await makeZip(many)))?.[0]).toBe('too_large');
    const cut = await makeZip([file('a.txt', 'x')]);
    for (const length of [4, 30, cut.length - 10])
      expect((await faultOf(cut.slice(0, length)))?.[0]).toBe('corrupt');
  });

  it('is refused with a password, without files and without any readable file', async () => {
    expect(
      (await faultOf(await makeZip([{ ...file('a.txt', 'x'), isEncrypted: true }])))?.[0],
    ).toBe('encrypted');
    expect(await faultOf(await makeZip([]))).toEqual([
      'empty_document',
      'The ZIP archive contains no files.',
    ]);
    expect(await faultOf(await makeZip([file('a.exe', 'x')]))).toEqual([
      'unsupported',
      'No file of the ZIP archive can be read. a.exe: Files of this type are not supported.',
    ]);
  });

  it('is searchable by the name of a file in it', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const content = await makeZip([
      file('terms.txt', 'Net thirty days.'),
      file('b.csv', 'a,b\n1,2'),
    ]);
    const { body } = await uploadForm(workspace, `/knowledge-bases/${base}/files`, [
      { name: 'all.zip', content, type: 'application/x-zip-compressed' },
    ]);
    expect((await settled(workspace, body.id)).status).toBe('ready');
    const found = await workspace.post(`/knowledge-bases/${base}/search`, { query: 'terms' });
    expect(found.body.hits[0].text).toContain('Net thirty days.');
  });
});
