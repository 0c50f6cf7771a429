import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { type DocumentFormatName, formats } from '../../src/documents/formats.ts';
import { newWorkspace } from '../support/api.ts';
import { docxParts, makeZip, paragraph } from '../support/documents.ts';
import { newBase, settled, uploadForm } from '../support/files.ts';

const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const extract = async (
  content: string | Uint8Array<ArrayBuffer>,
  kind: DocumentFormatName = 'eml',
) =>
  (await extractDocument(formats[kind], typeof content === 'string' ? utf8(content) : content))
    .text;
const faultOf = (content: string | Uint8Array<ArrayBuffer>, kind: DocumentFormatName = 'eml') =>
  extract(content, kind).then(
    () => 'none',
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );
const multipart = (type: string, boundary: string, parts: readonly string[]) =>
  `Content-Type: multipart/${type}; boundary="${boundary}"\r\n\r\n${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
const plain = (text: string) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`;
const html = (text: string) => `Content-Type: text/html; charset=utf-8\r\n\r\n${text}`;
const attached = (name: string, type: string, content: Uint8Array) =>
  `Content-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${btoa(String.fromCharCode(...content))}`;

describe('an email message', () => {
  it('is extracted with its subject, header and HTML text, and with quoted replies', async () => {
    const text = await extract(
      `Received: by relay.test\r\nFrom: =?utf-8?Q?J=C3=B6rg?= <joerg@a.test>\r\nTo: "Doe, Jane" <jane@b.test>,\r\n bob@c.test\r\nDate: Tue, 3 Mar 2026 14:05:00 +0100 (CET)\r\nSubject: =?iso-8859-1?Q?Caf=E9?= =?utf-8?B?IG3DvG5jaGVu?=\r\n${multipart(
        'alternative',
        'a',
        [
          plain('plain version'),
          html(
            '<div style="display:none">preview</div><h1>Report</h1><p>Hello,<br>see below.</p><img src="cid:1" alt=""><blockquote>Where is it?</blockquote>',
          ),
        ],
      )}`,
    );
    expect(text).toBe(
      '# Café münchen\n\nFrom: Jörg <joerg@a.test>\nTo: Doe, Jane <jane@b.test>, bob@c.test\nDate: Tue, 3 Mar 2026 14:05:00 +0100\n\n## Report\n\nHello,\nsee below.\n\n> Where is it?',
    );
  });

  it('is read through tables that only arrange it', async () => {
    const data =
      '<table><tr><th>item</th><th>EUR</th></tr><tr><td>tent</td><td>300</td></tr></table>';
    const body = `<table><tr><td>Dear Ann,</td></tr><tr><td><table><tr><td>left<br>column</td><td>${data}</td></tr></table></td></tr></table>`;
    expect(await extract(`Subject: s\r\n${html(body)}`)).toBe(
      '# s\n\nDear Ann,\n\nleft\ncolumn\n\n| item | EUR |\n| --- | --- |\n| tent | 300 |',
    );
  });

  it('falls back to the plain version of an HTML version without text', async () => {
    const parts = [plain('The text.'), html('<img src="https://x.test/banner.png">')];
    expect(await extract(`Subject: s\r\n${multipart('alternative', 'a', parts)}`)).toBe(
      '# s\n\nThe text.',
    );
  });

  it('joins the soft line breaks of format=flowed by quote depth, and keeps signatures apart', async () => {
    expect(
      await extract(
        'Subject: s\r\nContent-Type: text/plain; format=flowed\r\n\r\none \r\nline\r\n> a \r\n> b\r\n>> c\r\nend\r\n-- \r\nAnn\r\n',
      ),
    ).toBe('# s\n\none line\n> a b\n>> c\nend\n\n--\nAnn');
  });

  it('decodes quoted-printable, undeclared, wrongly declared and legacy encodings', async () => {
    const declared = (charset: string) =>
      `Subject: s\nContent-Type: text/plain; charset=${charset}\nContent-Transfer-Encoding: quoted-printable\n\n`;
    expect(await extract(`${declared('iso-8859-2')}=B3=F3d=BC wy=\np=B3ywa`)).toContain(
      'łódź wypływa',
    );
    expect(await extract(`${declared('us-ascii')}Caf=C3=A9`)).toContain('Café');
    expect(await extract(`${declared('iso-8859-1')}Caf=C3=A9`)).toContain('Café');
    expect(await extract(`${declared('x-nonsense')}=E9t=E9 =E0 la maison`)).toContain('été');
    expect(
      await extract(
        latin1('Subject: caf\xe9\nContent-Type: text/plain; charset=latin1\n\nt\xeate'),
      ),
    ).toBe('# café\n\ntête');
    expect(await extract('\ufeff\r\nSubject: marked\r\n\r\nbody')).toBe('# marked\n\nbody');
    expect(await extract('Subject: old\rFrom: a@b.test\r\rbody\r')).toBe(
      '# old\n\nFrom: a@b.test\n\nbody',
    );
  });

  it('contains each attachment of a supported format, attached messages included, and lists the others', async () => {
    const inner = `Content-Type: message/rfc822\r\n\r\nSubject: Inner\r\nFrom: a@b.test\r\n${multipart('mixed', 'i', [plain('inner text'), attached('i.json', 'application/json', utf8('{"a":1}'))])}`;
    const text = await extract(
      `Subject: Outer\r\n${multipart('mixed', 'm', [
        multipart('related', 'r', [
          html('<p>See <img src="cid:logo" alt="our logo"></p>'),
          'Content-Type: image/png\r\nContent-ID: <logo>\r\n\r\nx',
        ]),
        attached(
          'Plan.docx',
          'application/octet-stream',
          await makeZip(docxParts(paragraph('Budget', 'Heading1') + paragraph('89 EUR'))),
        ),
        attached('log.txt', 'text/plain', utf8('# no heading\nline')),
        attached('broken.pdf', 'application/pdf', utf8('no pdf')),
        attached('cut.docx', 'application/zip', utf8('PK\u0003\u0004')),
        attached('photo.jpg', 'image/jpeg', utf8('x')),
        attached('winmail.dat', 'application/ms-tnef', utf8('x')),
        inner,
      ])}`,
    );
    expect(text).toContain('# Outer\n\nSee our logo\n\n## Plan.docx\n\n');
    expect(text).toContain('89 EUR\n\n## log.txt\n\n```\n# no heading\nline\n```');
    expect(text).toContain('## Inner\n\nFrom: a@b.test\n\ninner text\n\n### i.json\n\na: 1');
    const [, failures = ''] = text.split('## Attachments without text\n\n');
    expect(failures.split('\n').map((line) => line.split('.').slice(0, 2).join('.'))).toEqual([
      '- broken.pdf: The file is not a valid PDF (missing `%PDF` header)',
      '- cut.docx: The ZIP archive is damaged',
      '- photo.jpg: Images of this type are not supported',
      '- winmail.dat: Attachments in the rich text format of Outlook are not supported',
    ]);
  });

  it('reads text between attachments, and files of alternatives that are not shown', async () => {
    const csv = attached('d.csv', 'text/csv', utf8('a,b\n1,2'));
    const apple = multipart('mixed', 'b', [html('<p>first</p>'), csv, html('<p>second</p>')]);
    expect(
      await extract(`Subject: s\r\n${multipart('alternative', 'a', [plain('p'), apple])}`),
    ).toBe('# s\n\nfirst\n\nsecond\n\n## d.csv\n\n| a | b |\n| --- | --- |\n| 1 | 2 |');
    expect(
      await extract(`Subject: s\r\n${multipart('alternative', 'a', [plain('p'), csv])}`),
    ).toContain('# s\n\np\n\n## d.csv');
  });

  it('leaves out signatures and delivery reports, and reports encryption', async () => {
    const signature = 'Content-Type: application/pgp-signature; name=s.asc\r\n\r\nx';
    expect(
      await extract(`Subject: s\r\n${multipart('signed', 'a', [plain('signed'), signature])}`),
    ).toBe('# s\n\nsigned');
    expect(
      await faultOf(`Subject: s\r\n${multipart('encrypted', 'a', [plain('Version: 1')])}`),
    ).toBe('encrypted');
    expect(
      await faultOf('Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx'),
    ).toBe('encrypted');
  });

  it('stays within limits of lines, parts, nesting and header (R27)', async () => {
    expect(await faultOf(`Subject: s\n\n${'\n'.repeat(600_000)}`)).toBe('too_large');
    expect(await faultOf(`Subject: s\n${'To: a@b.test\n'.repeat(100_000)}\nx`)).toBe('too_large');
    const parts = '--a\n\nx\n'.repeat(3000);
    expect(await faultOf(`Subject: s\nContent-Type: multipart/mixed; boundary=a\n\n${parts}`)).toBe(
      'too_large',
    );
    let deep = plain('core');
    for (let level = 0; level < 100; level += 1) deep = multipart('mixed', `b${level}-`, [deep]);
    expect(await faultOf(`Subject: s\r\n${deep}`)).toBe('too_large');
    let nested = 'Subject: core\r\n\r\nx';
    for (let level = 0; level < 20; level += 1)
      nested = `Subject: ${level}\r\nContent-Type: message/rfc822\r\n\r\n${nested}`;
    expect(await extract(nested)).toContain('nested too deeply');
  });

  it('is refused when it has no header, and read as far as it goes when it is cut', async () => {
    const workspace = await newWorkspace();
    const path = `/knowledge-bases/${await newBase(workspace)}/files`;
    const upload = async (content: string | Uint8Array<ArrayBuffer>) =>
      uploadForm(workspace, path, [{ name: 'a.eml', content, type: 'message/rfc822' }]);
    expect((await upload('just words')).body.detail).toContain('missing header');
    expect((await upload(new Uint8Array([80, 75, 3, 4]))).body.detail).toContain('binary');
    const { body } = await upload(
      `Subject: Invoice\r\n${multipart('mixed', 'm', [plain('Due in May.'), attached('terms.txt', 'text/plain', utf8('Net thirty days.'))]).slice(0, -12)}`,
    );
    expect((await settled(workspace, body.id)).status).toBe('ready');
    const found = await workspace.post(`${path.replace('/files', '')}/search`, {
      query: 'thirty days',
    });
    expect(found.body.hits[0]).toMatchObject({
      heading: 'Invoice',
      text: '# Invoice\n\nDue in May.\n\n## terms.txt\n\nNet thirty days',
    });
  });
});

describe('a mailbox', () => {
  it('is extracted message by message', async () => {
    const from = 'From a@b.test Tue Mar  3 14:05:00 2026\n';
    const text = await extract(
      `${from}Subject: One\n\nfirst\n\n>From here\nFrom there\n\n${from}Subject: Two\n\n# second\n\n${from}\n\n`,
      'mbox',
    );
    expect(text).toBe(
      '## One\n\nfirst\n\nFrom here\nFrom there\n\n## Two\n\n### second\n\n## Messages without text\n\n- Message 3: The file is not a valid email message (missing header).',
    );
    expect(await faultOf(`${from}\n`.repeat(12_000), 'mbox')).toBe('too_large');
  });
});
