import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Line, lineKinds, newLine, type SentFile } from '../support/channels/lines.ts';
import type { Round } from '../support/provider/script.ts';

const says = (text: string): Round => ({ text: [text] });
const invoice: SentFile = { name: 'invoice.txt', type: 'text/plain', body: 'One grinder, 89 EUR.' };
const program: SentFile = { name: 'setup.exe', type: 'application/x-msdownload', body: 'MZ' };
const notSupported = 'setup.exe: this type of file is not supported';

const attachmentsOf = async (line: Line) => {
  const [session] = await line.sessions();
  const { body } = await line.workspace.get(`/sessions/${session.id}/attachments`);
  return body.data.map(({ name, status }: { name: string; status: string }) => [name, status]);
};
const newestText = async (line: Line) => {
  const [session] = await line.sessions();
  const { data } = (await line.workspace.get(`/sessions/${session.id}/messages`)).body;
  return data.find(({ role }: { role: string }) => role === 'user').text;
};

describe.each(lineKinds)('files of a %s channel', (kind) => {
  it('are read in, and sent out by a person', async () => {
    const line = await newLine(kind, [says('Read.')]);
    const { workspace } = line;
    await line.say({ order: 1, text: 'Look', files: [invoice] });
    await line.settle();
    expect(await line.shown()).toEqual(['Read.']);
    expect(await attachmentsOf(line)).toEqual([['invoice.txt', 'ready']]);
    const [{ id }] = await line.sessions();
    await workspace.post(`/sessions/${id}/hand-over`, {});
    const file = { name: 'refund.txt', text: 'Refunded.' };
    const attachment = await workspace.post(`/sessions/${id}/attachments`, file);
    const reply = { text: 'Here it is.', attachments: [attachment.body.id] };
    expect((await workspace.post(`/sessions/${id}/replies`, reply)).status).toBe(201);
    await line.settle();
    expect((await line.shown()).slice(1)).toEqual(['Here it is.', 'file refund.txt']);
  });

  it('of another type are named to their sender; the text is answered without them', async () => {
    const line = await newLine(kind, [says('About the text.')]);
    await line.say({ order: 1, text: 'Run this', files: [program] });
    await line.settle();
    expect(await line.shown()).toEqual([
      `This file could not be used:\n${notSupported}`,
      'About the text.',
    ]);
    expect(await newestText(line)).toContain(`[${notSupported}]`);
  });

  it('alone, of which none can be read, are not answered by the model', async () => {
    const line = await newLine(kind, []);
    await line.say({ order: 2, text: '', files: [program] });
    await line.say({ order: 2, text: '', files: [program] });
    await line.settle();
    expect(await line.shown()).toEqual([`This file could not be used:\n${notSupported}`]);
    expect(await line.sessions()).toEqual([]);
  });

  it('that are too large are named to their sender', async () => {
    const line = await newLine(kind, [says('No picture.')]);
    const image = { name: 'photo.png', type: 'image/png', body: '\u0089PNG\r\n\u001a\n' };
    const large = `${image.body}${'x'.repeat(4_000_000)}`;
    const isDownloaded = kind === 'slack' || kind === 'telegram' || kind === 'whatsapp';
    const file = isDownloaded
      ? { ...image, reply: { body: 'x'.repeat(1000), repeat: 21_000 } }
      : { ...image, body: large };
    await line.say({ order: 1, text: 'Look', files: [file] });
    await line.settle();
    expect(await line.shown()).toEqual([
      'This file could not be used:\nphoto.png: too large',
      'No picture.',
    ]);
  });
});

describe('a file of a reply', () => {
  it('that is larger than 20 MB is named in the text', async () => {
    const line = await newLine('telegram', [says('Hello.')]);
    const { workspace } = line;
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    const [{ id }] = await line.sessions();
    await workspace.post(`/sessions/${id}/hand-over`, {});
    const { body } = await workspace.post(`/sessions/${id}/attachments`, {
      ...{ name: 'film.txt', text: 'A long film.' },
    });
    await env.DB.prepare('update attachments set byte_size = 21000000 where id = ?')
      .bind(body.id)
      .run();
    await workspace.post(`/sessions/${id}/replies`, { text: 'See:', attachments: [body.id] });
    await line.settle();
    expect((await line.shown()).slice(1)).toEqual(['See:\n\n[film.txt: not sent]']);
  });
});

describe.each(['slack', 'telegram', 'whatsapp'] as const)('a download of %s', (kind) => {
  it('that fails is repeated once, and the message is then answered with the file', async () => {
    const line = await newLine(kind, [says('Read.')]);
    await line.say({ order: 1, text: 'Look', files: [{ ...invoice, reply: { status: 503 } }] });
    await line.run();
    expect(await line.shown()).toEqual([]);
    // The service works again: what `say` registers for another message has the same addresses.
    await line.serve(1, invoice);
    await line.settle();
    expect(await line.shown()).toEqual(['Read.']);
    expect(await attachmentsOf(line)).toEqual([['invoice.txt', 'ready']]);
  });

  it.each([403, 404, 410, 500])('that returns %i twice is named to the sender', async (status) => {
    const line = await newLine(kind, [says('Without it.')]);
    await line.say({ order: 1, text: 'Look', files: [{ ...invoice, reply: { status } }] });
    await line.settle();
    expect(await line.shown()).toEqual([
      'This file could not be used:\ninvoice.txt: it could not be downloaded',
      'Without it.',
    ]);
    const downloads = (await line.calls()).filter(
      ({ method, url }) => method === 'GET' && /\/(?:files|file|media)\//.test(url),
    );
    expect(downloads).toHaveLength(2);
  });
});

describe('a recording', () => {
  it.each([
    ['telegram', 'voice', ''],
    ['whatsapp', 'audio', 'audio/ogg; codecs=opus'],
  ] as const)('of %s is named to its sender', async (kind, name, type) => {
    const line = await newLine(kind, []);
    const change = (body: string) => {
      const text = body.replaceAll('"document"', `"${name}"`).replace(/,"caption":"[^"]*"/, '');
      return text.replace(/,"file_?name":"[^"]*"/, '');
    };
    await line.say(
      { order: 1, files: [{ ...invoice, type: type || 'audio/ogg' }] },
      { change, resign: true },
    );
    await line.settle();
    expect(await line.shown()).toEqual([
      `This file could not be used:\n${name}: this type of file is not supported`,
    ]);
  });
});

describe('a file of Slack', () => {
  it('without an address is named to its sender', async () => {
    const line = await newLine('slack', [says('Without it.')]);
    await line.say({ order: 1, text: 'Look', files: [{ ...invoice, type: 'no-address' }] });
    await line.settle();
    expect((await line.shown())[0]).toContain('invoice.txt: it could not be downloaded');
  });
});

describe('attachments of an e-mail', () => {
  it('beyond ten are named to their sender', async () => {
    const line = await newLine('email', [says('Ten.')]);
    const files = Array.from({ length: 12 }, (_, index) => ({
      ...invoice,
      ...{ name: `${index}.txt`, body: `Number ${index}` },
    }));
    await line.say({ order: 1, text: 'All of them', files });
    await line.settle();
    expect(await line.shown()).toEqual([
      'These files could not be used:\n10.txt: too many files\n11.txt: too many files',
      'Ten.',
    ]);
    expect(await attachmentsOf(line)).toHaveLength(10);
  });
});
