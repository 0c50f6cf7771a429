import { describe, expect, it } from 'vitest';
import type { AgentConfigPatch } from '../../src/agents/config.ts';
import { defaultConfig, mergeConfig } from '../../src/agents/merge-config.ts';
import { lintConfig, type Subject } from '../../src/architect/lint/index.ts';
import { newWorkspace } from '../support/api.ts';

const defaults = defaultConfig({ model: 'openai/gpt-5-mini', base_ids: ['kb_1'] });

const rulesOf = (patch: AgentConfigPatch, tools: Subject['tools'] = []): string[] =>
  lintConfig({ config: mergeConfig(defaults, patch, defaults), tools }).map(({ rule }) => rule);

const sound = 'You answer questions about our shop only. If you do not know the answer, say so.';

describe('the lint rules', () => {
  it('find nothing in sound instructions of several languages', () => {
    const all = [
      sound,
      'Du beantwortest nur Fragen zu unserem Laden. Wenn du die Antwort nicht weißt, sage das ehrlich.',
      'Réponds uniquement aux questions sur la boutique. Si tu ne sais pas, dis-le clairement.',
      '店舗に関する質問だけに答えてください。分からない場合は、分からないと伝えてください。',
      'أجب فقط عن الأسئلة المتعلقة بالمتجر. إذا كنت لا تعرف الجواب فقل ذلك بوضوح.',
    ];
    for (const instructions of all)
      expect([instructions, rulesOf({ instructions })]).toEqual([instructions, []]);
  });

  it.each([
    ['contradiction', `${sound} Be formal. Use a casual tone.`],
    ['contradiction', `${sound} Keep answers short. Explain everything in detail.`],
    [
      'contradiction',
      `${sound} Always mention competitor prices. Never mention competitor prices.`,
    ],
    ['contradiction', `${sound} Antworte kurz. Antworte ausführlich.`],
    [
      'duplicated_instruction',
      `${sound} Greet every customer by name. Greet every customer by the name.`,
    ],
    ['unknown_variable', `${sound} Talk to {{customer}}.`],
    ['unknown_variable', `${sound} Talk to {{first name}}.`],
    [
      'long_instructions',
      `${sound} ${'Mention the shop at the corner of the street. '.repeat(400)}`,
    ],
    ['missing_instructions', ' '],
    ['missing_scope', 'You are a helpful assistant who loves books.'],
    ['no_rule_for_unanswerable', 'You are a helpful assistant who loves books.'],
    ['no_rule_for_unanswerable', 'Du bist ein netter Helfer und liebst die Bücher und das Lesen.'],
    ['secret_in_instructions', `${sound} The key is sk-live-0123456789abcdef0123.`],
  ])('find %s', (rule, instructions) => {
    expect(rulesOf({ instructions })).toContain(rule);
  });

  it('accept negations and nothing to contradict', () => {
    const instructions = `${sound} Do not be formal. Use a casual tone. Never promise refunds. Always promise a reply.`;
    expect(rulesOf({ instructions })).not.toContain('contradiction');
  });

  it('check tools, approvals, fields and knowledge', () => {
    const tool = { name: 'get_order', description: 'Reads an order.', effect: 'write' as const };
    expect(rulesOf({ instructions: sound, tools: ['get_order'] }, [tool])).toEqual([
      'tool_without_purpose',
    ]);
    expect(
      rulesOf({ instructions: `${sound} Use get order for orders.`, tools: ['get_order'] }, [tool]),
    ).toEqual([]);
    expect(
      rulesOf(
        {
          instructions: `${sound} Use get_order.`,
          tools: ['get_order'],
          approvals: { write: 'never' },
        },
        [tool],
      ),
    ).toEqual(['unapproved_writes']);
    expect(
      rulesOf({
        instructions: sound,
        inputs: [{ type: 'text', name: 'city', label: 'City', required: false, default: null }],
      }),
    ).toEqual(['unused_input']);
    expect(rulesOf({ instructions: sound, knowledge: { scope: 'only', base_ids: [] } })).toEqual([
      'no_knowledge',
    ]);
    expect(
      rulesOf({
        instructions: `${sound} Answer only from the documents.`,
        knowledge: { scope: 'general' },
      }),
    ).toEqual(['contradiction']);
    expect(rulesOf({ instructions: sound, starter_questions: ['A?', 'a?'] })).toEqual([
      'duplicated_question',
    ]);
  });

  it('take hostile instructions in bounded time', () => {
    const hostile = [
      '{{'.repeat(50_000),
      'never always '.repeat(8000),
      'a.'.repeat(50_000),
      '-'.repeat(100_000),
      'no '.repeat(33_000),
    ];
    const started = performance.now();
    for (const instructions of hostile) rulesOf({ instructions });
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('POST /agents/{agent}/lint', () => {
  it('checks the active version, and a draft that is not stored', async () => {
    const workspace = await newWorkspace();
    const { body: agent } = await workspace.post('/agents', {
      name: 'A',
      config: { instructions: sound },
    });
    const lint = (json: object) => workspace.post(`/agents/${agent.id}/lint`, json);
    expect((await lint({})).body).toEqual({ findings: [] });
    const { body } = await lint({
      config: {
        instructions: `${sound} Be formal. Be informal.`,
        knowledge: { rewrite_query: true },
      },
    });
    expect(
      body.findings.map(({ rule, pointer }: { rule: string; pointer: string }) => [rule, pointer]),
    ).toEqual([
      ['contradiction', '/config/instructions'],
      ['no_effect', '/config/knowledge/rewrite_query'],
    ]);
    expect((await lint({ config: { tools: ['nothing'] } })).status).toBe(422);
    expect((await workspace.get(`/agents/${agent.id}`)).body.latest_version).toBe(1);
    expect((await (await newWorkspace()).post(`/agents/${agent.id}/lint`, {})).status).toBe(404);
  });
});
