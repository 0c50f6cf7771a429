import { useMemo } from 'react';
import type { ReviewItem, Verdict } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan, useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { Button } from '../../ui/button.tsx';
import { TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { PersonName } from '../../ui/person-name.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { VerdictBadge } from './queue.tsx';

const verdicts = ['good', 'partly', 'bad'] as const;
type Choice = (typeof verdicts)[number];

interface Words {
  readonly better: string;
  readonly note: string;
  readonly labels: string;
}

/** The verdict of the viewer, and those of others. A choice is saved at once, with what was written. */
export function VerdictPanel({ item }: { readonly item: ReviewItem }) {
  const texts = useTexts(reviewTexts);
  const mayWrite = useCan('reviews:write');
  const me = useSession().member.id;
  const mine = item.verdicts.find(({ reviewer }) => reviewer === me);
  const others = item.verdicts.filter(({ reviewer }) => reviewer !== me);
  return (
    <section className="card" aria-label={texts.verdict}>
      {mayWrite ? <MyVerdict item={item} mine={mine} /> : <p className="muted">{texts.readOnly}</p>}
      {others.map((one) => (
        <div key={one.reviewer} className="small">
          <VerdictBadge verdict={one.verdict} /> <PersonName id={one.reviewer} />
          {one.note !== null && <p>{one.note}</p>}
          {one.better_answer !== null && <p className="message-text">{one.better_answer}</p>}
        </div>
      ))}
    </section>
  );
}

function MyVerdict({
  item: { id },
  mine,
}: {
  readonly item: ReviewItem;
  readonly mine: Verdict | undefined;
}) {
  const texts = useTexts(reviewTexts);
  const base: Words = useMemo(
    () => ({
      better: mine?.better_answer ?? '',
      note: mine?.note ?? '',
      labels: mine?.labels.join(', ') ?? '',
    }),
    [mine],
  );
  const draft = useDraft(`verdict.${id}`, base);
  const { set } = draft;
  const { better, note, labels } = draft.value;
  const save = useAction(
    (verdict: Choice, header) =>
      client.POST('/api/v1/review-items/{review_item}/verdicts', {
        params: { path: { review_item: id }, header },
        body: {
          ...{ verdict, score: mine?.score ?? null },
          better_answer: better.trim() === '' ? null : better,
          note: note.trim() === '' ? null : note,
          labels: labels
            .split(',')
            .map((one) => one.trim())
            .filter((one) => one !== ''),
        },
      }),
    {
      refresh: ['/api/v1/review-items', '/api/v1/agents'],
      onDone: draft.discard,
    },
  );
  return (
    <Form
      problem={save.problem}
      onSubmit={() => mine !== undefined && save.run(mine.verdict)}
      label={texts.verdict}
    >
      <fieldset className="verdicts">
        <legend className="field-label">{texts.verdict}</legend>
        {verdicts.map((one, index) => (
          <Button
            key={one}
            data-verdict={one}
            aria-pressed={mine?.verdict === one}
            isBusy={save.isRunning}
            onClick={() => save.run(one)}
          >
            {texts.verdictNames[one]} <kbd>{index + 1}</kbd>
          </Button>
        ))}
      </fieldset>
      <TextAreaField
        label={texts.note}
        pointer="/note"
        rows={2}
        value={note}
        onChange={(next) => set({ note: next })}
      />
      <TextAreaField
        label={texts.better}
        hint={texts.betterHint}
        pointer="/better_answer"
        rows={3}
        value={better}
        onChange={(next) => set({ better: next })}
      />
      <TextField
        label={texts.labels}
        hint={texts.labelsHint}
        pointer="/labels"
        value={labels}
        onChange={(next) => set({ labels: next })}
      />
      {mine !== undefined && !draft.isChanged && (
        <p className="muted small" role="status">
          {texts.saved}
        </p>
      )}
      {draft.isChanged && (
        <div className="form-actions">
          {mine === undefined ? (
            <p className="muted small">{texts.chooseVerdict}</p>
          ) : (
            <Button type="submit" isBusy={save.isRunning}>
              {texts.save}
            </Button>
          )}
        </div>
      )}
    </Form>
  );
}
