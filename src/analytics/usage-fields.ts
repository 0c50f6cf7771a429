import { z } from '@hono/zod-openapi';
import { Id, Time } from '../http/schema.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime } from '../shared/time.ts';
import type { UsageRow } from './usage-store.ts';

export const callStatuses = ['ok', 'error', 'aborted'] as const;

/** A field of a model call in lists, tables and archives. */
interface Field<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly read: (row: UsageRow) => z.output<Schema>;
  /** The schema number of the first archives that have the field; a new one takes the highest in use plus one. */
  readonly since: number;
}

const field = <Schema extends z.ZodType>(
  since: number,
  schema: Schema,
  read: Field<Schema>['read'],
): Field<Schema> => ({ since, schema, read });

/** Every column except the workspace, with amounts in US dollars. A new column without a field does not compile. */
type FieldName = Exclude<keyof UsageRow, 'workspace_id' | 'cost_nano_usd'> | 'cost_usd';

const text = z.string().nullable();
const tokens = (description: string) =>
  z.int().nullable().describe(description).openapi({ 'x-unit': 'tokens' });

/** The order of the fields is that of the columns of a table. */
const fields = {
  id: field(1, Id('use'), ({ id }) => id),
  created_at: field(1, Time, ({ created_at }) => toWireTime(created_at)),
  agent_id: field(1, text, ({ agent_id }) => agent_id),
  version_id: field(1, text, ({ version_id }) => version_id),
  session_id: field(1, text, ({ session_id }) => session_id),
  run_id: field(1, text, ({ run_id }) => run_id),
  api_key_id: field(1, text, ({ api_key_id }) => api_key_id),
  end_user_id: field(1, text, ({ end_user_id }) => end_user_id),
  call_key: field(
    1,
    z
      .string()
      .describe('Identifies the call; at most one row has it.')
      .openapi({ example: 'run_01JZ8Q6V0D3F5H7K9M1P3R5T7W:1:0' }),
    ({ call_key }) => call_key,
  ),
  provider: field(1, z.string().openapi({ example: 'openai' }), ({ provider }) => provider),
  model: field(1, z.string().openapi({ example: 'gpt-5-mini' }), ({ model }) => model),
  operation: field(1, z.string().openapi({ example: 'answer' }), ({ operation }) => operation),
  status: field(1, z.enum(callStatuses), ({ status }) => status),
  input_tokens: field(
    1,
    tokens('Input tokens, those read from or written to a cache included.'),
    (row) => row.input_tokens,
  ),
  cache_read_tokens: field(
    1,
    tokens("Input tokens read from the provider's cache."),
    (row) => row.cache_read_tokens,
  ),
  cache_write_tokens: field(
    1,
    tokens("Input tokens written to the provider's cache."),
    (row) => row.cache_write_tokens,
  ),
  output_tokens: field(
    1,
    tokens('Output tokens, reasoning tokens included.'),
    (row) => row.output_tokens,
  ),
  reasoning_tokens: field(1, tokens('Reasoning tokens.'), (row) => row.reasoning_tokens),
  is_estimated: field(
    1,
    z.boolean().describe('True if tokens were estimated, since the provider did not report them.'),
    ({ is_estimated }) => is_estimated,
  ),
  cost_usd: field(
    1,
    z
      .number()
      .nullable()
      .describe('null where the price or the usage is unknown.')
      .openapi({ 'x-unit': 'usd' }),
    ({ cost_nano_usd }) => toWireUsd(cost_nano_usd),
  ),
  latency_ms: field(1, z.int(), ({ latency_ms }) => latency_ms),
  first_token_ms: field(1, z.int().nullable(), ({ first_token_ms }) => first_token_ms),
  experiment_id: field(
    2,
    text.describe('The experiment that chose the version of the run'),
    ({ experiment_id }) => experiment_id,
  ),
  variant_id: field(2, text, ({ variant_id }) => variant_id),
} as const satisfies Record<FieldName, Field<z.ZodType>>;

type Fields = typeof fields;
type Shape = { -readonly [Name in keyof Fields]: Fields[Name]['schema'] };

const list: readonly [string, Field<z.ZodType>][] = Object.entries(fields);

export const Usage = z
  .object(Object.fromEntries(list.map(([name, { schema }]) => [name, schema])) as unknown as Shape)
  .openapi('ModelCall');
export type Usage = z.output<typeof Usage>;

export const toUsage = (row: UsageRow): Usage =>
  Object.fromEntries(list.map(([name, { read }]) => [name, read(row)])) as unknown as Usage;

/** The names of the columns of a table. */
export const usageColumns: readonly string[] = list.map(([name]) => name);

/** The cells of a table, in the order of `usageColumns`. */
export const toCells = (row: UsageRow) =>
  list.map(([, { read }]) => read(row) as string | number | boolean | null);

/** The current schema number of archives. */
export const usageSchema = Math.max(...list.map(([, { since }]) => since));
