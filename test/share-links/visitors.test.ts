import { env } from 'cloudflare:workers';
import { sign } from 'hono/jwt';
import { describe, expect, it } from 'vitest';
import { request, rootKey } from '../support/api.ts';
import { addText } from '../support/files.ts';
import { addressOf, mailTo, newShareLink, type Shared } from '../support/share-links.ts';

const verified = { access: 'verified', allowed_addresses: ['ann@shop.example', '@staff.example'] };

/** Another link of the same agent; its address. */
const newShareLinkOf = async ({ workspace, agent }: Shared) =>
  addressOf((await workspace.post(`/agents/${agent}/share-links`, { name: 'Two' })).body.url);

const requestCode = ({ address }: Shared, email: string) =>
  request('POST', `/api/v1/shared/${address}/codes`, null, { json: { email } });

const codeIn = (text: string) => /: (\d{8})\n/.exec(text)?.[1] ?? '';

async function newCode(shared: Shared, email: string): Promise<string> {
  return codeIn(await mailTo(email, () => requestCode(shared, email)));
}

const age = (link: string, ms: number) =>
  env.DB.prepare(
    'update share_codes set sent_at = sent_at - ?, expires_at = expires_at - ? where link_id = ?',
  )
    .bind(ms, ms, link)
    .run();

describe('a visitor of a share link', () => {
  it('chats, rates and comes back, and sees nothing of other visitors (R7, R85)', async () => {
    const shared = await newShareLink();
    const { workspace, address, link, open } = shared;
    const first = (await open()).body;
    expect(first.visitor_id).toMatch(new RegExp(`^share:${link}:vis_`));
    const ann = workspace.as(first.token);
    const session = (await ann.post(`/shared/${address}/sessions`, {})).body;
    expect(session).toMatchObject({ end_user_id: first.visitor_id, created_by: link });
    const answer = await ann.post(`/sessions/${session.id}/messages`, { message: 'Hi' });
    expect(answer.body.text).toBe('Hello there.');
    const rate = (rating: string) => ann.put(`/messages/${answer.body.id}/feedback`, { rating });
    const feedback = async () =>
      (await workspace.get(`/share-links/${link}`)).body.statistics.feedback;
    await rate('up');
    expect(await feedback()).toEqual({ positive: 1, negative: 0 });
    await rate('down');
    expect(await feedback()).toEqual({ positive: 0, negative: 1 });
    await ann.delete(`/messages/${answer.body.id}/feedback`);
    expect(await feedback()).toEqual({ positive: 0, negative: 0 });
    const back = (await open({ refresh_token: first.refresh_token })).body;
    expect(back.visitor_id).toBe(first.visitor_id);
    expect((await workspace.as(back.token).get(`/sessions/${session.id}`)).status).toBe(200);
    const bob = (await shared.visit()).as;
    const paths = [
      `/sessions/${session.id}`,
      `/messages/${answer.body.id}`,
      `/runs/${answer.body.run_id}`,
    ];
    for (const path of paths) expect([path, (await bob.get(path)).status]).toEqual([path, 404]);
    expect((await bob.get('/sessions')).body.data).toHaveLength(1);
  });

  it('reaches only its session routes, and never another agent or version', async () => {
    const shared = await newShareLink();
    const { workspace, agent, address } = shared;
    const { as, session } = await shared.visit();
    const refused: readonly (readonly [string, string, object?])[] = [
      ['POST', `/agents/${agent}/sessions`, {}],
      ['POST', `/agents/${agent}/runs`, { message: 'Hi' }],
      ['POST', `/agents/${agent}/search`, { query: 'secrets' }],
      ['GET', '/agents'],
      ['GET', '/share-links/shl_01kajv2q5ve0mt8h2vj3c6x7ra'],
      ['POST', '/end-user-tokens', { end_user_id: 'x', agent_ids: [agent] }],
      ['POST', `/sessions/${session}/messages`, { message: 'Hi', version: 1 }],
    ];
    for (const [method, path, json] of refused) {
      const answer = await request(
        method,
        `/api/v1${path}`,
        as.key,
        json === undefined ? {} : { json },
      );
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'forbidden']);
    }
    const other = await newShareLink();
    expect((await as.post(`/shared/${other.address}/sessions`, {})).status).toBe(404);
    const another = await newShareLinkOf(shared);
    expect((await as.post(`/shared/${another}/sessions`, {})).status).toBe(404);
    const own = await workspace.post(`/shared/${address}/sessions`, {});
    expect(own.body).toMatchObject({ created_by: workspace.key_id, end_user_id: null });
  });

  it('chats with the version of the link', async () => {
    const { workspace, agent, link, visit } = await newShareLink();
    await workspace.patch(`/agents/${agent}`, { config: { welcome_message: 'Second.' } });
    await workspace.patch(`/share-links/${link}`, { version: 1 });
    const one = await visit();
    await workspace.patch(`/share-links/${link}`, { version: null });
    const two = await visit();
    const versionOf = async ({ as, session }: typeof one) => {
      const { body } = await as.post(`/sessions/${session}/messages`, { message: 'Hi' });
      return body.run.version_id;
    };
    const { data } = (await workspace.get(`/agents/${agent}/versions`)).body;
    const [newest, oldest] = data.map(({ id }: { id: string }) => id);
    expect([await versionOf(one), await versionOf(two)]).toEqual([oldest, newest]);
  });

  it('is a new one with a token that is forged, expired, of another link or of another kind', async () => {
    const shared = await newShareLink();
    const other = await newShareLink();
    const first = (await shared.open()).body;
    const claims = { link: shared.link, sub: first.visitor_id, aud: 'agentgrid:share-visitor' };
    const secret = `end-user-token:${rootKey}`;
    const tokens = [
      await sign({ ...claims, exp: 9_999_999_999 }, 'another secret', 'HS256'),
      await sign({ ...claims, exp: 1 }, secret, 'HS256'),
      (await other.open()).body.refresh_token,
      first.token,
      'nonsense',
    ];
    for (const refresh_token of tokens) {
      const { status, body } = await shared.open({ refresh_token });
      expect(status).toBe(200);
      expect(body.visitor_id).not.toBe(first.visitor_id);
    }
    expect((await shared.workspace.as(first.refresh_token).get('/sessions')).status).toBe(401);
  });
});

describe('a link for verified addresses', () => {
  it('admits an address with the code that was sent to it, as one visitor, once for each code', async () => {
    const shared = await newShareLink(verified);
    for (const email of ['ann@shop.example', 'bob@staff.example']) {
      const code = await newCode(shared, email);
      const entered = await shared.open({ email: email.toUpperCase(), code });
      expect([email, entered.status]).toEqual([email, 200]);
      expect((await shared.open({ email, code })).status).toBe(401);
      await age(shared.link, 61_000);
      const again = await shared.open({ email, code: await newCode(shared, email) });
      expect(again.body.visitor_id).toBe(entered.body.visitor_id);
      await age(shared.link, 61_000);
    }
    const { statistics } = (await shared.workspace.get(`/share-links/${shared.link}`)).body;
    expect(statistics.visitors).toBe(2);
  });

  it('answers the same for every address, and sends mail to those that it admits only', async () => {
    const shared = await newShareLink(verified);
    const asked = [
      'ann@shop.example',
      'eve@shop.example',
      'x@notstaff.example',
      'x@sub.staff.example',
    ];
    const answers = await Promise.all(asked.map((email) => requestCode(shared, email)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(
      new Set(['204 ']),
    );
    await expect
      .poll(async () => (await storedCodes(shared.link)).map(({ email }) => email))
      .toEqual(['ann@shop.example']);
    const [stored] = await storedCodes(shared.link);
    for (const email of asked) {
      const { status, body } = await shared.open({ email, code: '00000000' });
      expect([status, body.detail]).toEqual([
        401,
        'The code is wrong or has expired. Request another.',
      ]);
    }
    // Soon after, none is sent again.
    await requestCode(shared, 'ann@shop.example');
    expect((await storedCodes(shared.link))[0]?.hash).toBe(stored?.hash);
  });

  it('refuses the right code after five wrong ones, after ten minutes, and when the address is no longer admitted', async () => {
    const shared = await newShareLink(verified);
    const email = 'ann@shop.example';
    const first = await newCode(shared, email);
    const wrong = first === '12345678' ? '87654321' : '12345678';
    const guesses = await Promise.all(
      Array.from({ length: 5 }, () => shared.open({ email, code: wrong })),
    );
    expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect((await shared.open({ email, code: first })).status).toBe(401);
    await age(shared.link, 61_000);
    const second = await newCode(shared, email);
    await age(shared.link, 600_000);
    expect((await shared.open({ email, code: second })).status).toBe(401);
    const third = await newCode(shared, email);
    const entered = (await shared.open({ email, code: third })).body;
    const { refresh_token } = entered;
    expect((await shared.open({ refresh_token })).body.visitor_id).toBe(entered.visitor_id);
    const allowed_addresses = ['@staff.example'];
    await shared.workspace.patch(`/share-links/${shared.link}`, { allowed_addresses });
    expect((await shared.open({ refresh_token })).status).toBe(401);
  });

  it('sends an address ten codes a day', async () => {
    const shared = await newShareLink(verified);
    const email = 'ann@shop.example';
    const sends = async () =>
      (await env.DB.prepare(
        "select sends, hash from share_codes where link_id = ? and email like 'ann%'",
      )
        .bind(shared.link)
        .first<{ sends: number; hash: string }>()) ?? { sends: 0, hash: '' };
    await newCode(shared, email);
    await env.DB.prepare('update share_codes set sends = 9 where link_id = ?')
      .bind(shared.link)
      .run();
    await age(shared.link, 61_000);
    await newCode(shared, email);
    const last = await sends();
    expect(last.sends).toBe(10);
    await age(shared.link, 61_000);
    // The code to another address is sent after the one that is not.
    await requestCode(shared, email);
    await newCode(shared, 'bob@staff.example');
    expect(await sends()).toEqual(last);
    await env.DB.prepare(
      'update share_codes set window_start = window_start - 86400000, sent_at = sent_at - 61000 where link_id = ?',
    )
      .bind(shared.link)
      .run();
    await newCode(shared, email);
    expect((await sends()).sends).toBe(1);
  });

  it('lets one of several in who use a code at once', async () => {
    const shared = await newShareLink(verified);
    const email = 'ann@shop.example';
    const code = await newCode(shared, email);
    const entered = await Promise.all(
      Array.from({ length: 4 }, () => shared.open({ email, code })),
    );
    expect(entered.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
  });
});

const storedCodes = async (link: string) =>
  (
    await env.DB.prepare('select email, hash from share_codes where link_id = ?')
      .bind(link)
      .all<{ email: string; hash: string }>()
  ).results;

describe('a cited page', () => {
  it('is read by the visitor of the answer, and by nobody who may not read its file (R85)', async () => {
    const shared = await newShareLink();
    const { workspace, agent, address } = shared;
    const base = (await workspace.get(`/agents/${agent}`)).body.base_id;
    await workspace.patch(`/agents/${agent}`, {
      config: { model: 'builtin/extractive', knowledge: { base_ids: [base] } },
    });
    const text = 'The shop opens at ten in the morning. It closes at six in the evening.';
    const { id: file } = await addText(workspace, base, 'hours.txt', text);
    const { as, session } = await shared.visit();
    const sent = { message: 'When does the shop open?' };
    const answer = (await as.post(`/sessions/${session}/messages`, sent)).body;
    const [citation] = answer.citations;
    const path = `/messages/${answer.id}/citations/${citation.number}`;
    const { body } = await as.get(path);
    expect(body).toMatchObject({ file_name: 'hours.txt', page: null, page_count: null });
    expect(body.text.slice(body.start, body.end)).toBe(citation.quote);
    const other = (await shared.visit()).as;
    expect((await other.get(path)).status).toBe(404);
    expect((await as.get(`/messages/${answer.id}/citations/99`)).status).toBe(404);
    await workspace.patch(`/files/${file}`, { groups: ['staff'] });
    expect((await as.get(path)).status).toBe(404);
    expect((await workspace.get(path)).status).toBe(200);
    expect(address).toHaveLength(22);
  });
});

describe('the page of a link', () => {
  it('is the same for every address, and has a policy without exceptions (R71)', async () => {
    const { address } = await newShareLink();
    const page = await request('GET', `/chat/${address}`, null);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(page.status).toBe(200);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|http|\*/);
    const unknown = `${address.slice(1)}x`;
    const other = await request('GET', `/chat/${unknown}`, null);
    expect(other.body.replace(unknown, address)).toBe(page.body);
    expect((await request('GET', '/chat/no', null)).status).toBe(404);
  });
});
