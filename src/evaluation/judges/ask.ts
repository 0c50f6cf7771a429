import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Statement } from '../../db/client.ts';
import {
  capabilitiesOf,
  parseStructured,
  repairPrompt,
  settingsFor,
  streamModelCall,
  structuredOutputFailed,
} from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Failure } from '../../shared/failure.ts';
import { type NanoUsd, sumOrNull } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import { Account } from '../../usage/index.ts';
import type { ScoreCall } from '../scorers/score-result.ts';

export interface JudgeQuestion {
  readonly model: string;
  readonly instructions: string;
  /** Delimited data, see `writeCase`. */
  readonly text: string;
  readonly schema: object;
  readonly temperature: number;
  readonly max_output_tokens: number;
}

interface Spent {
  readonly cost_nano_usd: NanoUsd | null;
  readonly usage: readonly Statement[];
}
export type JudgeReply<Output> = Spent &
  (
    | { readonly output: Output; readonly failure: null; readonly model: string }
    | { readonly output: null; readonly failure: Failure }
  );

const timeoutMs = 60 * second;

/**
 * Asks a model for JSON by a schema, and once more if it does not follow it. Metered as `judge`, and subject to budgets and limits. Returns
 * failures, so that the usage of the calls before them is stored.
 */
export async function askJudge<Output>(
  ctx: Ctx,
  { model, instructions, text, schema, temperature, max_output_tokens }: JudgeQuestion,
  call: ScoreCall,
): Promise<JudgeReply<Output>> {
  const usage: Statement[] = [];
  const costs: (NanoUsd | null)[] = [];
  let messages: readonly LanguageModelV4Message[] = [
    { role: 'system', content: instructions },
    { role: 'user', content: [{ type: 'text', text }] },
  ];
  for (let attempt = 0; ; attempt += 1) {
    const stream = streamModelCall(ctx, {
      account: new Account(),
      ...call,
      call_key: attempt === 0 ? call.call_key : `${call.call_key}:repair`,
      operation: 'judge',
      models: [model],
      options: {
        prompt: [...messages],
        ...settingsFor(model, max_output_tokens, schema),
        ...(capabilitiesOf(model).sampling === false ? {} : { temperature }),
      },
      signal: AbortSignal.any([ctx.signal, AbortSignal.timeout(timeoutMs)]),
    });
    let next = await stream.next();
    while (next.done !== true) next = await stream.next();
    const result = next.value;
    usage.push(...result.usage);
    costs.push(result.cost_nano_usd);
    const spent = { usage, cost_nano_usd: sumOrNull(costs) };
    if (result.failure !== null) return { output: null, failure: result.failure, ...spent };
    const answer = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const parsed = parseStructured(answer, schema);
    if (parsed.ok)
      return { output: parsed.value as Output, failure: null, model: result.model, ...spent };
    if (attempt === 1)
      return { output: null, failure: structuredOutputFailed(parsed.errors), ...spent };
    messages = [...messages, ...repairPrompt(answer, parsed.errors)];
  }
}
