import { Trash2 } from 'lucide-react';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { Button, IconButton } from './button.tsx';
import { CheckField, SelectField, TextField } from './field.tsx';
import { isRecord } from './is-same.ts';
import { JsonField } from './json-field.tsx';
import { fieldsOf, type OutputField, outputTypes, schemaOf } from './schema-fields.ts';

type Schema = Record<string, unknown>;

/** A JSON Schema of an object: a form for its fields, and the schema itself beside it. */
export function SchemaEditor({
  schema,
  onChange,
  pointer,
  draftKey,
}: {
  readonly schema: Schema;
  readonly onChange: (schema: Schema) => void;
  readonly pointer?: string;
  /** Names the JSON among the drafts while it does not parse. */
  readonly draftKey: string;
}) {
  const texts = useTexts(uiTexts);
  return (
    <div className="side-by-side">
      <SchemaForm schema={schema} onChange={onChange} />
      <JsonField
        label={texts.schemaJson}
        rows={14}
        {...(pointer !== undefined && { pointer })}
        value={schema}
        draftKey={draftKey}
        check={(value) => (isRecord(value) ? null : texts.notObject)}
        onChange={onChange}
      />
    </div>
  );
}

function SchemaForm({
  schema,
  onChange,
}: {
  readonly schema: Record<string, unknown>;
  readonly onChange: (schema: Record<string, unknown>) => void;
}) {
  const texts = useTexts(uiTexts);
  const fields = fieldsOf(schema);
  if (fields === null) return <p className="note">{texts.schemaTooRich}</p>;
  const set = (index: number, changes: Partial<OutputField> | null) =>
    onChange(
      schemaOf(
        fields.flatMap((field, at) =>
          at !== index ? [field] : changes === null ? [] : [{ ...field, ...changes }],
        ),
      ),
    );
  const add = () => {
    let number = fields.length + 1;
    while (fields.some(({ name }) => name === `field_${number}`)) number += 1;
    const added: OutputField = {
      ...{ name: `field_${number}`, type: 'string', description: '', required: true },
    };
    onChange(schemaOf([...fields, added]));
  };
  return (
    <div className="schema-form">
      {fields.map((field, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a field has no identity but its place; its name is edited here.
        <fieldset key={index} className="row-card">
          <legend className="visually-hidden">{field.name}</legend>
          <SchemaField
            field={field}
            isNameTaken={(name) => fields.some((one, at) => at !== index && one.name === name)}
            onChange={(changes) => set(index, changes)}
          />
        </fieldset>
      ))}
      <div className="form-actions">
        <Button isSmall onClick={add}>
          {texts.addField}
        </Button>
      </div>
    </div>
  );
}

function SchemaField({
  field: { name, type, description, required },
  isNameTaken,
  onChange,
}: {
  readonly field: OutputField;
  readonly isNameTaken: (name: string) => boolean;
  readonly onChange: (changes: Partial<OutputField> | null) => void;
}) {
  const texts = useTexts(uiTexts);
  return (
    <>
      <div className="row-fields">
        <TextField
          label={texts.fieldName}
          value={name}
          // A name that another field has would replace it.
          onChange={(next) => !isNameTaken(next) && onChange({ name: next })}
        />
        <SelectField
          label={texts.fieldType}
          value={type}
          choices={outputTypes.map((value) => ({ value, label: texts.fieldTypes[value] }))}
          onChange={(next) => onChange({ type: next })}
        />
        <IconButton label={texts.removeField(name)} onClick={() => onChange(null)}>
          <Trash2 size={16} aria-hidden="true" />
        </IconButton>
      </div>
      <TextField
        label={texts.fieldDescription}
        value={description}
        onChange={(next) => onChange({ description: next })}
      />
      <CheckField
        label={texts.required}
        checked={required}
        onChange={(next) => onChange({ required: next })}
      />
    </>
  );
}
