import { agentOfProviderModel } from '../../agents/index.ts';
import { parseStructured, structuredOutputFailed } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { oneOffRequest, runToEnd } from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';

export interface ModelRequest {
  readonly model: string;
  readonly instructions: string;
  /** Delimited data. */
  readonly text: string;
  readonly schema: Record<string, unknown>;
  readonly labels: Readonly<Record<string, unknown>>;
}

export interface ModelAnswer<Output> {
  readonly output: Output;
  readonly run_id: string;
  readonly cost_nano_usd: number | null;
}

/** Tokens of an answer, and of the reasoning before it. */
const maxOutputTokens = 12_000;

/** The built-in model follows rules, so it is not called. */
export const isBuiltin = (model: string): boolean => model.startsWith('builtin/');

/**
 * Runs the architect: the agent that represents the model, with the architect's instructions and output schema. Metered, limited and
 * recorded like every run; an answer that does not follow the schema is corrected once. Throws the failure of the run and
 * `structured_output_failed`.
 */
export async function askModel<Output>(
  ctx: Ctx,
  { model, instructions, text, schema, labels }: ModelRequest,
): Promise<ModelAnswer<Output>> {
  const agent = await agentOfProviderModel(ctx, model);
  if (agent.archived_at !== null)
    throw new Failure(
      'agent_archived',
      `The agent that represents ${model} is archived. Restore it first.`,
    );
  const request = oneOffRequest({
    run_id: ctx.newId('run'),
    agent_id: agent.id,
    version: '1',
    text: 'Design an agent.',
    end_user_id: null,
    inputs: {},
    labels,
    prompt: [{ role: 'user', content: [{ type: 'text', text }] }],
    overrides: {
      instructions,
      output_schema: schema,
      settings: { max_output_tokens: maxOutputTokens },
    },
  });
  // The key of the request belongs to the reply of the architect, and the run is read to its end when the client disconnects.
  const own = { ...ctx, idempotency: null, signal: new AbortController().signal };
  const message = await runToEnd(own, request);
  const parsed = parseStructured(message.text, schema);
  if (!parsed.ok) throw structuredOutputFailed(parsed.errors);
  const cost = message.run?.usage.cost_usd ?? null;
  return {
    output: parsed.value as Output,
    run_id: message.run_id ?? '',
    cost_nano_usd: cost === null ? null : fromUsd(cost),
  };
}
