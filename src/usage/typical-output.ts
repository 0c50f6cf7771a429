import { and, desc, eq } from 'drizzle-orm';
import { usage } from '../db/schema/usage.ts';
import type { Ctx } from '../platform/context.ts';
import { minute } from '../shared/time.ts';

/** The number of recent calls that are read, and the minimum number from which an output is derived. */
const sample = 200;
const minCalls = 20;
/** The length for an agent with too few calls, in tokens. */
const unknownOutput = 4096;
const cacheFor = 10 * minute;
const cacheSize = 1000;
const cache = new Map<string, { readonly read_at: number; readonly tokens: number }>();

/** Returns the typical output of an agent in tokens, for versions without a limit: the 95th percentile of recent calls. Cached for ten minutes. */
export async function typicalOutput(ctx: Ctx, agent_id: string | null): Promise<number> {
  if (agent_id === null) return unknownOutput;
  const name = `${ctx.workspace_id} ${agent_id}`;
  const cached = cache.get(name);
  if (cached !== undefined && ctx.now() - cached.read_at < cacheFor) return cached.tokens;
  const rows = await ctx.db
    .select({ operation: usage.operation, status: usage.status, tokens: usage.output_tokens })
    .from(usage)
    .where(and(eq(usage.workspace_id, ctx.workspace_id), eq(usage.agent_id, agent_id)))
    .orderBy(desc(usage.created_at), desc(usage.id))
    .limit(sample);
  const lengths = rows
    .flatMap(({ operation, status, tokens }) =>
      operation === 'answer' && status === 'ok' && tokens !== null ? [tokens] : [],
    )
    .sort((a, b) => a - b);
  const tokens =
    lengths.length < minCalls
      ? unknownOutput
      : (lengths[Math.ceil(lengths.length * 0.95) - 1] ?? unknownOutput);
  if (cache.size >= cacheSize) cache.clear();
  cache.set(name, { read_at: ctx.now(), tokens });
  return tokens;
}
