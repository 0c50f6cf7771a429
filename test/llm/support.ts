import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import {
  type ModelCall,
  type ModelCallEvent,
  type ModelCallResult,
  streamModelCall,
} from '../../src/llm/index.ts';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { newId } from '../../src/shared/id.ts';
import type { Workspace } from '../support/api.ts';

/** Returns a context of a workspace over `bindings`, as a job has it. */
export function contextOf(
  workspace: Pick<Workspace, 'id'>,
  bindings: Partial<Record<string, unknown>> = {},
): Ctx {
  const platform = openPlatform({ ...env, ...bindings } as Env, createExecutionContext(), {
    request_id: newId('req'),
  });
  return platform.context({ workspace_id: workspace.id, actor: { type: 'system', name: 'test' } });
}

export interface Stepped {
  readonly events: ModelCallEvent[];
  readonly text: string;
  readonly result: ModelCallResult;
}

export const question = (text: string): ModelCall['options'] => ({
  prompt: [{ role: 'user', content: [{ type: 'text', text }] }],
});

/** Runs a model call to its end. */
export async function step(
  ctx: Ctx,
  models: readonly string[],
  more: Partial<ModelCall> = {},
): Promise<Stepped> {
  const call: ModelCall = {
    models,
    operation: 'answer',
    call_key: `test:${crypto.randomUUID()}`,
    options: question('Hello?'),
    signal: AbortSignal.timeout(150_000),
    ...more,
  };
  const events: ModelCallEvent[] = [];
  const stream = streamModelCall(ctx, call);
  let next = await stream.next();
  for (; next.done !== true; next = await stream.next()) events.push(next.value);
  const text = events.map((event) => (event.type === 'text' ? event.delta : '')).join('');
  return { events, text, result: next.value };
}

/** Stores the usage of a model call and returns its rows. */
export async function usageRows(
  ctx: Ctx,
  { usage }: ModelCallResult,
): Promise<Record<string, unknown>[]> {
  for (const statement of usage) await ctx.db.batch([statement]);
  const { results } = await env.DB.prepare(
    'select * from usage where workspace_id = ? order by call_key',
  )
    .bind(ctx.workspace_id)
    .all();
  return results;
}
