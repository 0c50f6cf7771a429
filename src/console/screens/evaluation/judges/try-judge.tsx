import { useState } from 'react';
import type { JudgeTest, TestJudge } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { judgeTexts } from '../../../texts/judges.ts';
import { Button } from '../../../ui/button.tsx';
import { TextAreaField, TextField } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge, Section } from '../../../ui/page.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

/** Judges one answer, to see what the rubric does. */
export function TryJudge({ judge }: { readonly judge: string }) {
  const texts = useTexts(judgeTexts);
  const { percent, money } = useFormat();
  const draft = useDraft(`judge.${judge}.try`, { input: '', answer: '', expected: '' });
  const { input, answer, expected } = draft.value;
  const [result, setResult] = useState<JudgeTest | undefined>(undefined);
  const test = useAction(
    (body: TestJudge, header) =>
      client
        .POST('/api/v1/judges/{judge}/test', { params: { path: { judge }, header }, body })
        .then(({ data }) => data),
    { refresh: [], onDone: (made) => setResult(made) },
  );
  return (
    <Section title={texts.try} description={texts.tryHint}>
      <Form
        problem={test.problem}
        onSubmit={() =>
          test.run({
            ...{ input, answer },
            ...(expected.trim() !== '' && { expected: { answer: expected } }),
          })
        }
        label={texts.try}
      >
        <TextField
          label={texts.question}
          pointer="/input"
          value={input}
          onChange={(next) => draft.set({ input: next })}
          required
        />
        <TextAreaField
          label={texts.answer}
          pointer="/answer"
          rows={2}
          value={answer}
          onChange={(next) => draft.set({ answer: next })}
          required
        />
        <TextField
          label={texts.expectedAnswer}
          hint={texts.optional}
          pointer="/expected/answer"
          value={expected}
          onChange={(next) => draft.set({ expected: next })}
        />
        <div className="form-actions">
          <Button type="submit" isBusy={test.isRunning}>
            {texts.judge}
          </Button>
        </div>
      </Form>
      {result !== undefined && (
        <div className="note" role="status">
          <p>
            <Badge tone={result.passed ? 'good' : 'bad'}>
              {result.passed ? texts.passes : texts.fails}
            </Badge>{' '}
            {percent(result.score)}
            {result.cost_usd !== null && ` · ${money(result.cost_usd)}`}
          </p>
          <p>{result.reason}</p>
        </div>
      )}
    </Section>
  );
}
