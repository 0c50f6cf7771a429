import { describe, expect, it } from 'vitest';
import { newWorkspace, request, type Workspace } from '../support/api.ts';
import { openStream } from '../support/chat.ts';
import { countAll } from '../support/rows.ts';

const own = 'https://www.example.com';
/** Origins that are not `own`, although they resemble it. */
const others = [
  'null',
  'https://evil.example',
  'https://www.example.com.evil.example',
  'https://evilwww.example.com',
  'https://example.com',
  'http://www.example.com',
  'https://www.example.com:8443',
  'https://WWW.EXAMPLE.COM',
  'https://www.example.com/',
  'https://user@www.example.com',
  'https://www.example.com, https://evil.example',
];

async function newHolder(allowed_origins: string[] | null) {
  const workspace = await newWorkspace();
  await workspace.patch('/workspace', { allowed_origins });
  const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
  const { body } = await workspace.post('/end-user-tokens', {
    end_user_id: 'ann',
    agent_ids: [agent],
  });
  return { workspace, agent, ann: workspace.as(body.token) };
}

const from = (origin: string) => ({ headers: { origin } });
const allowedFor = ({ headers }: { headers: Headers }) =>
  headers.get('access-control-allow-origin');

describe('the allowed origins of a workspace', () => {
  it('open responses to tokens of end users to their pages, streams included (R72)', async () => {
    const { agent, ann } = await newHolder([own]);
    const preflight = await request('OPTIONS', `/api/v1/agents/${agent}/runs`, null, {
      headers: {
        origin: own,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const created = await ann.post(`/agents/${agent}/sessions`, {}, from(own));
    expect([created.status, allowedFor(created)]).toEqual([201, own]);
    expect(created.headers.get('vary')).toMatch(/\bOrigin\b/);
    expect(created.headers.get('access-control-expose-headers')).toContain('x-run-id');
    expect(created.headers.get('access-control-allow-credentials')).toBe(null);
    const missing = await ann.get('/sessions/ses_00000000000000000000000000', from(own));
    expect([missing.status, allowedFor(missing)]).toEqual([404, own]);
    const stream = await openStream(ann, 'POST', `/agents/${agent}/runs`, {
      json: { message: 'Hi', stream: true },
      headers: { origin: own },
    });
    expect([stream.status, allowedFor(stream)]).toEqual([200, own]);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    await stream.text();
    // A page of the deployment itself, and a program without a page.
    const site = await ann.get('/sessions', from('http://agentgrid.test'));
    expect([site.status, allowedFor(site)]).toEqual([200, 'http://agentgrid.test']);
    expect((await ann.get('/sessions')).status).toBe(200);
  });

  it.each(others)('refuse a page of %s before anything happens (R72)', async (origin) => {
    const { workspace, agent, ann } = await newHolder([own]);
    const before = await countAll(workspace.id);
    const answers = [
      await ann.get('/sessions', from(origin)),
      await ann.post(`/agents/${agent}/sessions`, {}, from(origin)),
      await ann.post(`/agents/${agent}/runs`, { message: 'Hi', stream: true }, from(origin)),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
      expect(allowedFor(answer)).toBe(null);
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
    }
    expect(await countAll(workspace.id)).toEqual(before);
  });

  it('are any origin when unset, none when empty, and do not concern API keys (R72)', async () => {
    const seen = async (reader: Workspace) => {
      const answer = await reader.get('/sessions', from('https://evil.example'));
      return [answer.status, allowedFor(answer)];
    };
    const open = await newHolder(null);
    expect(await seen(open.ann)).toEqual([200, '*']);
    const closed = await newHolder([]);
    expect(await seen(closed.ann)).toEqual([403, null]);
    expect(await seen(closed.workspace)).toEqual([200, '*']);
    await closed.workspace.patch('/workspace', { allowed_origins: ['https://evil.example'] });
    expect(await seen(closed.ann)).toEqual([200, 'https://evil.example']);
  });

  it.each([
    ['null'],
    ['*'],
    ['https://*.example.com'],
    ['https://www.example.com/'],
    ['https://www.example.com:443'],
    ['HTTPS://www.example.com'],
    ['ftp://www.example.com'],
    ['https://user@www.example.com'],
    ['javascript:alert(1)'],
    ['https://www.example.com:99999'],
  ])('are origins: %s is refused', async (origin) => {
    const workspace = await newWorkspace();
    const { status, body } = await workspace.patch('/workspace', { allowed_origins: [origin] });
    expect(status).toBe(422);
    expect(body.detail).toMatch(/^\/allowed_origins\/0 must be an origin/);
    expect(body.errors).toHaveLength(1);
  });
});
