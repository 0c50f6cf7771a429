import { Trash2 } from 'lucide-react';
import { builderTexts } from '../../../texts/agent-builder.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { CheckField, SelectField, TextField } from '../../../ui/field.tsx';
import { Part, useBuilder } from './context.tsx';
import { JsonField } from './json-field.tsx';
import { partPointers } from './parts.ts';
import { fieldsOf, type OutputField, outputTypes, schemaOf } from './schema-form.ts';

/** The JSON Schema of answers: a form for its fields, and the schema itself beside it. */
export function OutputPart() {
  const texts = useTexts(builderTexts);
  const { agent, draft } = useBuilder();
  const schema = draft.config.output_schema as Record<string, unknown> | null;
  const set = (output_schema: Record<string, unknown> | null) =>
    draft.change({ output_schema } as Parameters<typeof draft.change>[0]);
  const first: OutputField = { name: 'answer', type: 'string', description: '', required: true };
  return (
    <Part
      name="output"
      title={texts.output}
      summary={schema === null ? texts.freeText : texts.structured}
      pointers={partPointers.output}
    >
      <CheckField
        label={texts.useSchema}
        hint={texts.useSchemaHint}
        pointer="/config/output_schema"
        checked={schema !== null}
        onChange={(isOn) => set(isOn ? schemaOf([first]) : null)}
      />
      {schema !== null && (
        <div className="side-by-side">
          <SchemaForm schema={schema} onChange={set} />
          <JsonField
            label={texts.schemaJson}
            rows={14}
            value={schema}
            draftKey={`agent.${agent.id}.schema`}
            check={(value) =>
              typeof value === 'object' && value !== null && !Array.isArray(value)
                ? null
                : texts.notObject
            }
            onChange={set}
          />
        </div>
      )}
    </Part>
  );
}

function SchemaForm({
  schema,
  onChange,
}: {
  readonly schema: Record<string, unknown>;
  readonly onChange: (schema: Record<string, unknown>) => void;
}) {
  const texts = useTexts(builderTexts);
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
          {texts.addOutput}
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
  const texts = useTexts(builderTexts);
  return (
    <>
      <div className="row-fields">
        <TextField
          label={texts.outputName}
          value={name}
          // A name that another field has would replace it.
          onChange={(next) => !isNameTaken(next) && onChange({ name: next })}
        />
        <SelectField
          label={texts.outputType}
          value={type}
          choices={outputTypes.map((value) => ({ value, label: texts.outputTypes[value] }))}
          onChange={(next) => onChange({ type: next })}
        />
        <IconButton label={texts.removeOutput(name)} onClick={() => onChange(null)}>
          <Trash2 size={16} aria-hidden="true" />
        </IconButton>
      </div>
      <TextField
        label={texts.outputDescription}
        value={description}
        onChange={(next) => onChange({ description: next })}
      />
      <CheckField
        label={texts.inputRequired}
        checked={required}
        onChange={(next) => onChange({ required: next })}
      />
    </>
  );
}
