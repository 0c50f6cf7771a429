import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import { newWorkspace } from '../support/api.ts';
import { newBase, uploadForm } from '../support/files.ts';
import {
  makeCompoundFile,
  makeOutlookMessage,
  outlookFolder,
  propertyStream,
  textStream,
} from '../support/outlook.ts';

const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const extract = async (bytes: Uint8Array<ArrayBuffer>) =>
  (await extractDocument(formats.msg, bytes)).text;
const faultOf = (bytes: Uint8Array<ArrayBuffer>) =>
  extract(bytes).then(
    () => 'none',
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );
const recipient = (kind: bigint, name: string, address: string) => ({
  '__properties_version1.0': propertyStream(8, { 202702851: kind }),
  ...textStream('3001', name),
  ...textStream('39FE', address),
});
const attachment = (name: string, content: Uint8Array<ArrayBuffer>, rest = {}) => ({
  '__properties_version1.0': propertyStream(8),
  ...textStream('3707', name),
  '__substg1.0_37010102': content,
  ...rest,
});
const march = (BigInt(Date.UTC(2026, 2, 3, 13, 5)) + 11_644_473_600_000n) * 10_000n;

describe('an Outlook message', () => {
  it('is extracted as an email message, with attachments and attached messages', async () => {
    const inner = {
      '__properties_version1.0': propertyStream(8),
      ...textStream('3001', 'Inner'),
      '__substg1.0_3701000D': outlookFolder({ subject: 'Inner', body: 'inner text' }, 24),
    };
    const text = await extract(
      makeOutlookMessage({
        subject: 'Prüfung',
        values: { 3735616: march, 1071513603: 65001n },
        parts: {
          ...textStream('0C1A', 'Jörg'),
          ...textStream('5D01', 'joerg@a.test'),
          '__substg1.0_10130102': utf8(`<h1>Report</h1><p>${'Größe '.repeat(1000)}</p>`),
          '__recip_version1.0_#00000000': recipient(1n, 'Jane', 'jane@b.test'),
          '__recip_version1.0_#00000001': recipient(2n, 'Bob', '/o=Org/cn=bob'),
          '__attach_version1.0_#00000000': attachment('list.csv', utf8('a,b\n1,2')),
          '__attach_version1.0_#00000001': inner,
          '__attach_version1.0_#00000002': attachment(
            'logo.png',
            utf8('x'),
            textStream('3712', 'cid'),
          ),
          '__attach_version1.0_#00000003': attachment('photo.jpg', utf8('x')),
        },
      }),
    );
    expect(text.replace(/(?:Größe ?)+/, 'Größe')).toMatch(
      /^# Prüfung\n\nFrom: Jörg <joerg@a\.test>\nTo: Jane <jane@b\.test>\nCc: Bob\nDate: Tue, 03 Mar 2026 13:05:00 GMT\n\n## Report\n\nGröße\n\n## list\.csv\n\n\| a \| b \|\n\| --- \| --- \|\n\| 1 \| 2 \|\n\n## Inner\n\ninner text\n\n## Attachments without text\n\n- photo\.jpg: [^\n]+$/,
    );
  });

  it('is decoded by the code page of the message or of its language', async () => {
    const subject = new Uint8Array([0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea]);
    const parts = { '__substg1.0_0037001E': subject };
    const values = { 1072758787: 1041n, 1071513603: 50220n };
    expect(await extract(makeOutlookMessage({ parts, values }))).toBe('# 日本語');
    expect(await extract(makeOutlookMessage({ parts, values: { 1073545219: 932n } }))).toBe(
      '# 日本語',
    );
  });

  it('names the text in RTF that cannot be read, when there is no other', async () => {
    const stored = new DataView(new ArrayBuffer(16 + 14));
    stored.setUint32(4, 14, true);
    stored.setUint32(8, 0x414c454d, true);
    new Uint8Array(stored.buffer).set(utf8('{\\rtf1 Hello.}'), 16);
    const rtf = { '__substg1.0_10090102': new Uint8Array(stored.buffer) };
    expect(await extract(makeOutlookMessage({ subject: 's', parts: rtf }))).toMatch(
      /Hello\.|Text of the message \(RTF\)/,
    );
    expect(
      await extract(makeOutlookMessage({ subject: 's', body: ' ', parts: rtf })),
    ).not.toContain('Text of the message');
  });

  it('reports other compound files and damage, and never runs in circles (R27)', async () => {
    expect(await faultOf(makeCompoundFile({ WordDocument: utf8('x') }))).toBe('unsupported');
    const whole = makeOutlookMessage({ subject: 's', body: 'text '.repeat(2000) });
    for (const length of [8, 100, 512, 700, 1500])
      expect(await faultOf(whole.slice(0, length))).toBe('corrupt');
    const circle = whole.slice();
    const view = new DataView(circle.buffer);
    for (let index = 1; index < 128; index += 1) view.setUint32(512 + index * 4, 1, true);
    expect(await faultOf(circle)).toBe('corrupt');
    for (let at = 0; at < whole.length; at += 97) {
      const changed = whole.slice();
      changed.fill(0xff, at, at + 4);
      expect(['none', 'corrupt', 'unsupported', 'empty_document', 'too_large']).toContain(
        await faultOf(changed),
      );
    }
    let nested = outlookFolder({ subject: 'core', body: 'x' }, 24);
    for (let level = 0; level < 30; level += 1)
      nested = outlookFolder(
        {
          parts: {
            '__attach_version1.0_#00000000': {
              ...attachment('', utf8('')),
              '__substg1.0_3701000D': nested,
            },
          },
        },
        24,
      );
    expect(await faultOf(makeCompoundFile(nested))).toBe('too_large');
  });

  it('is refused when its content is something else', async () => {
    const workspace = await newWorkspace();
    const path = `/knowledge-bases/${await newBase(workspace)}/files`;
    const { body } = await uploadForm(workspace, path, [
      { name: 'a.msg', content: 'From: a@b.test' },
    ]);
    expect(body.detail).toContain('missing compound file header');
  });
});
