import { describe, expect, it } from 'vitest';
import { suggestionsTask } from '../../src/llm/tasks/suggestions.ts';
import { summaryTask } from '../../src/llm/tasks/summary.ts';
import { titleTask } from '../../src/llm/tasks/title.ts';
import { estimateTokens } from '../../src/shared/tokens.ts';

interface Sample {
  readonly language: string;
  readonly question: string;
  readonly answer: string;
  readonly chatter: string;
  readonly topic: string;
  readonly heading: string;
  readonly suggestion: string;
}

const samples: readonly Sample[] = [
  {
    language: 'English',
    question: 'How do I descale the espresso machine?',
    answer: 'Descale the espresso machine every 200 cups with citric acid.',
    chatter: 'Good.',
    topic: 'Descale the espresso machine',
    heading: 'Care > 2. Warranty period',
    suggestion: 'What about Warranty period?',
  },
  {
    language: 'German',
    question: 'Wie lange gilt die Garantie der Kaffeemaschine?',
    answer: 'Die Garantie der Kaffeemaschine gilt 30 Monate ab Kauf.',
    chatter: 'Gut.',
    topic: 'Garantie der Kaffeemaschine',
    heading: 'Pflege > 2. Entkalkung',
    suggestion: 'Entkalkung?',
  },
  {
    language: 'Thai',
    question: 'วิธีล้างเครื่องชงกาแฟทำอย่างไร',
    answer: 'ล้างเครื่องชงกาแฟทุก 200 แก้วด้วยกรดซิตริก',
    chatter: 'ดี',
    topic: 'ล้างเครื่องชงกาแฟ',
    heading: 'การดูแล > ระยะเวลารับประกัน',
    suggestion: 'ระยะเวลารับประกัน?',
  },
  {
    language: 'Chinese',
    question: '咖啡机应该怎么清洗？',
    answer: '咖啡机每200杯用柠檬酸清洗一次。',
    chatter: '好。',
    topic: '咖啡机应该怎么清洗',
    heading: '保养 > 保修期限',
    suggestion: '保修期限？',
  },
  {
    language: 'Arabic',
    question: 'ما مدة ضمان آلة القهوة؟',
    answer: 'مدة ضمان آلة القهوة ثلاثون شهرًا من تاريخ الشراء.',
    chatter: 'جيد.',
    topic: 'مدة ضمان آلة القهوة',
    heading: 'العناية > إزالة الترسبات',
    suggestion: 'إزالة الترسبات؟',
  },
];

describe.each(samples)('builtin/extractive in $language', (sample) => {
  const exchange = [
    { role: 'user', text: sample.question },
    { role: 'assistant', text: sample.answer },
  ] as const;

  it('names the topic of the question in the title', () => {
    expect(titleTask.extract(exchange)).toContain(sample.topic);
  });

  it('keeps the sentence with the facts in the summary, within the token limit', () => {
    const messages = [...exchange, { role: 'user', text: sample.chatter } as const];
    const summary = summaryTask.extract({ previous: '', messages, max_tokens: 100 });
    expect(summary).toContain(sample.answer);
    expect(summary).not.toContain(sample.chatter);
    expect(estimateTokens(summary)).toBeLessThanOrEqual(100);
  });

  it('suggests a heading that was not asked about, as a question', () => {
    const input = {
      conversation: exchange,
      headings: [sample.heading],
      starter_questions: [sample.question],
      asked: [sample.question],
      count: 3,
    };
    expect(suggestionsTask.extract(input)).toEqual([sample.suggestion]);
  });
});

describe('the answer of a model', () => {
  const input = { conversation: [], headings: [], starter_questions: [], asked: [], count: 2 };

  it('is limited to the requested number of suggestions, without duplicates', () => {
    const answer = JSON.stringify({ suggestions: ['One?', 'One?', 'Two?', 'Three?'] });
    expect(suggestionsTask.read(answer, input)).toEqual(['One?', 'Two?']);
  });

  it.each(['no JSON', '{"suggestions":[]}', '{"questions":["One?"]}'])(
    'is rejected when it contains no suggestion: %s',
    (answer) => {
      expect(suggestionsTask.read(answer, input)).toBeNull();
    },
  );
});
