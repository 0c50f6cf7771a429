import { describe, expect, it } from 'vitest';
import { newWorkspace, request, rootKey } from '../support/api.ts';
import { operations } from '../support/document.ts';
import { newBase } from '../support/files.ts';

const errorsOf = ({ body }: { body: { errors?: { pointer: string; detail: string }[] } }) =>
  (body.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);

describe('errors', () => {
  it.each([
    ['/agents', {}, '/name is required.', '/name Is required.'],
    [
      '/agents',
      { name: 5 },
      '/name must be text, not a number.',
      '/name Must be text, not a number.',
    ],
    [
      '/tools',
      { name: 'a', description: 'b' },
      /^\/effect is required\. \d more in `errors`\.$/,
      null,
    ],
    [
      '/budgets',
      { name: 'A', scope: 'galaxy', period: 'day', limit_usd: 1 },
      /^\/scope must be `workspace` or /,
      null,
    ],
    [
      '/knowledge-bases',
      { name: 'A', chunk_tokens: 1 },
      /^\/chunk_tokens must be at least \d+\./,
      null,
    ],
    [
      '/knowledge-bases',
      { name: 'A', chunk_tokens: 400.5 },
      '/chunk_tokens must be a whole number.',
      null,
    ],
    ['/api-keys', { name: '', role: 'viewer' }, '/name must have at least 1 character.', null],
    [
      '/agents',
      { name: 'A', config: { settings: { temperature: 'hot' } } },
      '/config/settings/temperature must be a number, not text.',
      null,
    ],
  ])('of a body for %s name the first violation', async (path, body, detail, first) => {
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
    [
      '/agents',
      { name: 'A', config: { settings: { temprature: 1 } } },
      '/config/settings/temprature',
      'temperature',
    ],
    [
      '/agents',
      { name: 'A', config: { fallbackModels: [] } },
      '/config/fallbackModels',
      'fallback_models',
    ],
    ['/budgets', { name: 'A', scope: 'workspace', period: 'day', limit: 1 }, '/limit', 'limit_usd'],
    [
      '/agents',
      { name: 'A', config: { temperature: 1 } },
      '/config/temperature',
      'settings.temperature',
    ],
    ['/agents', { name: 'A', config: { top_k: 3 } }, '/config/top_k', 'knowledge.top_k'],
    ['/knowledge-bases', { name: 'A', desc: 'x' }, '/desc', 'description'],
    ['/agents', { name: 'A', zzz: 1 }, '/zzz', null],
  ])('of unknown fields for %s suggest a similar name', async (path, body, pointer, near) => {
    const workspace = await newWorkspace();
    const answer = await workspace.post(path, body);
    const expected = near === null ? 'Unknown field.' : `Unknown field. Did you mean \`${near}\`?`;
    expect(errorsOf(answer)).toContain(`${pointer} ${expected}`);
  });

  it('of queries suggest a similar name', async () => {
    const workspace = await newWorkspace();
    const { body } = await workspace.get('/agents?limt=5');
    expect(body.detail).toBe('?limt: Unknown parameter. Did you mean `limit`?');
  });

  it('under /v1 have the same text in the error object of OpenAI', async () => {
    const { key } = await newWorkspace();
    const send = async (json: object) =>
      (await request('POST', '/v1/chat/completions', key, { json })).body.error;
    expect(await send({ messages: [{ role: 'user', content: 'Hi' }] })).toMatchObject({
      message: 'model is required.',
      code: 'missing_required_parameter',
      param: 'model',
    });
    const unknown = await send({
      model: 'a',
      messages: [{ role: 'user', content: 'Hi' }],
      temprature: 1,
    });
    expect([unknown.code, unknown.message]).toEqual([
      'unknown_parameter',
      'temprature: Unknown field. Did you mean `temperature`?',
    ]);
  });

  it.each([
    [
      { role: 'pirate', content: 'x' },
      'messages[0].role: Must be `system` or `developer` or `user` or `assistant` or `tool`.',
    ],
    [{ content: 'x' }, 'messages[0].role is required.'],
    [
      { role: 'user', content: 5 },
      'messages[0].content: Must be text, or a list of `text`, `image_url` and `file` parts.',
    ],
    [{ role: 'user', content: [{ type: 'text' }] }, 'messages[0].content[0].text is required.'],
    [
      { role: 'user', content: [{ type: 'image_url', image_url: {} }] },
      'messages[0].content[0].image_url.url is required.',
    ],
  ])('of a message %j name what is wrong inside', async (message, expected) => {
    const { key } = await newWorkspace();
    const { body } = await request('POST', '/v1/chat/completions', key, {
      json: { model: 'a', messages: [message] },
    });
    expect(body.error.message).toBe(expected);
  });

  it.each([
    [
      '/runs?start_date=yesterday',
      '?start_date must be a timestamp such as `2026-11-20T09:30:00Z` or a date such as `2026-11-20`.',
    ],
    ['/runs?limit=many', '?limit must be a number.'],
    ['/runs?session_id=x', '?session_id: Unknown parameter. Did you mean `session`?'],
    ['/runs?error_code=x', '?error_code: Unknown parameter. Did you mean `error`?'],
  ])('of the query %s describe the allowed value', async (path, detail) => {
    expect((await (await newWorkspace()).get(path)).body.detail).toBe(detail);
  });

  it('of missing resources name their kind and reveal nothing of other workspaces', async () => {
    const [workspace, stranger] = [await newWorkspace(), await newWorkspace()];
    const { body: agent } = await workspace.post('/agents', { name: 'Support' });
    const detail = async (path: string, of = workspace) => {
      const { status, body } = await of.get(path);
      expect(status, path).toBe(404);
      return body.detail;
    };
    expect(await detail('/agentz')).toBe(
      'No operation GET /api/v1/agentz. /docs lists all operations.',
    );
    expect(await detail('/agents/nobody')).toBe('No such agent in this workspace.');
    expect(await detail(`/agents/${agent.id}/versions/99`)).toBe(
      'Version 99 of this agent does not exist.',
    );
    expect(await detail('/tools/nothing')).toBe('No such tool in this workspace.');
    for (const path of [
      `/agents/${agent.id}`,
      `/agents/${agent.id}/versions/1`,
      `/agents/${agent.id}/versions/99`,
    ])
      expect(await detail(path, stranger)).toBe('No such agent in this workspace.');
    const base = await newBase(workspace);
    expect(await detail(`/knowledge-bases/${base}`, stranger)).toBe(
      await detail('/knowledge-bases/kb_nothing', stranger),
    );
  });

  it('of unknown and malformed ids name the same kind of resource', async () => {
    const { key } = await newWorkspace();
    const well: Readonly<Record<string, string>> = Object.fromEntries(
      Object.entries({
        key: 'key',
        member: 'mem',
        invitation: 'inv',
        tool: 'tool',
        server: 'mcp',
        authorization: 'mca',
        budget: 'bud',
        kb: 'kb',
        file: 'file',
        chunk: 'chk',
        source: 'src',
        session: 'ses',
        run: 'run',
        message: 'msg',
      })
        .concat(
          Object.entries({
            question: 'msg',
            attachment: 'att',
            response: 'resp',
            conversation: 'conv',
            item: 'msg',
            upload: 'upl',
          }),
        )
        .concat(Object.entries({ workspace: 'ws', agent: 'agt', archive: 'arc' }))
        .concat(
          Object.entries({
            batch: 'batch',
            code_execution: 'exec',
            generated_file: 'gen',
            workspace_export: 'wex',
            golden_question: 'gq',
            review_item: 'rvw',
            review_rule: 'rvr',
            dataset: 'ds',
            eval: 'eval',
            case: 'case',
            replay: 'rpl',
            shadow: 'rpl',
            online_scorer: 'osc',
            evaluation: 'rev',
            migration: 'emb',
            share_link: 'shl',
            token_issuer: 'tki',
          }),
        )
        .map(([name, prefix]) => [name, `${prefix}_01kajv2q5ve0mt8h2vj3c6x7ra`]),
    );
    const named: Record<string, string> = { label: 'live', month: '1999-01' };
    // Some texts of OpenAI repeat the id.
    const detailOf = ({ body }: { body: { detail?: string; error?: { message: string } } }) =>
      (body.detail ?? body.error?.message)?.replace(/'[^']*'/, "''");
    for (const operation of operations.filter(
      ({ method, path }) =>
        ['GET', 'DELETE'].includes(method) &&
        path.includes('{') &&
        // Every text is the id of an end user.
        !path.includes('{end_user}'),
    )) {
      const as = operation.access === 'root' ? rootKey : key;
      const fill = (values: (name: string) => string) =>
        operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values(name));
      const unknown = await request(
        operation.method,
        fill((name) => well[name] ?? named[name] ?? '1'),
        as,
      );
      const malformed = await request(
        operation.method,
        fill(() => 'Zz!!'),
        as,
      );
      expect([unknown.status, malformed.status], operation.name).toEqual([404, 404]);
      expect(detailOf(unknown), operation.name).not.toContain('resource');
      expect(detailOf(malformed), operation.name).toBe(detailOf(unknown));
    }
  });

  it('of references in a body name the kind, for foreign and deleted resources alike', async () => {
    const [workspace, stranger] = [await newWorkspace(), await newWorkspace()];
    const other = (await stranger.post('/agents', { name: 'Other' })).body.id;
    const gone = (await workspace.post('/agents', { name: 'Gone' })).body.id;
    await workspace.delete(`/agents/${gone}`);
    await workspace.delete(`/agents/${gone}?permanent=true`);
    const key = (await workspace.withRole('viewer')).key_id;
    for (const agent of [other, gone]) {
      const refusals = [
        await workspace.post('/api-keys', { name: 'A', role: 'runtime', agent_ids: [agent] }),
        await workspace.patch(`/api-keys/${key}`, { agent_ids: [agent] }),
        await workspace.post('/budgets', {
          name: 'A',
          scope: 'agent',
          subject_id: agent,
          period: 'day',
          limit_usd: 1,
        }),
      ];
      for (const { status, body } of refusals)
        expect([status, body.detail]).toEqual([404, 'No such agent in this workspace.']);
    }
  });

  it('distinguish an unknown version from an unknown model for callers that may see the agent', async () => {
    const [workspace, stranger] = [await newWorkspace(), await newWorkspace()];
    await workspace.post('/agents', { name: 'Desk', slug: 'version-desk' });
    const ask = async (model: string, { key } = workspace) =>
      (
        await request('POST', '/v1/chat/completions', key, {
          json: { model, messages: [{ role: 'user', content: 'Hi' }] },
        })
      ).body.error;
    expect(await ask('version-desk@9')).toMatchObject({
      code: 'model_not_found',
      message: 'Version 9 of this agent does not exist.',
    });
    expect((await ask('version-desk@9', stranger)).message).toBe((await ask('nobody')).message);
    expect(
      (await request('GET', '/v1/models/version-desk@9', workspace.key)).body.error.message,
    ).toContain('Version 9');
  });

  it('distinguish a missing credential from a wrong one', async () => {
    const { key } = await newWorkspace();
    const detail = async (authorization?: string) => {
      const answer = await request(
        'GET',
        '/api/v1/agents',
        null,
        authorization === undefined ? {} : { headers: { authorization } },
      );
      expect(answer.status).toBe(401);
      return answer.body.detail;
    };
    expect(await detail()).toContain('No credential.');
    expect(await detail(`Basic ${key}`)).toContain('must be `Bearer`');
    const unknown = await detail(`Bearer ${key.slice(0, -1)}x`);
    expect(unknown).toBe('The key is unknown, revoked or expired, or its workspace is suspended.');
    expect(await detail('Bearer something-else')).toBe(unknown);
  });

  it('accept a model without a price, with a warning', async () => {
    const workspace = await newWorkspace();
    const create = async (config: object) =>
      (await workspace.post('/agents', { name: 'A', config })).body;
    const unknown = ({ warnings = [] }: { warnings?: { code: string }[] }) =>
      warnings.filter(({ code }) => code === 'unknown_model');
    const typo = await create({
      model: 'openai/gpt-5-minni-nano-x',
      fallback_models: ['anthropic/claude-haiku-4-5'],
    });
    expect(unknown(typo)).toEqual([
      {
        code: 'unknown_model',
        pointer: '/config/model',
        detail: expect.stringContaining('openai/gpt-5-minni-nano-x'),
      },
    ]);
    expect((await workspace.get(`/agents/${typo.id}/versions/1`)).body.warnings).toEqual(
      typo.warnings,
    );
    for (const model of [
      'openai/gpt-5-mini',
      'builtin/extractive',
      'ollama/whatever',
      'openai-compatible/mine',
    ])
      expect(unknown(await create({ model })), model).toEqual([]);
  });
});
