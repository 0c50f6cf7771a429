import type { CreateTool } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { NumberField, SelectField, TextAreaField, TextField } from '../../ui/field.tsx';
import { LinesField } from '../../ui/lines-field.tsx';
import { SchemaEditor } from '../../ui/schema-editor.tsx';
import { headersOfLines, linesOfHeaders } from './headers.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** What a person edits of a tool; secrets are apart, since they are not kept as a draft. */
export type ToolFields = Required<
  Pick<
    CreateTool,
    | 'name'
    | 'description'
    | 'effect'
    | 'method'
    | 'url'
    | 'input_schema'
    | 'headers'
    | 'timeout_ms'
    | 'max_bytes'
  >
> & { readonly response: { readonly pointer: string | null; readonly fields: string[] | null } };

interface FormProps {
  readonly value: ToolFields;
  readonly onChange: (changes: Partial<ToolFields>) => void;
}

export function ToolForm({ value, onChange, draftKey }: FormProps & { readonly draftKey: string }) {
  const texts = useTexts(toolTexts);
  return (
    <>
      <TextField
        label={texts.name}
        hint={texts.nameHint}
        pointer="/name"
        required
        value={value.name}
        onChange={(name) => onChange({ name })}
      />
      <TextAreaField
        label={texts.purpose}
        hint={texts.purposeHint}
        pointer="/description"
        required
        rows={2}
        value={value.description}
        onChange={(description) => onChange({ description })}
      />
      <SelectField
        label={texts.effect}
        hint={texts.effectHint}
        pointer="/effect"
        value={value.effect}
        choices={(['read', 'write', 'destructive'] as const).map((one) => ({
          value: one,
          label: texts.effects[one],
        }))}
        onChange={(effect) => onChange({ effect })}
      />
      <div className="row-fields">
        <SelectField
          label={texts.method}
          pointer="/method"
          value={value.method}
          choices={methods.map((one) => ({ value: one, label: one }))}
          onChange={(method) => onChange({ method })}
        />
        <div className="field grow">
          <TextField
            label={texts.url}
            pointer="/url"
            required
            value={value.url}
            placeholder="https://api.example.com/orders/{order}"
            onChange={(url) => onChange({ url })}
          />
        </div>
      </div>
      <p className="field-hint">{texts.urlHint}</p>
      <h2>{texts.schema}</h2>
      <SchemaEditor
        schema={value.input_schema}
        pointer="/input_schema"
        draftKey={draftKey}
        onChange={(input_schema) => onChange({ input_schema })}
      />
      <MoreFields value={value} onChange={onChange} />
    </>
  );
}

function MoreFields({ value, onChange }: FormProps) {
  const texts = useTexts(toolTexts);
  const { response } = value;
  return (
    <details className="more-settings">
      <summary className="more-title">{texts.more}</summary>
      <div className="more-body">
        <LinesField
          label={texts.headers}
          hint={texts.headersHint}
          pointer="/headers"
          value={linesOfHeaders(value.headers)}
          onChange={(lines) => onChange({ headers: headersOfLines(lines) })}
        />
        <TextField
          label={texts.pointer}
          hint={texts.pointerHint}
          pointer="/response/pointer"
          value={response.pointer ?? ''}
          onChange={(text) =>
            onChange({ response: { ...response, pointer: text === '' ? null : text } })
          }
        />
        <LinesField
          label={texts.fields}
          hint={texts.fieldsHint}
          pointer="/response/fields"
          value={response.fields ?? []}
          onChange={(fields) =>
            onChange({ response: { ...response, fields: fields.length === 0 ? null : fields } })
          }
        />
        <div className="row-fields">
          <NumberField
            label={texts.timeout}
            pointer="/timeout_ms"
            min={100}
            max={60_000}
            value={value.timeout_ms}
            onChange={(timeout_ms) => onChange({ timeout_ms: timeout_ms ?? 15_000 })}
          />
          <NumberField
            label={texts.maxBytes}
            pointer="/max_bytes"
            min={1}
            max={2_000_000}
            value={value.max_bytes}
            onChange={(max_bytes) => onChange({ max_bytes: max_bytes ?? 200_000 })}
          />
        </div>
      </div>
    </details>
  );
}
