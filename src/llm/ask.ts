import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import type { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import { Account, type Attribution } from '../usage/index.ts';
import { capabilitiesOf } from './capabilities.ts';
import { streamStep } from './step.ts';
import { structuredFormat, toOutputFormat } from './structured.ts';

/** A small task of the product itself, such as a title, for a model that answers in one go. */
export interface Task extends Omit<Attribution, 'account'> {
  readonly model: string;
  readonly operation: string;
  readonly call_key: string;
  readonly instructions: string;
  /** Delimited data, see `writeConversation`. */
  readonly text: string;
  readonly max_output_tokens: number;
  readonly schema?: object;
}

export interface TaskResult {
  /** null where the model gave no whole answer. */
  readonly text: string | null;
  readonly failure: Failure | null;
  /** For the batch that stores what came of it, also when nothing did. */
  readonly usage: Statement[];
}

const patience = 60 * second;
/** What a model may think before it says a few words. */
const reasoningTokens = 2000;

const cutShort: ReadonlySet<string> = new Set(['length', 'content-filter', 'error', 'interrupted']);

/** Does not throw for a fault of a provider or the refusal of a budget: there is a rule to fall back on. */
export async function askModel(
  ctx: Ctx,
  { model, instructions, text, max_output_tokens, schema, ...task }: Task,
): Promise<TaskResult> {
  const stream = streamStep(ctx, {
    ...task,
    account: new Account(),
    models: [model],
    options: {
      prompt: [
        { role: 'system', content: instructions },
        { role: 'user', content: [{ type: 'text', text }] },
      ],
      ...settingsFor(model, max_output_tokens, schema),
    },
    signal: AbortSignal.any([ctx.signal, AbortSignal.timeout(patience)]),
  });
  let next = await stream.next();
  while (next.done !== true) next = await stream.next();
  const { content, failure, finish_reason, usage } = next.value;
  if (failure !== null)
    ctx.log.warn('task_failed', { operation: task.operation, model, code: failure.code });
  const said = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const isWhole = failure === null && !cutShort.has(finish_reason) && said.trim() !== '';
  return { text: isWhole ? said : null, failure, usage };
}

function settingsFor(
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
