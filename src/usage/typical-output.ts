import { and, desc, eq } from 'drizzle-orm';
import { usage } from '../db/schema/usage.ts';
import type { Ctx } from '../platform/context.ts';
import { minute } from '../shared/time.ts';

/** Calls looked at, and how many it takes before they say anything. */
const sample = 200;
const fewest = 20;
/** Of an agent that nothing is known of yet. */
const unknownOutput = 4096;
const cacheFor = 10 * minute;
const cacheSize = 1000;
const cache = new Map<string, { readonly read_at: number; readonly tokens: number }>();

/** How long the answers of an agent get where its version sets no limit: the 95th percentile of the last ones. One trip in ten minutes. */
export async function typicalOutput(ctx: Ctx, agent_id: string | null): Promise<number> {
  if (agent_id === null) return unknownOutput;
  const name = `${ctx.workspace_id} ${agent_id}`;
  const known = cache.get(name);
  if (known !== undefined && ctx.now() - known.read_at < cacheFor) return known.tokens;
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
    lengths.length < fewest
      ? unknownOutput
      : (lengths[Math.ceil(lengths.length * 0.95) - 1] ?? unknownOutput);
  if (cache.size >= cacheSize) cache.clear();
  cache.set(name, { read_at: ctx.now(), tokens });
  return tokens;
}
