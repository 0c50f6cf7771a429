import { useTexts } from '../../../texts/catalogue.ts';
import { datasetTexts } from '../../../texts/datasets.ts';
import { SelectField, TextAreaField, TextField } from '../../../ui/field.tsx';
import { type CaseDraft, furtherOf } from './case-draft.ts';

export function CaseFields({
  value,
  set,
  pointer,
}: {
  readonly value: CaseDraft;
  readonly set: (changes: Partial<CaseDraft>) => void;
  /** Where the case is in the request. */
  readonly pointer: string;
}) {
  const texts = useTexts(datasetTexts);
  return (
    <>
      <TextAreaField
        label={texts.input}
        hint={texts.inputHint}
        pointer={`${pointer}/input`}
        rows={3}
        value={value.input}
        onChange={(input) => set({ input })}
        required
      />
      <TextAreaField
        label={texts.answer}
        hint={texts.answerHint}
        pointer={`${pointer}/expected/answer`}
        rows={3}
        value={value.answer}
        onChange={(answer) => set({ answer })}
      />
      <TextAreaField
        label={texts.facts}
        hint={texts.factsHint}
        pointer={`${pointer}/expected/facts`}
        rows={3}
        value={value.facts}
        onChange={(facts) => set({ facts })}
      />
      <SelectField
        label={texts.refuses}
        pointer={`${pointer}/expected/refuses`}
        value={value.refuses}
        onChange={(refuses) => set({ refuses })}
        choices={[
          { value: '', label: texts.notChecked },
          { value: 'yes', label: texts.mustRefuse },
          { value: 'no', label: texts.mustAnswer },
        ]}
      />
      <TextField
        label={texts.tags}
        hint={texts.tagsHint}
        pointer={`${pointer}/tags`}
        value={value.tags}
        onChange={(tags) => set({ tags })}
      />
      <details open={value.further !== '' || undefined}>
        <summary>{texts.further}</summary>
        <TextAreaField
          label={texts.furtherLabel}
          hint={texts.furtherHint}
          pointer={`${pointer}/expected/citations`}
          className="code-area"
          spellCheck={false}
          rows={6}
          error={furtherOf(value.further) === null ? texts.notJson : null}
          value={value.further}
          onChange={(further) => set({ further })}
        />
      </details>
    </>
  );
}
