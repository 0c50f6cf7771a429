import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';

/** Maximum characters of one result as JSON, which is the maximum that a model reads of it. */
const maxResult = 50_000;
const maxError = 10_000;

const tool_call_id = z
  .string()
  .min(1)
  .max(256)
  .describe('From `required_actions` of the run')
  .openapi({ example: 'call_1' });

const ToolResult = z
  .strictObject({
    type: z.literal('tool_result'),
    tool_call_id,
    output: z
      .unknown()
      .optional()
      .describe(`Output of the tool: any JSON value, at most ${maxResult} characters`)
      .openapi({ example: { temperature: 21 } }),
    error: z
      .string()
      .min(1)
      .max(maxError)
      .optional()
      .describe('Error message of a failed call, instead of `output`; read by the model'),
  })
  .superRefine((action, check) => {
    if ((action.output === undefined) === (action.error === undefined))
      check.addIssue({ code: 'custom', message: 'Send either `output` or `error`.' });
    if ((JSON.stringify(action.output) ?? '').length > maxResult)
      check.addIssue({
        code: 'custom',
        path: ['output'],
        message: `Must be at most ${maxResult} characters as JSON.`,
      });
  })
  .openapi('ToolResultAction', { description: 'Result of a client tool call' });

const maxArguments = 100_000;

const Decision = z
  .strictObject({
    type: z.literal('approval'),
    tool_call_id,
    decision: z
      .enum(['approve', 'edit', 'reject'])
      .describe(
        '`approve` makes the call as it is, `edit` makes it with `arguments`, `reject` does not make it; the model reads the result',
      ),
    arguments: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'With `edit`, the arguments to use instead. With `approve`, those that you have seen: other ones than those of the call are a `conflict`',
      ),
    digest: z
      .string()
      .max(100)
      .optional()
      .describe('`digest` of the required action that you have seen; another one is a `conflict`'),
    reason: z
      .string()
      .trim()
      .min(1)
      .max(2000)
      .optional()
      .describe('Kept with the decision; the model reads the reason of a rejection'),
  })
  .superRefine((action, check) => {
    if (action.decision === 'edit' && action.arguments === undefined)
      check.addIssue({ code: 'custom', path: ['arguments'], message: '`edit` needs `arguments`.' });
    if (action.decision === 'reject' && action.arguments !== undefined)
      check.addIssue({
        code: 'custom',
        path: ['arguments'],
        message: '`reject` takes no `arguments`.',
      });
    if (JSON.stringify(action.arguments ?? null).length > maxArguments)
      check.addIssue({
        code: 'custom',
        path: ['arguments'],
        message: `Must be at most ${maxArguments} characters as JSON.`,
      });
  })
  .openapi('ApprovalAction', { description: 'Decision about a call of a tool of the agent' });

const SignIn = z
  .strictObject({
    type: z.literal('sign_in'),
    tool_call_id,
    result: z
      .enum(['completed', 'declined'])
      .describe(
        '`completed` makes the call with the authorization of the end user, which must exist; `declined` does not make it, and the model reads that',
      ),
  })
  .openapi('SignInAction', { description: 'End of a sign-in that a call of a tool waits for' });

const maxContent = 20_000;

const Input = z
  .strictObject({
    type: z.literal('input'),
    tool_call_id,
    input_id: Id('inp').describe(
      'Id of the question, from the required action; the id of an earlier question is a `conflict`',
    ),
    action: z
      .enum(['accept', 'decline', 'cancel'])
      .describe(
        '`accept` sends the content, or says that the person has continued on the page; `decline` refuses, `cancel` makes no choice. The server reads which, and completes the call',
      ),
    content: z
      .record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).max(100)]),
      )
      .optional()
      .describe('With `accept` of a form, values that match `requested_schema`'),
  })
  .superRefine((action, check) => {
    if (action.action !== 'accept' && action.content !== undefined)
      check.addIssue({
        code: 'custom',
        path: ['content'],
        message: `\`${action.action}\` takes no \`content\`.`,
      });
    if (JSON.stringify(action.content ?? null).length > maxContent)
      check.addIssue({
        code: 'custom',
        path: ['content'],
        message: `Must be at most ${maxContent} characters as JSON.`,
      });
  })
  .openapi('InputAction', { description: 'Answer to a question of the server of a tool' });

export const RunAction = z
  .discriminatedUnion('type', [ToolResult, Decision, SignIn, Input])
  .openapi('RunAction');
export type RunAction = z.output<typeof RunAction>;

export const SubmitActions = z
  .strictObject({
    actions: z
      .array(RunAction)
      .min(1)
      .max(64)
      .refine(
        (actions) => new Set(actions.map((one) => one.tool_call_id)).size === actions.length,
        '`tool_call_id` must be unique.',
      ),
    stream: z
      .boolean()
      .optional()
      .describe(
        'Stream the answer as server-sent events; defaults to whether `Accept` is `text/event-stream`',
      ),
  })
  .openapi('SubmitActions', {
    example: {
      actions: [{ type: 'tool_result', tool_call_id: 'call_1', output: { temperature: 21 } }],
    } as never,
  });
export type SubmitActions = z.output<typeof SubmitActions>;
