import { agentBehaviourTexts } from '../../../texts/agent-behaviour.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { CheckField } from '../../../ui/field.tsx';
import { SchemaEditor } from '../../../ui/schema-editor.tsx';
import { type OutputField, schemaOf } from '../../../ui/schema-fields.ts';
import { Part, useBuilder } from './context.tsx';
import { partPointers } from './parts.ts';

/** The JSON Schema of answers: a form for its fields, and the schema itself beside it. */
export function OutputPart() {
  const texts = useTexts(agentBehaviourTexts);
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
        <SchemaEditor schema={schema} draftKey={`agent.${agent.id}.schema`} onChange={set} />
      )}
    </Part>
  );
}
