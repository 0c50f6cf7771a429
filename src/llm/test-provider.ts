import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { toWireUsd } from '../shared/money.ts';
import { second } from '../shared/time.ts';
import { streamModelCall } from './model-call.ts';
import type { ProviderTest, TestProvider } from './schema.ts';

const timeoutMs = 30 * second;

/**
 * Sends a one-word test prompt to a model. The call is metered like any other. A failure of the
 * provider is returned as the result. Throws `budget_exceeded`, before the model is called.
 */
export async function testProvider(
  ctx: Ctx,
  provider: string,
  { model }: TestProvider,
): Promise<ProviderTest> {
  const name = `${provider}/${model}`;
  const stream = streamModelCall(ctx, {
    models: [name],
    operation: 'provider_test',
    call_key: ctx.newId('use'),
    options: {
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Answer with the word: ok' }] }],
      maxOutputTokens: 16,
    },
    signal: AbortSignal.any([ctx.signal, AbortSignal.timeout(timeoutMs)]),
  });
  let next = await stream.next();
  while (next.done !== true) next = await stream.next();
  const { failure, latency_ms, cost_nano_usd, usage } = next.value;
  if (failure?.code === 'budget_exceeded') throw failure;
  const reply = {
    ok: failure === null,
    model: name,
    latency_ms,
    cost_usd: usage.length === 0 ? 0 : toWireUsd(cost_nano_usd),
    error: failure === null ? null : { code: failure.code, detail: failure.message },
  };
  await commit(ctx, {
    statements: usage,
    audit: [
      {
        action: 'provider.test',
        target_type: 'provider',
        target_id: provider,
        detail: { model, ok: reply.ok, code: failure?.code ?? null },
      },
    ],
    reply,
  });
  return reply;
}
