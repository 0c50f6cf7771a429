import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { type Quote, quoteModel } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import { type NanoUsd, sumOrNull, toWireUsd } from '../shared/money.ts';
import { day } from '../shared/time.ts';
import type { AgentConfig } from './config.ts';
import type { CostForecast } from './plan-schema.ts';

const period_ms = 7 * day;
/** Calls of a week that are read, the newest; of more, the rest is extrapolated. */
const maxCalls = 20_000;
const charsPerToken = 4;

/** The calls of a model during the period. Tokens are the mean of a call. */
interface Calls {
  readonly model: string;
  /** True for calls that answer; others, such as embeddings, do not depend on the model. */
  readonly is_answer: 0 | 1;
  readonly calls: number;
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly output_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly cost_nano_usd: NanoUsd | null;
  readonly unpriced: number;
  readonly oldest: number;
}

/** Runs of drafts, evaluations and replays are not traffic. The latter are one-off runs with these labels. */
const callsOf = (workspace_id: string, agent_id: string, since: number): SQL => sql`
  select provider || '/' || model model, operation = 'answer' is_answer, count(*) calls,
    avg(input_tokens) input_tokens, avg(cache_read_tokens) cache_read_tokens, avg(cache_write_tokens) cache_write_tokens,
    avg(output_tokens) output_tokens, avg(reasoning_tokens) reasoning_tokens,
    sum(cost_nano_usd) cost_nano_usd, sum(cost_nano_usd is null) unpriced, min(created_at) oldest
  from (select u.* from usage u left join runs r on r.id = u.run_id
    where u.workspace_id = ${workspace_id} and u.agent_id = ${agent_id} and u.created_at >= ${since}
      and coalesce(r.is_preview, 0) = 0
      and not exists (select 1 from run_contents c where c.run_id = u.run_id
        and (c.metadata ->> 'evaluation_id' glob 'eval_*' or c.metadata ->> 'replay_id' glob 'rpl_*'))
    order by u.created_at desc, u.id desc limit ${maxCalls})
  group by provider, model, operation = 'answer'`;

const selectCalls = (db: Db, workspace_id: string, agent_id: string, since: number) =>
  db.all<Calls>(callsOf(workspace_id, agent_id, since));

/**
 * Returns what the calls of the last seven days have cost, and what they would cost with another configuration, in two
 * round trips at most. null stands for unknown prices.
 */
export async function forecastCost(
  ctx: Ctx,
  agent_id: string,
  from: AgentConfig,
  to: AgentConfig,
): Promise<CostForecast> {
  const now = ctx.now();
  const rows = await selectCalls(ctx.db, ctx.workspace_id, agent_id, now - period_ms);
  const quote = await quoteModel(ctx, to.model);
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  const oldest = Math.min(now - 1, ...rows.map((row) => row.oldest));
  const scale = calls < maxCalls ? 1 : period_ms / (now - oldest);
  const added_tokens = Math.round(
    (to.instructions.length - from.instructions.length) / charsPerToken,
  );
  const spent = sumOrNull(rows.map(spentOn));
  const forecast = sumOrNull(rows.map((row) => priceAgain(row, to, quote, added_tokens)));
  const usd = (nano: NanoUsd | null) =>
    nano === null ? null : toWireUsd(Math.round(nano * scale));
  return {
    calls: Math.round(calls * scale),
    last_week_usd: usd(spent),
    forecast_usd: usd(forecast),
    assumptions: assumptionsOf({ rows, to, added_tokens, isExtrapolated: scale !== 1 }),
  };
}

const spentOn = (row: Calls): NanoUsd | null => (row.unpriced > 0 ? null : row.cost_nano_usd);

const isKept = ({ model, is_answer }: Calls, to: AgentConfig): boolean =>
  is_answer === 0 || to.fallback_models.includes(model);

function priceAgain(
  row: Calls,
  to: AgentConfig,
  quote: Quote,
  added_tokens: number,
): NanoUsd | null {
  if (isKept(row, to)) return spentOn(row);
  const round = (tokens: number | null) => (tokens === null ? null : Math.round(tokens));
  const { input_tokens } = row;
  const least = (row.cache_read_tokens ?? 0) + (row.cache_write_tokens ?? 0);
  const price = quote({
    input_tokens:
      input_tokens === null ? null : Math.round(Math.max(least, input_tokens + added_tokens)),
    cache_read_tokens: round(row.cache_read_tokens),
    cache_write_tokens: round(row.cache_write_tokens),
    output_tokens: round(row.output_tokens),
    reasoning_tokens: round(row.reasoning_tokens),
  });
  return price === null ? null : price * row.calls;
}

interface Facts {
  readonly rows: readonly Calls[];
  readonly to: AgentConfig;
  readonly added_tokens: number;
  readonly isExtrapolated: boolean;
}

function assumptionsOf({ rows, to, added_tokens, isExtrapolated }: Facts): string[] {
  if (rows.length === 0) return ['The agent made no model calls in the last 7 days.'];
  const former = rows.filter((row) => !isKept(row, to) && row.model !== to.model);
  const unpriced = rows.reduce((sum, row) => sum + row.unpriced, 0);
  return [
    'The same number of calls as in the last 7 days, each of the mean size, at current prices.',
    ...(former.length === 0
      ? []
      : [
          `Calls of ${former.map(({ model }) => model).join(', ')} are made to ${to.model}, with as many tokens and the same share from the cache.`,
        ]),
    ...(added_tokens === 0
      ? []
      : [
          `The instructions make each call about ${Math.abs(added_tokens)} tokens ${added_tokens > 0 ? 'longer' : 'shorter'}.`,
        ]),
    ...(rows.some(({ is_answer }) => is_answer === 0)
      ? ['Embeddings, reranking, titles and summaries cost the same.']
      : []),
    ...(isExtrapolated ? [`Extrapolated from the newest ${maxCalls} calls.`] : []),
    ...(unpriced === 0 ? [] : [`The cost of ${unpriced} calls is unknown.`]),
  ];
}
