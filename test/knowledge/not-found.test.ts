import { beforeAll, describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';

const handbook = `# Handbook of Acme

## Returns

Goods can be returned within 30 days for a full refund. The customer pays the postage. The server answers 404 when an order was not found.

## Delivery

Orders leave the warehouse within two working days. Delivery to Switzerland costs nine francs.

## History

Acme opened its first shop in Zurich in 1998. Mira Keller founded the bakery next door.
`;

const chinese = `# 员工手册

员工每年有二十五天带薪年假。试用期为三个月。

公司总部位于苏黎世，成立于1998年。`;

const thai = `# คู่มือพนักงาน

พนักงานทุกคนมีวันลาพักร้อน 25 วันต่อปี ระยะเวลาทดลองงานคือสามเดือน

ร้านเปิดเวลาเก้าโมงเช้าและปิดเวลาหกโมงเย็น`;

describe('a question that the documents do not answer', () => {
  let workspace: Workspace;
  let base: string;
  let agent: string;
  beforeAll(async () => {
    workspace = await newWorkspace();
    base = await newBase(workspace);
    for (const [name, text] of Object.entries({ handbook, chinese, thai }))
      await addText(workspace, base, `${name}.md`, text);
    const { body } = await workspace.post('/agents', {
      name: 'Acme',
      slug: 'acme',
      config: { knowledge: { base_ids: [base] } },
    });
    agent = body.slug;
  });

  const search = async (query: string, rest: Record<string, unknown> = {}) =>
    (await workspace.post(`/knowledge-bases/${base}/search`, { query, ...rest })).body;

  const answered = [
    'Within how many days can goods be returned?',
    'How much does delivery to Switzerland cost?',
    'Who pays the postage of a return?',
    'When did Acme open its first shop?',
    'Who founded the bakery?',
    '员工每年有多少天年假？',
    '试用期是多久？',
    'พนักงานมีวันลาพักร้อนกี่วัน',
    'ร้านปิดเวลาใด',
  ];
  const unanswered = [
    'Who founded the server?',
    'How many employees does Acme have?',
    'How much does delivery to Norway cost?',
    'Can I pay by invoice with Klarna?',
    'What happened to Acme in 2014?',
    'What is the phone number of the warehouse manager?',
    '员工的医疗保险由哪家公司提供？',
    '会议室怎么预订？',
    'พนักงานได้รับโบนัสเท่าไร',
    'ที่จอดรถอยู่ที่ไหน',
  ];

  it.each(answered)('is told apart from one that they answer: %s', async (query) => {
    const { coverage, confidence, hits } = await search(query);
    expect(coverage, `${confidence}`).not.toBe('none');
    expect(hits[0].score).toBeGreaterThan(0.4);
  });

  it.each(unanswered)('has no coverage: %s', async (query) => {
    const { coverage, confidence } = await search(query);
    expect([coverage, confidence < 0.33]).toEqual(['none', true]);
  });

  it('has no hits above a score that answered questions reach in every language', async () => {
    const counts = async (queries: readonly string[]) => {
      const found = await Promise.all(queries.map((query) => search(query, { min_score: 0.45 })));
      return found.filter(({ hits }) => hits.length > 0).length;
    };
    expect(await counts(unanswered)).toBe(0);
    expect(await counts(answered)).toBeGreaterThanOrEqual(answered.length - 1);
  });

  it.each([
    ['How many employees does Acme have?', 'I found'],
    ['Wie viele Mitarbeiter hat das Unternehmen und wer leitet es?', 'Dazu habe ich'],
    ['Quel est le nombre de salariés dans une usine ?', 'Je n’ai'],
    ['¿Cuántos empleados tiene el almacén del norte?', 'No he encontrado'],
    ['会议室怎么预订？', '没有找到'],
    ['ที่จอดรถอยู่ที่ไหน', 'ไม่พบ'],
    ['駐車場はどこですか', '見つかりません'],
    ['주차장은 어디에 있나요?', '찾지 못했습니다'],
  ])('is declined in its language: %s', async (message, text) => {
    const { body } = await workspace.post(`/agents/${agent}/runs`, { message });
    expect(body.text).toContain(text);
    expect(body).toMatchObject({ citations: [], run: { coverage: 'none' } });
  });

  it('is declined with the text of an agent that answers from its documents only', async () => {
    await workspace.post('/agents', {
      name: 'Strict',
      slug: 'strict',
      config: { knowledge: { base_ids: [base], scope: 'only', no_answer: 'Not in my documents.' } },
    });
    const ask = async (message: string) =>
      (await workspace.post('/agents/strict/runs', { message })).body;
    expect(await ask('Who founded the server?')).toMatchObject({
      text: 'Not in my documents.',
      run: { coverage: 'none', finish_reason: 'no_answer' },
    });
    expect((await ask('Who founded the bakery?')).text).toContain('Mira Keller');
  });

  it('is read with its passages by a language model, whose citation makes the coverage partial', async () => {
    const provider = await playScript({
      rounds: [{ text: ['Nine francs, as to Switzerland [1].'] }, { text: ['I do not know.'] }],
    });
    await workspace.put('/providers/openai-compatible', {
      base_url: provider.base_url.compatible,
      api_key: provider.api_key,
    });
    await workspace.post('/agents', {
      name: 'Reader',
      slug: 'reader',
      config: { model: 'openai-compatible/scripted', knowledge: { base_ids: [base] } },
    });
    const message = 'How much does delivery to Norway cost?';
    const { coverage, confidence } = await search(message);
    expect([coverage, confidence >= 0.1]).toEqual(['none', true]);
    const ask = async () => (await workspace.post('/agents/reader/runs', { message })).body;
    const cited = await ask();
    expect(cited.citations).toHaveLength(1);
    expect(cited.run).toMatchObject({ coverage: 'partial' });
    expect(await ask()).toMatchObject({ citations: [], run: { coverage: 'none' } });
  });
});
