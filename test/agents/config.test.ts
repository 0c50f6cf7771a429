import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { newAgent, problem } from './support.ts';

const field = (name: string, more: object = {}) => ({ type: 'text', name, label: name, ...more });

describe('configuration', () => {
  it('refuses unknown fields at every level with a pointer (R10)', async () => {
    const workspace = await newWorkspace();
    const cases: [object, string][] = [
      [{ colour: 'red' }, '/config/colour'],
      [{ settings: { heat: 1 } }, '/config/settings/heat'],
      [{ settings: { temperature: 2.1 } }, '/config/settings/temperature'],
      [{ settings: { stop: ['a', 'b', 'c', 'd', 'e'] } }, '/config/settings/stop'],
      [{ settings: 'hot' }, '/config/settings'],
      [{ knowledge: { scope: 'some' } }, '/config/knowledge/scope'],
      [{ knowledge: { base_ids: ['x'] } }, '/config/knowledge/base_ids/0'],
      [{ instructions: 'x'.repeat(100_001) }, '/config/instructions'],
      [{ starter_questions: Array(7).fill('?') }, '/config/starter_questions'],
      [
        { fallback_models: Array.from({ length: 6 }, (_, index) => `openai/${index}`) },
        '/config/fallback_models',
      ],
      [{ model: 'gpt' }, '/config/model'],
      [{ model: 'nobody/nothing' }, '/config/model'],
      [{ fallback_models: ['builtin/extractive', 'nobody/nothing'] }, '/config/fallback_models/1'],
      [{ tools: ['rm'] }, '/config/tools/0'],
      [{ inputs: [field('a'), field('a')] }, '/config/inputs/1/name'],
      [{ inputs: [field('a b')] }, '/config/inputs/0/name'],
      [{ inputs: [field('a', { is_secret: true })] }, '/config/inputs/0/is_secret'],
      [{ inputs: [field('a', { type: 'number', default: '1' })] }, '/config/inputs/0/default'],
      [
        { inputs: [field('a', { type: 'select', options: ['x'], default: 'y' })] },
        '/config/inputs/0/default',
      ],
      [{ inputs: [field('a', { type: 'colour' })] }, '/config/inputs/0/type'],
      [{ instructions: 'Hello {{ name }}' }, '/config/instructions'],
      [{ output_schema: { type: 'string' } }, '/config/output_schema'],
      [
        { output_schema: { type: 'object', properties: { a: { type: 'strin' } } } },
        '/config/output_schema',
      ],
      [{ limits: { steps: 0 } }, '/config/limits/steps'],
      [{ memory: { window_tokens: 255 } }, '/config/memory/window_tokens'],
      [{ memory: { window_tokens: 1_000_001 } }, '/config/memory/window_tokens'],
      [{ limits: { cost_usd: -1 } }, '/config/limits/cost_usd'],
      [{ metadata: { deep: {} } }, '/config/metadata/deep'],
    ];
    for (const [config, pointer] of cases) {
      const { status, body } = await workspace.post('/agents', { name: 'A', config });
      expect([status, body.errors?.[0]?.pointer], JSON.stringify(config).slice(0, 200)).toEqual([
        422,
        pointer,
      ]);
    }
    expect((await workspace.get('/agents')).body.data).toEqual([]);
  });

  it('refuses output schemas with patterns or circular references (R24)', async () => {
    const workspace = await newWorkspace();
    const text = { type: 'string' };
    for (const more of [
      { properties: { a: { ...text, pattern: '(a+)+$' } } },
      { properties: { a: { type: 'array', items: { ...text, pattern: '(a+)+$' } } } },
      { patternProperties: { '(a+)+$': text } },
      { $ref: '#' },
      { allOf: [{ $ref: '#' }] },
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
      { properties: { a: { $ref: 'https://example.com/schema.json' } } },
    ]) {
      const { status, body } = await workspace.post('/agents', {
        name: 'A',
        config: { output_schema: { type: 'object', ...more } },
      });
      expect([status, body.errors?.[0]], JSON.stringify(more)).toEqual([
        422,
        { pointer: '/config/output_schema', detail: expect.stringMatching(/pattern|\$ref|\$defs/) },
      ]);
    }
  });

  it('accepts tools and output schemas unless the model or a fallback is known not to support them', async () => {
    const workspace = await newWorkspace();
    const output_schema = { type: 'object', properties: { a: { type: 'string' } } };
    const make = (config: object) => workspace.post('/agents', { name: 'A', config });
    const cases: [object, string][] = [
      [{ output_schema }, '/config/output_schema'],
      [{ model: 'openai/gpt-4-turbo', output_schema }, '/config/output_schema'],
      [{ model: 'openai/o1-mini', output_schema }, '/config/output_schema'],
      [
        {
          model: 'openai/gpt-5',
          fallback_models: ['anthropic/claude-sonnet-4-5', 'openai/gpt-4-turbo'],
          output_schema,
        },
        '/config/fallback_models/1',
      ],
      [{ model: 'openai/o1-mini', tools: ['calculator'] }, '/config/tools'],
      [
        { model: 'openai/gpt-5', fallback_models: ['openai/o1-mini'], tools: ['calculator'] },
        '/config/fallback_models/0',
      ],
    ];
    for (const [config, pointer] of cases) {
      const { status, body } = await make(config);
      expect([status, body.errors], JSON.stringify(config)).toEqual([
        422,
        [{ pointer, detail: expect.stringContaining('does not support') }],
      ]);
    }
    const fit = {
      model: 'openai/gpt-5',
      fallback_models: ['anthropic/claude-sonnet-4-5', 'openai-compatible/new'],
      output_schema,
    };
    const { status, body } = await make({ ...fit, tools: ['calculator'] });
    expect(status).toBe(201);
    // Changing the model alone is checked against what is there.
    const changed = await workspace.patch(`/agents/${body.id}`, {
      config: { model: 'openai/gpt-4-turbo' },
    });
    expect([changed.status, changed.body.errors?.[0]?.pointer]).toEqual([
      422,
      '/config/output_schema',
    ]);
  });

  it('accepts a history window of 0 or of at least 256 tokens', async () => {
    const workspace = await newWorkspace();
    for (const window_tokens of [0, 256, 1_000_000]) {
      expect(
        (await newAgent(workspace, { config: { memory: { window_tokens } } })).config.memory
          .window_tokens,
      ).toBe(window_tokens);
    }
    const { body } = await workspace.post('/agents', {
      name: 'A',
      config: { memory: { window_tokens: 100 } },
    });
    expect(body.errors).toEqual([
      {
        pointer: '/config/memory/window_tokens',
        detail: 'Must be 0 for no history, or at least 256.',
      },
    ]);
  });

  it('explains where configuration belongs when it is at the top level', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    for (const answer of [
      await workspace.post('/agents', { name: 'A', instructions: 'x' }),
      await workspace.patch(`/agents/${agent.id}`, { instructions: 'x' }),
      await workspace.post(`/agents/${agent.id}/versions`, { instructions: 'x' }),
    ]) {
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toEqual([
        { pointer: '/instructions', detail: expect.stringContaining('under `config`') },
      ]);
    }
    for (const name of [
      'id',
      'workspace_id',
      'revision',
      'active_version',
      'created_by',
      'archived_at',
      'config_hash',
    ]) {
      expect(
        (await workspace.patch(`/agents/${agent.id}`, { [name]: 'x' })).body.errors[0].pointer,
      ).toBe(`/${name}`);
    }
  });

  it('accepts declared variables and ignores other braces', async () => {
    const workspace = await newWorkspace();
    const config = {
      instructions: 'In {{city}}, {{ city }}: {{ not a name }} {} {{}}',
      inputs: [field('city')],
    };
    const agent = await newAgent(workspace, { config });
    expect(agent.config.inputs).toEqual([
      { type: 'text', name: 'city', label: 'city', required: false, default: null },
    ]);
    const without = await workspace.patch(`/agents/${agent.id}`, { config: { inputs: [] } });
    expect([without.status, without.body.errors[0].pointer]).toEqual([422, '/config/instructions']);
  });

  it('merges a patch into sections, replaces other fields and resets null to the default', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, {
      config: {
        settings: { temperature: 0.5, stop: ['END'] },
        knowledge: { top_k: 3, no_answer: 'No idea.' },
        metadata: { a: 1, b: 2 },
        welcome_message: 'Hi',
      },
    });
    const change = async (config: object) =>
      (await workspace.patch(`/agents/${agent.id}`, { config })).body.config;
    const merged = await change({ settings: { top_p: 0.9 }, metadata: { c: 3 } });
    expect(merged.settings).toEqual({ ...agent.config.settings, top_p: 0.9 });
    expect(merged.metadata).toEqual({ c: 3 });
    expect(merged.knowledge).toEqual(agent.config.knowledge);
    const reset = await change({
      settings: { temperature: null },
      knowledge: { no_answer: null, base_ids: null },
      welcome_message: null,
    });
    expect(reset.settings).toEqual({ ...merged.settings, temperature: null });
    expect(reset.knowledge).toMatchObject({
      top_k: 3,
      base_ids: [agent.base_id],
      no_answer: expect.stringContaining('could not find'),
    });
    expect(reset.welcome_message).toBeNull();
    const plain = await change({
      settings: null,
      knowledge: null,
      metadata: null,
      model: null,
      inputs: null,
    });
    const { config } = await newAgent(workspace);
    expect(plain).toEqual({
      ...config,
      knowledge: { ...config.knowledge, base_ids: [agent.base_id] },
    });
  });

  it('accepts only knowledge bases of the workspace (R2)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const shared = (await workspace.post('/knowledge-bases', { name: 'Shared' })).body;
    const both = { config: { knowledge: { base_ids: [shared.id, agent.base_id] } } };
    expect(
      (await workspace.patch(`/agents/${agent.id}`, both)).body.config.knowledge.base_ids,
    ).toEqual([shared.id, agent.base_id]);
    const other = await newWorkspace();
    const random = 'kb_01kajv2q5ve0mt8h2vj3c6x7ra';
    for (const id of [shared.id, random]) {
      const refused = await other.post('/agents', {
        name: 'Thief',
        config: { knowledge: { base_ids: [id] } },
      });
      expect(problem(refused)).toEqual([404, 'not_found']);
      expect(refused.body.errors).toEqual([
        { pointer: '/config/knowledge/base_ids/0', detail: expect.any(String) },
      ]);
    }
    expect((await other.get('/agents')).body.data).toEqual([]);
  });
});
