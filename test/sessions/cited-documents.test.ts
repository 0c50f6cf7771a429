import { exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, request, toRequest, type Workspace } from '../support/api.ts';
import { addText, settled, uploadForm } from '../support/files.ts';
import { at, pageOf } from '../support/pdf.ts';
import { addressOf } from '../support/share-links.ts';

const pdf = (text: string) => ({
  name: 'hours.pdf',
  content: pageOf(at(72, 700, text)),
  type: 'application/pdf',
});

const opening = 'The shop opens at ten in the morning.';
const question = { message: 'When does the shop open?' };

/** An agent that answers from a base of one PDF. */
async function newLibrary(part = pdf(opening)) {
  const workspace = await newWorkspace();
  const { id: agent, base_id: base } = (await workspace.post('/agents', { name: 'A' })).body;
  const config = { model: 'builtin/extractive', knowledge: { base_ids: [base] } };
  await workspace.patch(`/agents/${agent}`, { config });
  const { body } = await uploadForm(workspace, `/knowledge-bases/${base}/files`, [part], {
    external_id: 'hours',
  });
  await settled(workspace, body.id);
  const holder = async (end_user_id: string, groups: string[] = [], issuer = workspace) => {
    const about = { end_user_id, groups, agent_ids: [agent] };
    return workspace.as((await issuer.post('/end-user-tokens', about)).body.token);
  };
  return { workspace, agent, base, file: body.id as string, holder };
}

/** Asks as a reader; the path of the citation. */
async function ask(reader: Workspace, path: string, json: object = question): Promise<string> {
  const session = (await reader.post(path, {})).body.id;
  const { body } = await reader.post(`/sessions/${session}/messages`, json);
  return `/messages/${body.id}/citations/${body.citations[0].number}`;
}

/** Opens a link as a browser does; with the code of a refusal. */
async function open(url: string, headers: Record<string, string> = {}) {
  const path = url.slice('http://agentgrid.test'.length);
  const response = await exports.default.fetch(toRequest('GET', path, null, { headers }));
  const text = new TextDecoder('latin1').decode(await response.arrayBuffer());
  const code = response.ok ? null : JSON.parse(text).code;
  return { status: response.status, headers: response.headers, text, code };
}

const urlOf = async (reader: Workspace, path: string): Promise<string> =>
  (await reader.get(path)).body.document.url;

const statusOf = async (url: string) => (await open(url)).status;

async function later<Result>(ms: number, run: () => Promise<Result>): Promise<Result> {
  vi.setSystemTime(Date.now() + ms);
  try {
    return await run();
  } finally {
    vi.useRealTimers();
  }
}

describe('the document of a citation', () => {
  it('is shown by a link of five minutes, in parts, under a policy that runs nothing (R73, R85)', async () => {
    const { agent, holder } = await newLibrary();
    const ann = await holder('ann');
    const path = await ask(ann, `/agents/${agent}/sessions`);
    const { document, page } = (await ann.get(path)).body;
    expect([page, document.media_type, document.is_shown]).toEqual([1, 'application/pdf', true]);
    const lifetime = Date.parse(document.expires_at) - Date.now();
    expect(lifetime > 280_000 && lifetime <= 300_000).toBe(true);
    const { status, headers, text } = await open(document.url);
    expect(status).toBe(200);
    expect(text.startsWith('%PDF-1.7')).toBe(true);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="hours.pdf"; filename*=UTF-8''hours.pdf`,
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'accept-ranges': 'bytes',
    });
    const part = await open(document.url, { range: 'bytes=0-3' });
    expect([part.status, part.text]).toEqual([206, '%PDF']);
    expect(await later(299_000, () => statusOf(document.url))).toBe(200);
    const late = await later(301_000, () => open(document.url));
    expect([late.status, late.code]).toEqual([403, 'forbidden']);
    // Neither the reader nor the credential can be read in an address.
    expect(
      atob(document.url.split('.').at(-1).replaceAll('-', '+').replaceAll('_', '/')),
    ).not.toContain('ann');
  });

  it.each([
    [
      'notes.html',
      'text/html',
      `<script>alert(1)</script><p>${opening}</p>`,
      'text/plain; charset=utf-8',
    ],
    ['notes.txt', 'text/plain', opening, 'text/plain; charset=utf-8'],
    [
      'notes.xml',
      'text/xml',
      `<svg xmlns="http://www.w3.org/2000/svg"><text>${opening}</text></svg>`,
      'text/plain; charset=utf-8',
    ],
  ])('is a download in a sandbox as %s (R73)', async (name, type, text, served) => {
    const { agent, holder } = await newLibrary({ name, type, content: text as never });
    const ann = await holder('ann');
    const { document } = (await ann.get(await ask(ann, `/agents/${agent}/sessions`))).body;
    expect(document.is_shown).toBe(false);
    const { status, headers } = await open(document.url);
    expect([status, headers.get('content-type')]).toEqual([200, served]);
    expect(headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is opened by its own link only (R85)', async () => {
    const { workspace, agent, base, holder } = await newLibrary();
    const [ann, bob] = [await holder('ann'), await holder('bob')];
    const sessions = `/agents/${agent}/sessions`;
    const path = await ask(ann, sessions);
    await addText(workspace, base, 'prices.txt', 'An espresso costs two euros.');
    const other = await ask(ann, sessions, { message: 'What does an espresso cost?' });
    const foreign = await ask(bob, sessions);
    const url = await urlOf(ann, path);
    const link = new URL(url).searchParams.get('link') ?? '';
    expect((await bob.get(path)).status).toBe(404);
    const to = (cited: string, text: string) =>
      statusOf(`http://agentgrid.test/api/v1${cited}/document?link=${text}`);
    expect(await to(path, link)).toBe(200);
    const changed = `${link.slice(0, -3)}${link.at(-3) === 'A' ? 'B' : 'A'}${link.slice(-2)}`;
    const wrong = [to(other, link), to(foreign, link), to(path, changed), to(path, 'x')];
    expect(await Promise.all(wrong)).toEqual([403, 403, 403, 403]);
    expect(await to(path.replace(/\d+$/, '9999'), link)).toBe(403);
    expect(await statusOf(`http://agentgrid.test/api/v1${path}/document`)).toBe(404);
  });

  it('closes with the tokens of its end user and the key that issued them (R7, R85)', async () => {
    const { workspace, agent, holder } = await newLibrary();
    const site = await workspace.withRole('runtime');
    const [ann, bob] = [await holder('ann', [], site), await holder('bob', [], site)];
    const links = await Promise.all(
      [ann, bob].map(async (one) => urlOf(one, await ask(one, `/agents/${agent}/sessions`))),
    );
    expect(await Promise.all(links.map(statusOf))).toEqual([200, 200]);
    await workspace.post('/end-users/ann/revoke-tokens', {});
    expect(await Promise.all(links.map(statusOf))).toEqual([403, 200]);
    await workspace.patch(`/api-keys/${site.key_id}`, {
      agent_ids: [(await workspace.post('/agents', { name: 'B' })).body.id],
    });
    expect(await statusOf(links[1] ?? '')).toBe(404);
    await workspace.delete(`/api-keys/${site.key_id}`);
    expect(await statusOf(links[1] ?? '')).toBe(403);
  });

  it('needs a group of the file each time it is opened (R85)', async () => {
    const { workspace, agent, file, holder } = await newLibrary();
    await workspace.patch(`/files/${file}`, { groups: ['staff', 'board'] });
    const ann = await holder('ann', ['staff']);
    const url = await urlOf(ann, await ask(ann, `/agents/${agent}/sessions`));
    expect(await statusOf(url)).toBe(200);
    await workspace.patch(`/files/${file}`, { groups: ['board'] });
    expect(await statusOf(url)).toBe(404);
    await workspace.patch(`/files/${file}`, { groups: ['staff'] });
    expect(await statusOf(url)).toBe(200);
  });

  it('is not that which replaced it, nor one that was deleted', async () => {
    const { workspace, agent, base, file, holder } = await newLibrary();
    const ann = await holder('ann');
    const path = await ask(ann, `/agents/${agent}/sessions`);
    const url = await urlOf(ann, path);
    await workspace.post(`/files/${file}/reprocess`, {});
    await settled(workspace, file);
    expect(await statusOf(url)).toBe(200);
    const part = pdf('The shop opens at eleven in the morning.');
    const to = `/knowledge-bases/${base}/files`;
    await uploadForm(workspace, to, [part], { external_id: 'hours' });
    await settled(workspace, file);
    expect(await statusOf(url)).toBe(404);
    expect((await ann.get(path)).body.document).toBeNull();
    const again = await ask(ann, `/agents/${agent}/sessions`);
    const newer = await urlOf(ann, again);
    expect(await statusOf(newer)).toBe(200);
    await workspace.delete(`/files/${file}`);
    expect(await statusOf(newer)).toBe(404);
    expect((await ann.get(again)).status).toBe(404);
  });

  it('is linked for end users only', async () => {
    const { workspace, agent, holder } = await newLibrary();
    const ann = await holder('ann');
    const path = await ask(ann, `/agents/${agent}/sessions`);
    expect((await workspace.get(path)).body.document).toBeNull();
    expect((await workspace.get(path)).body.page).toBe(1);
  });

  it('is opened by visitors of a share link that allows it, while it does (R85)', async () => {
    const { workspace, agent } = await newLibrary();
    const made = await workspace.post(`/agents/${agent}/share-links`, { name: 'Site' });
    const address = addressOf(made.body.url);
    const token = (await request('POST', `/api/v1/shared/${address}/visitors`, null, { json: {} }))
      .body.token;
    const visitor = workspace.as(token);
    const path = await ask(visitor, `/shared/${address}/sessions`);
    const change = (fields: object) => workspace.patch(`/share-links/${made.body.id}`, fields);
    expect(made.body.open_documents).toBe(false);
    expect((await visitor.get(path)).body.document).toBeNull();
    await change({ open_documents: true });
    const url = await urlOf(visitor, path);
    expect(await statusOf(url)).toBe(200);
    await change({ open_documents: false });
    expect(await statusOf(url)).toBe(404);
    await change({ open_documents: true, enabled: false });
    expect(await statusOf(url)).toBe(403);
  });
});
