import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { SelectField } from '../../ui/field.tsx';

/** Chooses conversations or runs by how well the documents covered a question. */
export function CoverageFilter({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (coverage: string) => void;
}) {
  const texts = useTexts(sessionTexts);
  return (
    <SelectField
      label={texts.coverage}
      value={value}
      onChange={onChange}
      choices={[
        { value: '', label: texts.any },
        ...(['full', 'partial', 'none'] as const).map((one) => ({
          value: one,
          label: texts.coverages[one],
        })),
      ]}
    />
  );
}
