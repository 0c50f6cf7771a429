import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';
import { playScript } from '../support/provider/client.ts';
import { draft, json, test } from './support.ts';

/**
 * As generators write it: separate definitions with references, patterns and a choice at the root.
 */
const input_schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    order: { $ref: '#/$defs/OrderNumber' },
    lines: { type: 'array', items: { $ref: '#/$defs/Line' } },
  },
  required: ['order'],
  anyOf: [{ required: ['lines'] }, { required: ['order'] }],
  $defs: {
    OrderNumber: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{1,6}$', description: 'Order number' },
    Line: {
      type: 'object',
      properties: { sku: { type: 'string' }, options: { $ref: '#/$defs/Options' } },
      required: ['sku'],
    },
    Options: {
      type: 'object',
      additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    },
  },
};

const providers = {
  openai: { base: 'openai', keepsReferences: true },
  anthropic: { base: 'anthropic', keepsReferences: true },
  google: { base: 'google', keepsReferences: false },
  'openai-compatible': { base: 'compatible', keepsReferences: false },
} as const;

describe('a tool with a foreign schema', () => {
  it('checks arguments by it, references and patterns included', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/AB-12', { body: '{"ok":true}', headers: json });
    const body = { type: 'json', argument: 'lines' };
    const tool = draft(site.url('/orders/{order}'), { input_schema, method: 'POST', body });
    const made = await workspace.post('/tools', tool);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.input_schema).toEqual({ ...input_schema, additionalProperties: false });
    const lines = [{ sku: 'x', options: { size: 1 } }];
    expect(await test(workspace, made.body.id, { order: 'AB-12', lines })).toMatchObject({
      ok: true,
    });
    expect((await site.calls()).map((call) => JSON.parse(call.body))).toEqual([lines]);
    for (const [input, place] of [
      [{ order: 'ab-12', lines }, '#/order'],
      [{ order: 'AB-12', lines: [{ sku: 1 }] }, '#/lines/0/sku'],
      [{ order: 'AB-12', lines: [{ sku: 'x', options: { size: [] } }] }, '#/lines/0/options/size'],
      [{ order: 'AB-12', lines, more: 1 }, '#/more'],
    ] as const)
      expect(await test(workspace, made.body.id, input), place).toMatchObject({
        ok: false,
        error: expect.stringContaining(place),
      });
    expect(await site.calls()).toHaveLength(1);
  });

  it.each(Object.keys(providers) as (keyof typeof providers)[])(
    'reaches %s in the form that it takes',
    async (provider) => {
      const workspace = await newWorkspace();
      const scripted = await playScript({ rounds: [{ text: ['Hello.'] }] });
      const { base, keepsReferences } = providers[provider];
      await workspace.put(`/providers/${provider}`, {
        api_key: scripted.api_key,
        base_url: scripted.base_url[base],
      });
      const url = 'https://shop.example.com/orders/{order}';
      const body = { type: 'json', argument: 'lines' };
      await workspace.post('/tools', draft(url, { input_schema, method: 'POST', body }));
      const model = `${provider}/scripted-large`;
      const config = { model, instructions: 'x', tools: ['get_order'] };
      const agent = await workspace.post('/agents', { name: 'A', config });
      const run = await workspace.post(`/agents/${agent.body.id}/runs`, { message: 'Hi' });
      expect(run.status, JSON.stringify(run.body)).toBeLessThan(300);
      const sent = JSON.stringify((await scripted.requests())[0]?.body);
      expect(sent).toContain('"pattern":"^[A-Z]{2}-[0-9]{1,6}$"');
      expect(sent).toContain('"description":"Order number"');
      // Providers refuse a choice at the root; arguments are validated against it here.
      expect(sent).not.toContain('anyOf');
      expect([sent.includes('$ref'), sent.includes('$defs')]).toEqual([
        keepsReferences,
        keepsReferences,
      ]);
    },
  );

  it('is refused with the place and the reason', async () => {
    const workspace = await newWorkspace();
    const schemaOf = (order: object) => ({
      type: 'object',
      properties: { order },
      required: ['order'],
    });
    for (const [order, reason] of [
      [{ $ref: '#' }, 'recursive'],
      [{ $ref: 'https://example.com/s.json' }, 'within the document'],
      [{ $ref: '#/$defs/none' }, 'does not name a schema'],
      [{ type: 'string', pattern: 'a'.repeat(501) }, '/properties/order/pattern'],
    ] as const) {
      const tool = draft('https://shop.example.com/{order}', { input_schema: schemaOf(order) });
      const refused = await workspace.post('/tools', tool);
      expect([refused.status, refused.body.errors?.[0]]).toEqual([
        422,
        { pointer: '/input_schema', detail: expect.stringContaining(reason) },
      ]);
    }
  });
});

describe('an agent with a foreign output schema', () => {
  it('validates answers by it and sends it to the provider', async () => {
    const workspace = await newWorkspace();
    const scripted = await playScript({
      rounds: [{ text: ['{"code":"x"}'] }, { text: ['{"code":"AB1"}'] }],
    });
    await workspace.put('/providers/openai-compatible', {
      api_key: scripted.api_key,
      base_url: scripted.base_url.compatible,
    });
    const output_schema = {
      type: 'object',
      properties: { code: { $ref: '#/$defs/Code' } },
      required: ['code'],
      $defs: { Code: { type: 'string', pattern: '^[A-Z]{2}[0-9]$' } },
    };
    const config = { model: 'openai-compatible/scripted-large', instructions: 'x', output_schema };
    const agent = await workspace.post('/agents', { name: 'A', config });
    expect(agent.status, JSON.stringify(agent.body)).toBe(201);
    const run = await workspace.post(`/agents/${agent.body.id}/runs`, { message: 'Hi' });
    expect(JSON.stringify(run.body)).toContain('AB1');
    const [first, second] = await scripted.requests();
    expect(JSON.stringify(first?.body)).toContain('^[A-Z]{2}[0-9]$');
    expect(JSON.stringify(first?.body)).not.toContain('$ref');
    expect(JSON.stringify(second?.body)).toContain('#/code');
  });
});
