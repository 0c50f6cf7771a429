import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { second } from '../../shared/time.ts';
import { Account, type Attribution } from '../../usage/index.ts';
import { capabilitiesOf } from '../capabilities.ts';
import { streamModelCall } from '../model-call.ts';
import { structuredFormat, toOutputFormat } from '../structured.ts';

/** A background task on a conversation, run by a language model or, by rule, by `builtin/extractive`. */
export interface Task<Input, Output> {
  readonly operation: string;
  readonly instructions: (input: Input) => string;
  /** Delimited data, see `writeConversation`. */
  readonly prompt: (input: Input) => string;
  readonly maxOutputTokens: (input: Input) => number;
  readonly schema?: (input: Input) => object;
  /** Parses the answer of a model; null when it cannot be used. */
  readonly read: (answer: string, input: Input) => Output | null;
  /** The result of `builtin/extractive`: pure, free, and defined for every language. */
  readonly extract: (input: Input) => Output;
}

export interface TaskCall extends Omit<Attribution, 'account'> {
  /** null for `builtin/extractive`. */
  readonly model: string | null;
  readonly call_key: string;
  /** The account of the run that the task belongs to; none for a task in the background. */
  readonly account?: Account;
  /** Ends the task early, as if the model had failed. */
  readonly signal?: AbortSignal;
}

export interface TaskResult<Output> {
  readonly output: Output;
  /** The model that produced the output, or `builtin`. */
  readonly by: string;
  /** Usage rows for the batch that stores the output, also of a call that failed. */
  readonly usage: readonly Statement[];
}

/**
 * Runs a task on its model, and on `builtin/extractive` without a model, or when the model fails, a
 * budget refuses the call or the answer cannot be used. Does not throw for any of these.
 */
export async function runTask<Input, Output>(
  ctx: Ctx,
  task: Task<Input, Output>,
  input: Input,
  { model, ...call }: TaskCall,
): Promise<TaskResult<Output>> {
  if (model === null) return { output: task.extract(input), by: 'builtin', usage: [] };
  const { text, usage } = await callModel(ctx, {
    ...call,
    model,
    operation: task.operation,
    instructions: task.instructions(input),
    text: task.prompt(input),
    max_output_tokens: task.maxOutputTokens(input),
    ...(task.schema && { schema: task.schema(input) }),
  });
  const output = text === null ? null : task.read(text, input);
  return output === null
    ? { output: task.extract(input), by: 'builtin', usage }
    : { output, by: model, usage };
}

interface Question extends Omit<TaskCall, 'model'> {
  readonly model: string;
  readonly operation: string;
  readonly instructions: string;
  readonly text: string;
  readonly max_output_tokens: number;
  readonly schema?: object;
}

/** Maximum time for a model's answer. */
const timeoutMs = 60 * second;
/** Tokens of reasoning allowed besides the output. */
const reasoningTokens = 2000;

const cutShort: ReadonlySet<string> = new Set(['length', 'content-filter', 'error', 'interrupted']);

/** Returns the whole answer of a model; null when it failed. */
async function callModel(
  ctx: Ctx,
  { model, instructions, text, max_output_tokens, schema, signal = ctx.signal, ...task }: Question,
): Promise<{ readonly text: string | null; readonly usage: Statement[] }> {
  const stream = streamModelCall(ctx, {
    account: new Account(),
    ...task,
    models: [model],
    options: {
      prompt: [
        { role: 'system', content: instructions },
        { role: 'user', content: [{ type: 'text', text }] },
      ],
      ...settingsFor(model, max_output_tokens, schema),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  let next = await stream.next();
  while (next.done !== true) next = await stream.next();
  const { content, failure, finish_reason, usage } = next.value;
  if (failure !== null)
    ctx.log.warn('task_failed', { operation: task.operation, model, code: failure.code });
  const answer = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const isWhole = failure === null && !cutShort.has(finish_reason) && answer.trim() !== '';
  return { text: isWhole ? answer : null, usage };
}

/** Settings of a background call whose output has at most `max` tokens. */
export function settingsFor(
  model: string,
  max: number,
  schema: object | undefined,
): Pick<LanguageModelV4CallOptions, 'maxOutputTokens'> {
  const { reasoning, structured_output } = capabilitiesOf(model);
  return {
    maxOutputTokens: reasoning === false ? max : max + reasoningTokens,
    ...(reasoning === true ? { reasoning: 'low' as const } : {}),
    ...(schema === undefined || structured_output === false
      ? {}
      : structuredFormat(toOutputFormat(schema))),
  };
}
