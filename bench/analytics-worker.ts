// The worker of `npm run bench:analytics`: generates rows and measures analytics over them. No other module imports it.
import { archiveWorkspace } from '../src/analytics/archive.ts';
import { rollUpWorkspace } from '../src/analytics/rollup.ts';
import { getAnalytics } from '../src/analytics/service.ts';
import { openPlatform } from '../src/platform/cloudflare.ts';
import type { Ctx } from '../src/platform/context.ts';
import { newId } from '../src/shared/id.ts';
import { day, hour } from '../src/shared/time.ts';

/** The fixed time of the bench: 90 days of history end here, in the middle of an hour. */
const now = Date.UTC(2026, 10, 22, 12, 30);
const agents = 50;
const batchOf = 50_000;

type Step = (env: Env, workspace: string, query: URLSearchParams, ctx: Ctx) => Promise<object>;

const steps: Readonly<Record<string, Step>> = {
  /** `rows` model calls, a run for every four of them, evenly over 90 days, 50 agents and 20,000 end users. */
  async seed(env, workspace, query) {
    const rows = Number(query.get('rows'));
    await env.DB.batch([
      env.DB.prepare(
        "insert into workspaces (id, name, time_zone, default_model, content_logging, created_at, updated_at) values (?, 'Bench', 'UTC', 'builtin/extractive', 1, 0, 0)",
      ).bind(workspace),
      env.DB.prepare(
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${agents})
        insert into agents (id, workspace_id, slug, name, description, tags, active_version_id, latest_version, revision, created_at, updated_at)
        select ?1 || '_agent_' || i, ?1, 'agent-' || i, 'Agent', '', '[]', 'version', 1, 1, 0, 0 from n`,
      ).bind(workspace),
      env.DB.prepare(
        `with recursive n(i) as (select 0 union all select i + 1 from n where i < ?2)
        insert into sessions (id, workspace_id, agent_id, end_user_id, inputs, metadata, created_at, updated_at)
        select ?1 || '_session_' || i, ?1, ?1 || '_agent_' || (i % ${agents} + 1), 'user-' || (i % 20000), '{}', '{}', 0, 0 from n`,
      ).bind(workspace, Math.floor(rows / 20)),
    ]);
    const from = now - 90 * day;
    for (let start = 0; start < rows; start += batchOf)
      await insertCalls(
        env,
        workspace,
        start,
        Math.min(rows, start + batchOf),
        from,
        (90 * day) / rows,
      );
    return { rows };
  },

  async burst(env, workspace, query) {
    const rows = Number(query.get('rows'));
    await insertCalls(
      env,
      workspace,
      10_000_000,
      10_000_000 + rows,
      now - (now % hour),
      hour / rows,
    );
    return { rows };
  },

  /** Rolls up until nothing is left, like repeated hourly ticks. */
  async roll(_env, workspace, query, ctx) {
    const at = now + Number(query.get('later') ?? 0) * hour;
    for (;;) {
      const allowance = { facts: 400_000 };
      await rollUpWorkspace({ ...ctx, now: () => at }, workspace, allowance);
      if (allowance.facts > 0) return {};
    }
  },

  async analytics(_env, workspace, query, ctx) {
    const agent = query.get('agent');
    const requested = {
      start_date: '2026-08-25',
      end_date: '2026-11-22',
      granularity: 'day' as const,
      time_zone: query.get('time_zone') ?? 'UTC',
    };
    const { totals, series, is_complete } = await getAnalytics(
      ctx,
      agent === null ? null : `${workspace}_${agent}`,
      requested,
    );
    return {
      runs: totals.usage.runs,
      calls: totals.usage.calls,
      users: totals.usage.unique_users,
      days: series.length,
      is_complete,
    };
  },

  /** Computes the same figures from the calls, without percentiles and runs. */
  async raw(_env, workspace, query, ctx) {
    const row = await (ctx.db as unknown as { $client: D1Database }).$client
      .prepare(
        `select count(*) as calls, sum(cost) as cost from (select date(created_at / 1000, 'unixepoch') as day, sum(cost_nano_usd) as cost, count(*) as n
        from usage where workspace_id = ? and agent_id = ? and created_at >= ? group by day)`,
      )
      .bind(workspace, `${workspace}_${query.get('agent')}`, now - 90 * day)
      .all();
    return { days: row.results.length };
  },

  /** Archives all but the last 60 days, which is a month. */
  async archive(env, workspace, _query, ctx) {
    await archiveWorkspace(ctx, workspace, 60, { rows: Number.POSITIVE_INFINITY });
    const row = await env.DB.prepare(
      'select count(*) as objects, sum(row_count) as rows, sum(byte_size) as bytes from usage_archives where workspace_id = ?',
    )
      .bind(workspace)
      .first<Record<string, number>>();
    return row ?? {};
  },
};

/** Latencies of a long tail, four models, three operations; one call in fifty failed and one in a hundred has no price. */
const insertCalls = (
  env: Env,
  workspace: string,
  start: number,
  end: number,
  from: number,
  spacing: number,
) =>
  env.DB.batch([
    env.DB.prepare(
      `with recursive n(i) as (select cast(?2 as integer) union all select i + 1 from n where i + 1 < ?3)
      insert into usage (id, workspace_id, call_key, agent_id, version_id, session_id, run_id, api_key_id, end_user_id, provider, model, operation,
        input_tokens, output_tokens, cost_nano_usd, latency_ms, first_token_ms, status, created_at)
      select ?1 || '_use_' || printf('%09d', i), ?1, ?1 || i, ?1 || '_agent_' || (i % ${agents} + 1), 'version-' || (i % 3), ?1 || '_session_' || (i / 20), ?1 || '_run_' || (i / 4),
        'key', 'user-' || (i / 20 % 20000), 'bench', 'model-' || (i % 4), iif(i % 4 = 0, 'embed_query', iif(i % 4 = 1, 'title', 'answer')),
        i % 900, i % 300, iif(i % 100 = 7, null, (i * 7919) % 5000000), 50 + (i * 7919) % 997 * (1 + i % 7), 40 + i % 200, iif(i % 50 = 3, 'error', 'ok'),
        cast(?4 + (i - ?5) * ?6 as integer) from n`,
    ).bind(workspace, start, end, from, start >= 10_000_000 ? start : 0, spacing),
    env.DB.prepare(
      `with recursive n(i) as (select cast(?2 as integer) union all select i + 4 from n where i + 4 < ?3)
      insert into runs (id, workspace_id, agent_id, version_id, session_id, status, confidence, first_token_ms, latency_ms, lease_until, created_by, created_at, ended_at)
      select ?1 || '_run_' || (i / 4), ?1, ?1 || '_agent_' || (i / 4 % ${agents} + 1), 'version-' || (i % 3), ?1 || '_session_' || (i / 20), iif(i % 40 = 0, 'failed', 'completed'),
        (i % 100) / 100.0, 40 + i % 200, 50 + (i * 7919) % 9973, 0, 'key_bench', 0, cast(?4 + (i - ?5) * ?6 as integer) from n`,
    ).bind(workspace, start, end, from, start >= 10_000_000 ? start : 0, spacing),
  ]);

export * from './objects.ts';

export default {
  async fetch(request, env, execution) {
    const { pathname, searchParams } = new URL(request.url);
    const [step = '', workspace = ''] = pathname.slice(1).split('/');
    const platform = openPlatform(env, execution, { request_id: newId('req') });
    const ctx = {
      ...platform.context({ workspace_id: workspace, actor: { type: 'system', name: 'bench' } }),
      now: () => now,
    };
    const result = await steps[step]?.(env, workspace, searchParams, ctx);
    const { trips, rows_read, rows_written } = ctx.meter.db;
    return Response.json({ ...result, trips, rows_read, rows_written });
  },
} satisfies ExportedHandler<Env>;
