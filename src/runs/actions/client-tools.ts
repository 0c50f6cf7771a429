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
      .describe('Purpose of the tool and when to use it; read by the model'),
    input_schema: z
      .record(z.string(), z.unknown())
      .default({ type: 'object', properties: {} })
      .superRefine((schema, check) => {
        const problem = schema.type === 'object' ? schemaProblem(schema) : '/type must be object.';
        if (problem !== null) check.addIssue({ code: 'custom', message: problem });
      })
      .describe(
        'JSON Schema of the arguments, an object; calls that do not match it are rejected before they reach you',
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
    'Names must be unique.',
  )
  .describe(
    'Tools that you execute, in addition to those of the agent. A call suspends the run with the status `requires_action` until you ' +
      'submit its result with `POST /runs/{run}/actions`',
  );
export type ClientTools = z.output<typeof ClientTools>;

/** Returns the overrides of a run with client tools. */
export const withClientTools = (
  tools: ClientTools | undefined,
): { readonly overrides?: Overrides } =>
  tools === undefined ? {} : { overrides: { tools, resumable: true } };
