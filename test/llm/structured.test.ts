import { describe, expect, it } from 'vitest';
import {
  parseStructured,
  repairPrompt,
  structuredFormat,
  structuredOutputFailed,
  toOutputFormat,
} from '../../src/llm/index.ts';
import { newWorkspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import { contextOf, question, step } from './support.ts';

const schema = {
  type: 'object',
  properties: { answer: { type: 'string' }, score: { type: 'integer', minimum: 1, maximum: 5 } },
  required: ['answer', 'score'],
  additionalProperties: false,
};

describe('structured answers', () => {
  it('are JSON that matches the schema, with or without a fence', () => {
    for (const text of [
      '{"answer":"a","score":3}',
      '  {"answer":"a","score":3}\n',
      '```json\n{"answer":"a","score":3}\n```',
      '```\n{"answer":"a","score":3}\n```',
    ]) {
      expect(parseStructured(text, schema)).toEqual({
        ok: true,
        value: { answer: 'a', score: 3 },
        json: '{"answer":"a","score":3}',
      });
    }
  });

  it('report each error with its location', () => {
    expect(parseStructured('The score is 3.', schema)).toEqual({
      ok: false,
      errors: ['The answer is not JSON.'],
    });
    const wrong = parseStructured('{"answer":1,"score":9}', schema);
    expect(wrong.ok).toBe(false);
    if (wrong.ok) return;
    expect(wrong.errors.join('\n')).toContain('#/answer');
    expect(wrong.errors.join('\n')).toContain('#/score');
    expect(parseStructured('{"answer":"a","score":3,"more":1}', schema).ok).toBe(false);
    expect(parseStructured('[]', schema).ok).toBe(false);
    expect(structuredOutputFailed(wrong.errors)).toMatchObject({
      code: 'structured_output_failed',
      status: 502,
    });
  });

  it('are invalid for a schema that cannot be evaluated', () => {
    for (const circular of [{ $ref: '#' }, { allOf: [{ $ref: '#' }] }, { $ref: '#/nowhere' }])
      expect(parseStructured('{"answer":"a"}', { type: 'object', ...circular })).toEqual({
        ok: false,
        errors: [expect.stringContaining('cannot be checked')],
      });
  });

  it('are requested from the provider and repaired in one more step', async () => {
    const workspace = await newWorkspace();
    const rounds = ['{"answer":"a"}', '{"answer":"a","score":3}'].map((text) => ({
      text: [text],
      usage: { input_tokens: 5, output_tokens: 5 },
    }));
    const scripted = await playScript({ rounds });
    await workspace.put('/providers/openai-compatible', { base_url: scripted.base_url.compatible });
    const ctx = contextOf(workspace);
    const { prompt } = question('Rate it');
    const form = structuredFormat(toOutputFormat(schema));
    const first = await step(ctx, ['openai-compatible/m'], { options: { prompt, ...form } });
    const parsed = parseStructured(first.text, schema);
    expect(parsed.ok).toBe(false);
    const repair = repairPrompt(first.text, parsed.ok ? [] : parsed.errors);
    const second = await step(ctx, ['openai-compatible/m'], {
      options: { prompt: [...prompt, ...repair], ...form },
    });
    expect(parseStructured(second.text, schema)).toEqual({
      ok: true,
      value: { answer: 'a', score: 3 },
      json: '{"answer":"a","score":3}',
    });
    const [asked, again] = await scripted.requests();
    expect(asked?.body.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { schema },
    });
    expect(asked?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(again?.body.messages)).toContain('does not follow the schema');
  });
});
