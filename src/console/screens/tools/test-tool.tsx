import { useState } from 'react';
import type { McpTool, Tool, ToolResult } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { JsonField } from '../../ui/json-field.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { useDraft } from '../../ui/use-draft.ts';

type Arguments = Record<string, unknown>;
interface Key {
  readonly 'Idempotency-Key': string;
}

/** Calls a saved HTTP tool as a model would. */
export function TestTool({ tool }: { readonly tool: Tool }) {
  const texts = useTexts(toolTexts);
  const call = async (input: Arguments, header: Key) => {
    const { data } = await client.POST('/api/v1/tools/{tool}/test', {
      ...{ params: { path: { tool: tool.id }, header }, body: { input } },
    });
    return data as ToolResult;
  };
  return (
    <Section title={texts.test} description={texts.testHint}>
      <Call id={tool.id} schema={tool.input_schema} call={call} />
    </Section>
  );
}

/** Calls a tool of an MCP server as a model would. */
export function TestMcp({ server, tool }: { readonly server: string; readonly tool: McpTool }) {
  const call = async (input: Arguments, header: Key) => {
    const { data } = await client.POST('/api/v1/tools/mcp/{server}/test', {
      ...{ params: { path: { server }, header }, body: { tool: tool.name, input } },
    });
    return data as Called;
  };
  return <Call id={`${server}.${tool.name}`} schema={tool.input_schema} call={call} />;
}

type Called = Pick<ToolResult, 'ok' | 'error' | 'latency_ms'> & {
  readonly status?: number | null;
  readonly output?: unknown;
};

function Call({
  id,
  schema,
  call,
}: {
  readonly id: string;
  readonly schema: Arguments;
  readonly call: (input: Arguments, header: Key) => Promise<Called>;
}) {
  const texts = useTexts(toolTexts);
  const format = useFormat();
  const { value: input, change: setInput } = useDraft(`tool.${id}.input`, sampleOf(schema));
  const [result, setResult] = useState<Called | null>(null);
  const test = useAction(call, { refresh: [], onDone: setResult });
  return (
    <Form problem={test.problem} onSubmit={() => test.run(input)}>
      <JsonField
        label={texts.arguments}
        rows={4}
        pointer="/input"
        value={input}
        draftKey={`tool.${id}.test`}
        onChange={setInput}
      />
      <div className="form-actions">
        <Button type="submit" isBusy={test.isRunning}>
          {texts.callIt}
        </Button>
      </div>
      {result !== null && (
        <div role="status">
          <p>
            <Badge tone={result.ok ? 'good' : 'bad'}>
              {result.ok ? texts.worked : texts.failed}
            </Badge>{' '}
            <span className="muted">
              {[result.status ?? null, format.duration(result.latency_ms)]
                .filter((one) => one !== null)
                .join(' · ')}
            </span>
          </p>
          {/* It scrolls. */}
          <pre tabIndex={0}>
            {result.error ??
              (typeof result.output === 'string'
                ? result.output
                : JSON.stringify(result.output, null, 2))}
          </pre>
        </div>
      )}
    </Form>
  );
}

/** Arguments to begin with: an empty value for each that is required. */
function sampleOf({ properties, required }: Arguments): Arguments {
  const known = (properties ?? {}) as Record<string, { type?: unknown; enum?: unknown[] }>;
  const names = Array.isArray(required) ? (required as string[]) : [];
  const values = { number: 0, integer: 0, boolean: false, array: [], object: {} };
  return Object.fromEntries(
    names.map((name) => {
      const { type, enum: choices } = known[name] ?? {};
      return [name, choices?.[0] ?? values[type as keyof typeof values] ?? ''];
    }),
  );
}
