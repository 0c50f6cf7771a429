import type { CreateReviewRule, ReviewConditionInput } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { NumberField, SelectField, TextAreaField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useDraft } from '../../ui/use-draft.ts';

type Type = ReviewConditionInput['type'];
const types = [
  'down_voted',
  'low_confidence',
  'no_coverage',
  'error',
  'tool_failed',
  'text',
  'cost',
  'sample',
] as const satisfies readonly Type[];

interface Draft {
  readonly name: string;
  readonly type: Type;
  /** Per cent, or US dollars. */
  readonly number: number | null;
  readonly contains: string;
  readonly place: 'question' | 'answer' | 'both';
  readonly limit: number | null;
  readonly hours: number | null;
}

const empty: Draft = {
  ...{ name: '', type: 'down_voted', number: null, contains: '', place: 'both' },
  ...{ limit: 20, hours: null },
};

function conditionOf({ type, number, contains, place }: Draft): ReviewConditionInput {
  switch (type) {
    case 'low_confidence':
      return { type, below: (number ?? 0) / 100 };
    case 'sample':
      return { type, share: (number ?? 0) / 100 };
    case 'cost':
      return { type, above_usd: number ?? 0 };
    case 'text':
      return {
        type,
        contains: contains.split('\n').filter((line) => line.trim() !== ''),
        in: place,
      };
    default:
      return { type };
  }
}

export function NewRule({ agent }: { readonly agent: string }) {
  const texts = useTexts(reviewTexts);
  const draft = useDraft(`agent.${agent}.review-rule`, empty);
  const { set } = draft;
  const create = useAction(
    (body: CreateReviewRule, header) =>
      client.POST('/api/v1/agents/{agent}/review-rules', {
        params: { path: { agent }, header },
        body,
      }),
    { refresh: ['/api/v1/agents/{agent}/review-rules'] },
  );
  const { name, type, number, contains, place, limit, hours } = draft.value;
  return (
    <FormDialog
      button={texts.newRule}
      title={texts.newRule}
      action={texts.createRule}
      change={create}
      draft={draft}
      input={() => ({
        ...{ name, condition: conditionOf(draft.value), due_in_hours: hours },
        ...(limit !== null && { daily_limit: limit }),
      })}
    >
      <TextField
        label={texts.name}
        pointer="/name"
        value={name}
        onChange={(next) => set({ name: next })}
        required
      />
      <SelectField
        label={texts.adds}
        pointer="/condition/type"
        value={type}
        onChange={(next) => set({ type: next, number: null })}
        choices={types.map((value) => ({ value, label: texts.reasons[value] }))}
      />
      {(type === 'low_confidence' || type === 'sample' || type === 'cost') && (
        <NumberField
          label={texts.numbers[type]}
          pointer="/condition"
          value={number}
          onChange={(next) => set({ number: next })}
          required
        />
      )}
      {type === 'text' && (
        <>
          <TextAreaField
            label={texts.texts}
            hint={texts.textsHint}
            pointer="/condition"
            rows={3}
            value={contains}
            onChange={(next) => set({ contains: next })}
            required
          />
          <SelectField
            label={texts.place}
            value={place}
            onChange={(next) => set({ place: next })}
            choices={(['both', 'question', 'answer'] as const).map((value) => ({
              value,
              label: texts.places[value],
            }))}
          />
        </>
      )}
      <NumberField
        label={texts.dailyLimit}
        pointer="/daily_limit"
        min={1}
        step={1}
        value={limit}
        onChange={(next) => set({ limit: next })}
      />
      <NumberField
        label={texts.dueInHours}
        hint={texts.dueInHoursHint}
        pointer="/due_in_hours"
        min={1}
        step={1}
        value={hours}
        onChange={(next) => set({ hours: next })}
      />
    </FormDialog>
  );
}
