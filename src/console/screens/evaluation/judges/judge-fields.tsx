import { X } from 'lucide-react';
import { useId } from 'react';
import type { CreateJudge, Judge } from '../../../../client/index.ts';
import { api } from '../../../api/api.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { judgeTexts } from '../../../texts/judges.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { NumberField, SelectField, TextAreaField, TextField } from '../../../ui/field.tsx';
import { ProblemNote } from '../../../ui/states.tsx';

/** A judge as a person enters it; keys tell the rows of examples apart. */
export type JudgeDraft = Required<Omit<CreateJudge, 'examples'>> & {
  readonly examples: readonly (Judge['examples'][number] & { readonly key: string })[];
};

const maxExamples = 10;

export function JudgeFields({
  value,
  set,
}: {
  readonly value: JudgeDraft;
  readonly set: (changes: Partial<JudgeDraft>) => void;
}) {
  const texts = useTexts(judgeTexts);
  const models = useId();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/models', {
    params: { query: { limit: 100 } },
  });
  return (
    <>
      <TextField
        label={texts.name}
        pointer="/name"
        value={value.name}
        onChange={(name) => set({ name })}
        required
      />
      <TextField
        label={texts.model}
        hint={texts.modelHint}
        pointer="/model"
        list={models}
        value={value.model}
        onChange={(model) => set({ model })}
        required
      />
      <ProblemNote problem={error} onRetry={refetch} />
      <datalist id={models}>
        {(data?.data ?? []).map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <TextAreaField
        label={texts.rubric}
        hint={texts.rubricHint}
        pointer="/rubric"
        rows={6}
        value={value.rubric}
        onChange={(rubric) => set({ rubric })}
        required
      />
      <SelectField
        label={texts.scale}
        pointer="/scale"
        value={value.scale}
        onChange={(scale) => set({ scale })}
        choices={(['pass_fail', 'one_to_five', 'zero_to_one'] as const).map((one) => ({
          value: one,
          label: texts.scales[one],
        }))}
      />
      <NumberField
        label={texts.threshold}
        hint={texts.thresholdHint}
        pointer="/threshold"
        min={0}
        max={1}
        value={value.threshold}
        onChange={(threshold) => set({ threshold: threshold ?? 0 })}
        required
      />
      <NumberField
        label={texts.samples}
        hint={texts.samplesHint}
        pointer="/samples"
        min={1}
        max={7}
        step={1}
        value={value.samples}
        onChange={(samples) => set({ samples: samples ?? 1 })}
        required
      />
      {value.examples.map((example, index) => {
        const change = (changes: Partial<typeof example>) =>
          set({ examples: value.examples.with(index, { ...example, ...changes }) });
        const pointer = `/examples/${index}`;
        return (
          <fieldset key={example.key} className="scorer">
            <legend>{texts.example(index + 1)}</legend>
            <TextField
              label={texts.question}
              pointer={`${pointer}/input`}
              value={example.input}
              onChange={(input) => change({ input })}
              required
            />
            <TextAreaField
              label={texts.answer}
              pointer={`${pointer}/answer`}
              rows={2}
              value={example.answer}
              onChange={(answer) => change({ answer })}
              required
            />
            <NumberField
              label={texts.score}
              hint={texts.exampleScoreHint}
              pointer={`${pointer}/score`}
              value={example.score}
              onChange={(score) => change({ score: score ?? 0 })}
              required
            />
            <TextField
              label={texts.reason}
              pointer={`${pointer}/reason`}
              value={example.reason}
              onChange={(reason) => change({ reason })}
              required
            />
            <IconButton
              label={texts.removeExample(index + 1)}
              onClick={() => set({ examples: value.examples.toSpliced(index, 1) })}
            >
              <X size={16} aria-hidden="true" />
            </IconButton>
          </fieldset>
        );
      })}
      {value.examples.length < maxExamples && (
        <p>
          <Button
            isSmall
            onClick={() =>
              set({
                examples: [
                  ...value.examples,
                  { key: crypto.randomUUID(), input: '', answer: '', score: 0, reason: '' },
                ],
              })
            }
          >
            {texts.addExample}
          </Button>
        </p>
      )}
    </>
  );
}
