import { describe, expect, it } from 'vitest';
import { newWorkspace, request } from '../support/api.ts';
import { newBase } from '../support/files.ts';

const errorsOf = ({ body }: { body: { errors?: { pointer: string; detail: string }[] } }) =>
  (body.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);

describe('errors', () => {
  it.each([
    ['/agents', {}, '/name is required.', '/name Is required.'],
    ['/agents', { name: 5 }, '/name must be text, not a number.', '/name Must be text, not a number.'],
    ['/tools', { name: 'a', description: 'b' }, /^\/effect is required\. \d more in `errors`\.$/, null],
    ['/budgets', { name: 'A', scope: 'galaxy', period: 'day', limit_usd: 1 }, /^\/scope must be `workspace` or /, null],
    ['/knowledge-bases', { name: 'A', chunk_tokens: 1 }, /^\/chunk_tokens must be at least \d+\./, null],
    ['/api-keys', { name: '', role: 'viewer' }, '/name must have at least 1 character.', null],
    [
      '/agents',
      { name: 'A', config: { settings: { temperature: 'hot' } } },
      '/config/settings/temperature must be a number, not text.',
      null,
    ],
  ])('of a body for %s name the first cause', async (path, body, detail, first) => {
    const workspace = await newWorkspace();
    const answer = await workspace.post(path, body);
    expect(answer.status).toBe(422);
    if (typeof detail === 'string') expect(answer.body.detail).toBe(detail);
    else expect(answer.body.detail).toMatch(detail);
    if (first !== null) expect(errorsOf(answer)).toEqual([first]);
  });

  it.each([
    ['/agents', { nmae: 'A', name: 'A' }, '/nmae', 'name'],
    ['/agents', { name: 'A', descripton: 'x' }, '/descripton', 'description'],
    ['/agents', { name: 'A', config: { instruction: 'x' } }, '/config/instruction', 'instructions'],
    ['/agents', { name: 'A', config: { settings: { temprature: 1 } } }, '/config/settings/temprature', 'temperature'],
    ['/agents', { name: 'A', config: { fallbackModels: [] } }, '/config/fallbackModels', 'fallback_models'],
    ['/budgets', { name: 'A', scope: 'workspace', period: 'day', limit: 1 }, '/limit', 'limit_usd'],
    ['/agents', { name: 'A', zzz: 1 }, '/zzz', null],
  ])('of unknown fields for %s suggest a near name', async (path, body, pointer, near) => {
    const workspace = await newWorkspace();
    const answer = await workspace.post(path, body);
    const expected = near === null ? 'There is no such field.' : `There is no such field. Did you mean \`${near}\`?`;
    expect(errorsOf(answer)).toContain(`${pointer} ${expected}`);
  });

  it('of queries suggest a near name too', async () => {
    const workspace = await newWorkspace();
    const { body } = await workspace.get('/agents?limt=5');
    expect(body.detail).toBe('?limt: There is no such field. Did you mean `limit`?');
  });

  it('under /v1 say the same in the envelope of OpenAI', async () => {
    const { key } = await newWorkspace();
    const send = async (json: object) => (await request('POST', '/v1/chat/completions', key, { json })).body.error;
    expect(await send({ messages: [{ role: 'user', content: 'Hi' }] })).toMatchObject({
      message: 'model is required.',
      code: 'missing_required_parameter',
      param: 'model',
    });
    const unknown = await send({ model: 'a', messages: [{ role: 'user', content: 'Hi' }], temprature: 1 });
    expect([unknown.code, unknown.message]).toEqual([
      'unknown_parameter',
      'temprature: There is no such field. Did you mean `temperature`?',
    ]);
  });

  it('of what is not there tell a path, an agent, a version and others apart, and nothing of other workspaces', async () => {
    const [workspace, stranger] = [await newWorkspace(), await newWorkspace()];
    const { body: agent } = await workspace.post('/agents', { name: 'Support' });
    const detail = async (path: string, of = workspace) => {
      const { status, body } = await of.get(path);
      expect(status, path).toBe(404);
      return body.detail;
    };
    expect(await detail('/agentz')).toBe('There is no GET /api/v1/agentz. /docs lists what there is.');
    expect(await detail('/agents/nobody')).toBe('No such agent in this workspace.');
    expect(await detail(`/agents/${agent.id}/versions/99`)).toBe('Version 99 of this agent does not exist.');
    expect(await detail('/tools/nothing')).toBe('No such tool in this workspace.');
    for (const path of [`/agents/${agent.id}`, `/agents/${agent.id}/versions/1`, `/agents/${agent.id}/versions/99`])
      expect(await detail(path, stranger)).toBe('No such agent in this workspace.');
    const base = await newBase(workspace);
    expect(await detail(`/knowledge-bases/${base}`, stranger)).toBe(await detail('/knowledge-bases/kb_nothing', stranger));
  });

  it('tell a missing credential from a wrong one', async () => {
    const { key } = await newWorkspace();
    const detail = async (authorization?: string) => {
      const answer = await request('GET', '/api/v1/agents', null, authorization === undefined ? {} : { headers: { authorization } });
      expect(answer.status).toBe(401);
      return answer.body.detail;
    };
    expect(await detail()).toContain('No credential.');
    expect(await detail(`Basic ${key}`)).toContain('must be `Bearer`');
    const unknown = await detail(`Bearer ${key.slice(0, -1)}x`);
    expect(unknown).toBe('The key is unknown, revoked or expired, or its workspace is suspended.');
    expect(await detail('Bearer something-else')).toBe(unknown);
  });

  it('leave a model that the price table does not know to a warning', async () => {
    const workspace = await newWorkspace();
    const create = async (config: object) => (await workspace.post('/agents', { name: 'A', config })).body;
    const unknown = ({ warnings = [] }: { warnings?: { code: string }[] }) => warnings.filter(({ code }) => code === 'unknown_model');
    const typo = await create({ model: 'openai/gpt-5-minni-nano-x', fallback_models: ['anthropic/claude-haiku-4-5'] });
    expect(unknown(typo)).toEqual([
      { code: 'unknown_model', pointer: '/config/model', detail: expect.stringContaining('openai/gpt-5-minni-nano-x') },
    ]);
    expect((await workspace.get(`/agents/${typo.id}/versions/1`)).body.warnings).toEqual(typo.warnings);
    for (const model of ['openai/gpt-5-mini', 'builtin/extractive', 'ollama/whatever', 'openai-compatible/mine'])
      expect(unknown(await create({ model })), model).toEqual([]);
  });
});
