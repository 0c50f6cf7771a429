import { Trash2 } from 'lucide-react';
import type { InputField } from '../../../../client/index.ts';
import { agentBehaviourTexts } from '../../../texts/agent-behaviour.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { CheckField, SelectField, TextField } from '../../../ui/field.tsx';
import { LinesField } from '../../../ui/lines-field.tsx';
import { Part, useBuilder } from './context.tsx';
import { partPointers } from './parts.ts';

export const newField = (name: string): InputField => ({
  ...{ type: 'text', name, label: labelOf(name), required: true, default: null },
});

const labelOf = (name: string): string => {
  const words = name.replaceAll('_', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};

/** The form that is filled in before a session or run, for the variables of the instructions. */
export function InputsPart() {
  const texts = useTexts(agentBehaviourTexts);
  const { draft } = useBuilder();
  const { inputs } = draft.config;
  const set = (fields: InputField[]) => draft.change({ inputs: fields });
  const nextName = () => {
    let number = inputs.length + 1;
    while (inputs.some(({ name }) => name === `field_${number}`)) number += 1;
    return `field_${number}`;
  };
  return (
    <Part
      name="inputs"
      title={texts.inputs}
      summary={inputs.length === 0 ? texts.none : inputs.map(({ name }) => name).join(', ')}
      pointers={partPointers.inputs}
    >
      <p className="muted">{texts.inputsHint}</p>
      {inputs.map((field, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a field has no identity but its place; its name is edited here.
        <fieldset key={index} className="row-card">
          <legend className="visually-hidden">{texts.inputNumber(index + 1)}</legend>
          <InputEditor
            field={field}
            pointer={`/config/inputs/${index}`}
            onChange={(next) => set(inputs.map((one, at) => (at === index ? next : one)))}
            onRemove={() => set(inputs.filter((_, at) => at !== index))}
          />
        </fieldset>
      ))}
      <div className="form-actions">
        <Button isSmall onClick={() => set([...inputs, newField(nextName())])}>
          {texts.addInput}
        </Button>
      </div>
    </Part>
  );
}

function InputEditor({
  field,
  pointer,
  onChange,
  onRemove,
}: {
  readonly field: InputField;
  readonly pointer: string;
  readonly onChange: (field: InputField) => void;
  readonly onRemove: () => void;
}) {
  const texts = useTexts(agentBehaviourTexts);
  return (
    <>
      <div className="row-fields">
        <TextField
          label={texts.inputName}
          pointer={`${pointer}/name`}
          value={field.name}
          onChange={(name) => onChange({ ...field, name })}
        />
        <TextField
          label={texts.inputLabel}
          pointer={`${pointer}/label`}
          value={field.label}
          onChange={(label) => onChange({ ...field, label })}
        />
        <SelectField
          label={texts.inputType}
          pointer={`${pointer}/type`}
          value={field.type}
          choices={(['text', 'number', 'select', 'boolean'] as const).map((value) => ({
            value,
            label: texts.inputTypes[value],
          }))}
          onChange={(type) => onChange(withType(field, type))}
        />
        <IconButton label={texts.removeInput(field.name)} onClick={onRemove}>
          <Trash2 size={16} aria-hidden="true" />
        </IconButton>
      </div>
      {field.type === 'select' && (
        <LinesField
          label={texts.inputOptions}
          pointer={`${pointer}/options`}
          value={field.options}
          onChange={(options) => onChange({ ...field, options })}
        />
      )}
      <div className="row-fields">
        <TextField
          label={texts.inputDefault}
          pointer={`${pointer}/default`}
          value={field.default === null ? '' : String(field.default)}
          onChange={(text) => onChange(withDefault(field, text))}
        />
        <CheckField
          label={texts.inputRequired}
          pointer={`${pointer}/required`}
          checked={field.required}
          onChange={(required) => onChange({ ...field, required })}
        />
      </div>
    </>
  );
}

function withType({ name, label, required }: InputField, type: InputField['type']): InputField {
  const common = { name, label, required, default: null };
  return type === 'select' ? { ...common, type, options: ['A', 'B'] } : { ...common, type };
}

function withDefault(field: InputField, text: string): InputField {
  if (text === '') return { ...field, default: null };
  switch (field.type) {
    case 'number':
      // What is no number is refused by the API, at this field.
      return { ...field, default: (Number.isNaN(Number(text)) ? text : Number(text)) as number };
    case 'boolean':
      return {
        ...field,
        default: (text === 'true' || (text === 'false' ? false : text)) as boolean,
      };
    default:
      return { ...field, default: text };
  }
}
