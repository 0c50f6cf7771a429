import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { observe } from '../../src/evaluation/scorers/observe.ts';
import { isDeclined } from '../../src/runs/index.ts';
import { scripted, withModel } from '../architect/support.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { scoreOf } from './scoring.ts';

const leave =
  '# Leave\n\nEverybody has 25 days of leave a year.\n\n# Travel\n\nTrains are booked in second class.';

async function newAgent(workspace: Workspace, config: object) {
  const { status, body } = await workspace.post('/agents', { name: 'HR', config });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id as string;
}

async function ask(workspace: Workspace, agent: string, message: string) {
  const { status, body } = await workspace.post(`/agents/${agent}/runs`, { message });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.run_id as string;
}

describe('what scorers observe of a run', () => {
  it('is the answer with citations, and the passages of its search with their texts', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'leave.md', leave);
    const agent = await newAgent(workspace, { knowledge: { base_ids: [base] } });
    const ctx = contextOf(workspace);
    const run_id = await ask(workspace, agent, 'How many days of leave do I have?');
    const seen = await observe(ctx, run_id);
    expect(seen).toMatchObject({
      status: 'completed',
      refused: false,
      error_code: null,
      tool_calls: [],
    });
    expect(seen.citations[0]).toMatchObject({
      file_id: file.id,
      quote: expect.stringContaining('25 days'),
    });
    expect(seen.passages[0]).toMatchObject({
      file_id: file.id,
      text: expect.stringContaining('25 days'),
    });
    const expected = {
      facts: ['25 days'],
      citations: [{ file_id: file.id, text: '25 days of leave' }],
    };
    for (const type of ['contains', 'cites', 'retrieval', 'refuses', 'faithfulness'])
      expect(await scoreOf(ctx, { type }, expected, seen), type).toMatchObject({
        score: 1,
        passed: true,
      });
    const none = await ask(workspace, agent, 'Who won the World Cup in 1998?');
    expect((await observe(ctx, none)).refused).toBe(true);
    await expect(observe(contextOf(await newWorkspace()), run_id)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is each tool call with its arguments, the passages that a tool found, and the structured answer', async () => {
    const { workspace } = await withModel({
      rounds: [
        {
          tool_calls: [
            { id: 'one', name: 'knowledge_search', arguments: { query: 'days of leave' } },
          ],
        },
        { tool_calls: [{ id: 'two', name: 'calculator', arguments: { expression: '20+5' } }] },
        { text: ['```json\n{"days":25}\n```'] },
      ],
    });
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'leave.md', leave);
    const agent = await newAgent(workspace, {
      model: scripted,
      knowledge: { base_ids: [base], scope: 'general' },
      tools: ['knowledge_search', 'calculator'],
      output_schema: {
        type: 'object',
        properties: { days: { type: 'integer' } },
        required: ['days'],
      },
    });
    const run_id = await ask(workspace, agent, 'Hello');
    const ctx = contextOf(workspace);
    const seen = await observe(ctx, run_id);
    expect(seen.value).toEqual({ days: 25 });
    expect(seen.tool_calls).toMatchObject([
      { name: 'knowledge_search', arguments: { query: 'days of leave' } },
      { name: 'calculator', arguments: { expression: '20+5' } },
    ]);
    expect(seen.passages.map(({ file_id }) => file_id)).toContain(file.id);
    const calls = [{ name: 'calculator', arguments: { expression: '20+5' } }];
    expect(await scoreOf(ctx, { type: 'tool_called', calls }, {}, seen)).toMatchObject({
      passed: true,
    });
    await env.DB.prepare('update run_steps set input = null, output = null where run_id = ?')
      .bind(run_id)
      .run();
    const unlogged = await observe(ctx, run_id);
    expect(await scoreOf(ctx, { type: 'tool_called', calls }, {}, unlogged)).toMatchObject({
      outcome: 'not_measurable',
    });
  });
});

describe('an answer declines', () => {
  const knowledge = { no_answer: 'Nothing found.', scope: 'first' };
  const of = (text: string, more: object = {}) =>
    isDeclined({
      text,
      knowledge,
      finish_reason: 'stop',
      coverage: null,
      has_citations: false,
      ...more,
    });

  it.each([
    'Nothing found.',
    'I’m sorry, I can’t share that.',
    'The documents do not mention a price.',
    'Unfortunately, there is no information on that.',
    'Das weiß ich leider nicht.',
    'In den Dokumenten steht dazu keine Angabe.',
    'Non ho trovato una risposta nei documenti.',
    'Não encontrei uma resposta nos documentos.',
    'Ik heb daarover niets in de documenten gevonden.',
    '我在文档中没有找到答案。',
    '문서에서 답을 찾지 못했습니다.',
    'لم أجد إجابة عن ذلك في المستندات.',
    'I’m sorry, but that is outside of my scope.',
    'I cannot help with that.',
    'We do not have any information on this.',
    'Dazu habe ich in den Dokumenten nichts gefunden.',
    'Je n’ai pas trouvé de réponse à ce sujet dans les documents.',
    'No he encontrado una respuesta en los documentos.',
    'Я не нашёл ответа в документах.',
    '文書の中に回答が見つかりませんでした。',
    'Belgelerde bununla ilgili bir yanıt bulamadım.',
    'Nie znalazłem odpowiedzi w dokumentach.',
    'मुझे दस्तावेज़ों में इसका उत्तर नहीं मिला।',
  ])('when it says %s', (text) => {
    expect(of(text)).toBe(true);
  });

  it.each([
    'You have 25 days of leave.',
    'You cannot return opened items.',
    'I’m sorry to hear that. Send it back and we refund you.',
    'There is no limit, and no fee.',
    'Leider sind es nur 25 Tage.',
    'No, el envío es gratis.',
    'Je vous conseille de ne pas attendre.',
    '{"not": "found"}',
    'Sie haben 25 Tage Urlaub, die im März verfallen.',
    'Pods are not covered, but the machine is.',
    '您有25天假期。',
    `You have 25 days. ${'More about leave. '.repeat(40)} I am sorry for the length.`,
  ])('not when it says %s', (text) => {
    expect(of(text)).toBe(false);
  });

  it('by its end and coverage, and not with citations', () => {
    expect(of('', { finish_reason: 'no_answer' })).toBe(true);
    expect(of('Sorry, it is 25 [1].', { has_citations: true })).toBe(false);
    const only = { coverage: 'none', knowledge: { ...knowledge, scope: 'only' } };
    expect([of('25 days.', only), of('25 days.', { coverage: 'none' })]).toEqual([true, false]);
  });
});
