import { describe, expect, it } from 'vitest';
import { toAssistantMessage } from '../../src/execution/transcript.ts';
import { parseStructured } from '../../src/llm/index.ts';
import { newChat } from '../support/chat.ts';
import { playScript } from '../support/provider/client.ts';
import { delta, done, sse, stepWith } from './raw-provider.ts';

const broken = { fault: { kind: 'status', status: 400 } } as const;
const primary = 'openai-compatible/scripted';

describe('fallback models', () => {
  it('report the failure of the requested model in the error, the steps and the version', async () => {
    const chat = await newChat(
      { rounds: [broken] },
      { config: { model: primary, fallback_models: ['anthropic/claude-haiku-4-5'] } },
    );
    const failed = await chat.send({ message: 'Hello?' });
    expect([failed.status, failed.body.code]).toEqual([502, 'provider_error']);
    expect(failed.body.detail).toContain('HTTP 400');
    expect(failed.body.detail).toContain(
      'anthropic/claude-haiku-4-5: Anthropic has no usable credential',
    );
    const version = (await chat.workspace.get(`/agents/${chat.agent}/versions/1`)).body;
    expect(version.warnings).toEqual([
      {
        code: 'provider_not_configured',
        pointer: '/config/fallback_models/0',
        detail: expect.stringContaining('PUT /providers/anthropic'),
      },
    ]);
    const saved = await chat.workspace.patch(`/agents/${chat.agent}`, {
      config: { instructions: 'Anew' },
    });
    expect(saved.body.warnings).toEqual(version.warnings);
    await chat.workspace.put('/providers/anthropic', { api_key: 'sk-ant-0123456789' });
    expect((await chat.workspace.get(`/agents/${chat.agent}/versions/1`)).body.warnings).toEqual(
      [],
    );
  });

  it('answer when the requested model fails, and the steps contain its failure', async () => {
    const chat = await newChat({ rounds: [broken] });
    const spare = await playScript({ rounds: [{ text: ['From the spare.'] }] });
    await chat.workspace.put('/providers/anthropic', {
      api_key: spare.api_key,
      base_url: spare.base_url.anthropic,
    });
    const config = {
      model: primary,
      fallback_models: ['mistral/none', 'anthropic/claude-haiku-4-5'],
    };
    await chat.workspace.patch(`/agents/${chat.agent}`, { config });
    const { status, body } = await chat.send({ message: 'Hello?' });
    expect([status, body.text]).toEqual([200, 'From the spare.']);
    const { steps } = (await chat.workspace.get(`/runs/${body.run.id}`)).body;
    expect(steps.at(-1).output.failed_models).toMatchObject([
      { model: primary, code: 'provider_error' },
      { model: 'mistral/none', code: 'provider_not_configured' },
    ]);
  });
});

it('a budget that refuses a model of unknown price names both remedies', async () => {
  const chat = await newChat({ rounds: [{ text: ['x'] }], repeat: true });
  const budget = (
    await chat.workspace.post('/budgets', {
      name: 'All',
      scope: 'workspace',
      period: 'month',
      limit_usd: 1,
    })
  ).body;
  const refused = await chat.send({ message: 'Hello?' });
  expect([refused.status, refused.body.code]).toEqual([402, 'budget_exceeded']);
  for (const named of [primary, 'PUT /prices', 'unknown_price: allow', 'All'])
    expect(refused.body.detail).toContain(named);
  await chat.workspace.patch(`/budgets/${budget.id}`, { unknown_price: 'allow' });
  expect((await chat.send({ message: 'Hello?' })).status).toBe(200);
});

describe('a structured answer', () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  };
  const json = '{"city":"Bern {1}"}';

  it.each([
    `\ufeff${json}`,
    `Here it is:\n\`\`\`json\n${json}\n\`\`\`\nAnything else?`,
    `~~~\n${json}\n~~~`,
    `Sure! ${json} Let me know.`,
    `An example is {"town": 1}, and yours [as asked] is ${json}.`,
    `{not json} ${json}`,
  ])('is read from among other words: %j', (text) => {
    expect(parseStructured(text, schema)).toEqual({ ok: true, value: { city: 'Bern {1}' }, json });
  });

  it('lists the errors of the likeliest document when none is valid', () => {
    expect(parseStructured('It is {"town":"Bern"}.', schema)).toMatchObject({
      ok: false,
      errors: expect.arrayContaining([expect.stringContaining('city')]),
    });
    expect(parseStructured('{"city":', schema)).toEqual({
      ok: false,
      errors: ['The answer is not JSON.'],
    });
  });

  it('is billed once and returned without the surrounding text', async () => {
    const chat = await newChat(
      { rounds: [{ text: ['<think>JSON.</think>Sure:\n```json\n', json, '\n```'] }] },
      { config: { output_schema: schema } },
    );
    const { status, body } = await chat.send({ message: 'Where?' });
    expect([status, body.text]).toEqual([200, json]);
    expect(await chat.provider.requests()).toHaveLength(1);
  });
});

it('joins streamed reasoning details by index and sends them back with the tool call', async () => {
  const piece = (details: object[], more: object = {}) =>
    delta({ reasoning_details: details, ...more });
  const body = sse(
    piece([{ type: 'reasoning.text', index: 0, text: 'Let me ', format: 'f' }]),
    piece([{ type: 'reasoning.text', index: 0, text: 'look.', signature: 'SIG' }]),
    piece([{ type: 'reasoning.encrypted', index: 1, id: 'r1', data: 'ENC' }]),
    delta({
      tool_calls: [
        { index: 0, id: 'a', type: 'function', function: { name: 'lookup', arguments: '{}' } },
      ],
    }),
    delta({}, 'tool_calls'),
    done,
  );
  const { result } = await stepWith('openrouter', body);
  const message = toAssistantMessage(result.content, []);
  expect(message.providerOptions).toEqual({
    openaiCompatible: {
      reasoning_details: [
        { type: 'reasoning.text', index: 0, text: 'Let me look.', format: 'f', signature: 'SIG' },
        { type: 'reasoning.encrypted', index: 1, id: 'r1', data: 'ENC' },
      ],
    },
  });
});
