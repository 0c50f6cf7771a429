import { z } from '@hono/zod-openapi';
import { schemaProblem } from '../../shared/json-schema/index.ts';
import type { Overrides } from '../overrides.ts';

const maxTools = 64;

const ClientTool = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'Letters, digits, `_` and `-`, at most 64.')
      .openapi({ example: 'get_location' }),
    description: z
      .string()
      .max(4000)
      .default('')
      .describe('What it does and when to use it, for the model'),
    input_schema: z
      .record(z.string(), z.unknown())
      .default({ type: 'object', properties: {} })
      .superRefine((schema, check) => {
        const problem = schema.type === 'object' ? schemaProblem(schema) : '/type must be object.';
        if (problem !== null) check.addIssue({ code: 'custom', message: problem });
      })
      .describe(
        'JSON Schema of its arguments, an object; calls that do not match it never reach you',
      )
      .openapi({ example: { type: 'object', properties: { precise: { type: 'boolean' } } } }),
  })
  .openapi('ClientTool');

/** Tools that the caller of a run executes. */
export const ClientTools = z
  .array(ClientTool)
  .min(1)
  .max(maxTools)
  .refine(
    (tools) => new Set(tools.map(({ name }) => name)).size === tools.length,
    'Must have a name each of its own.',
  )
  .describe(
    'Tools that you execute, besides those of the agent. A call of one makes the run wait with the status `requires_action`, until you ' +
      'send the result with `POST /runs/{run}/actions`',
  );
export type ClientTools = z.output<typeof ClientTools>;

/** What tools of the caller's make of a run. */
export const withClientTools = (
  tools: ClientTools | undefined,
): { readonly overrides?: Overrides } =>
  tools === undefined ? {} : { overrides: { tools, resumable: true } };
