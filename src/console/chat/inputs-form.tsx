import type { InputField } from '../../client/index.ts';
import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';
import { CheckField, NumberField, SelectField, TextField } from '../ui/field.tsx';

export type InputValues = Readonly<Record<string, string | number | boolean>>;

/** Returns the values of the fields that there are, with their defaults. */
export const valuesOf = (
  fields: readonly InputField[],
  typed: InputValues,
): Record<string, string | number | boolean> =>
  Object.fromEntries(
    fields.flatMap(({ name, default: standard }) => {
      const value = typed[name] ?? standard;
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );

/** The form of an agent, for the variables of its instructions. */
export function InputsForm({
  fields,
  values,
  onChange,
}: {
  readonly fields: readonly InputField[];
  readonly values: InputValues;
  readonly onChange: (values: InputValues) => void;
}) {
  if (fields.length === 0) return null;
  return (
    <div className="inputs-form">
      {fields.map((field) => (
        <InputControl
          key={field.name}
          field={field}
          value={values[field.name] ?? field.default ?? ''}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
        />
      ))}
    </div>
  );
}

function InputControl({
  field,
  value,
  onChange,
}: {
  readonly field: InputField;
  readonly value: string | number | boolean;
  readonly onChange: (value: string | number | boolean) => void;
}) {
  const texts = useTexts(chatTexts);
  const label = field.required ? field.label : `${field.label} (${texts.optional})`;
  switch (field.type) {
    case 'boolean':
      return <CheckField label={label} checked={value === true} onChange={onChange} />;
    case 'number':
      return (
        <NumberField
          label={label}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange(next ?? '')}
        />
      );
    case 'select':
      return (
        <SelectField
          label={label}
          value={String(value)}
          choices={['', ...field.options].map((one) => ({ value: one, label: one || '–' }))}
          onChange={onChange}
        />
      );
    default:
      return <TextField label={label} value={String(value)} onChange={onChange} />;
  }
}
