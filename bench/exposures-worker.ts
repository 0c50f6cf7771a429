// The worker of `npm run bench:exposures`: generates exposures, counts them and reads results. No other module imports it.
import { countUpTo } from '../src/experiments/count.ts';
import { getResults } from '../src/experiments/results.ts';
import { openPlatform } from '../src/platform/cloudflare.ts';
import type { Ctx } from '../src/platform/context.ts';
import { newId } from '../src/shared/id.ts';

/** The start of the experiment. Exposures follow it, one a millisecond. */
const started_at = Date.UTC(2026, 10, 1);
const experiment = 'exp_bench';
const variants = ['var_control', 'var_short'] as const;
const batchOf = 50_000;
/** Exposures for each run. */
const runEvery = 10;

type Step = (env: Env, query: URLSearchParams, ctx: Ctx) => Promise<object>;

const steps: Readonly<Record<string, Step>> = {
  async start(env) {
    const allocation = JSON.stringify([
      [5000, variants[0]],
      [10_000, variants[1]],
    ]);
    const metric = (name: string) =>
      JSON.stringify({ metric: name, direction: 'decrease', minimum_effect: 0.05 });
    const weights = JSON.stringify({
      epoch: 0,
      weights: Object.fromEntries(variants.map((id) => [id, 50])),
    });
    await env.DB.batch([
      env.DB.prepare(
        "insert into workspaces (id, name, time_zone, default_model, content_logging, created_at, updated_at) values ('bench', 'Bench', 'UTC', 'builtin/extractive', 1, 0, 0)",
      ),
      env.DB.prepare(
        `insert into agents (id, workspace_id, slug, name, description, tags, active_version_id, latest_version, revision, created_at, updated_at)
        values ('agent', 'bench', 'agent', 'Agent', '', '[]', 'version', 1, 1, 0, 0)`,
      ),
      env.DB.prepare(
        `insert into experiments (id, workspace_id, agent_id, name, status, primary_metric, guard_metrics, settings, allocation, multiplier, increment, created_at, updated_at, started_at, counted_at)
        values (?1, 'bench', 'agent', 'Bench', 'running', ?2, '[' || ?3 || ']', '{}', ?4, 48271, 11, ?5, ?5, ?5, ?5)`,
      ).bind(experiment, metric('cost_per_message'), metric('latency_p95'), allocation, started_at),
      ...variants.map((id, ordinal) =>
        env.DB.prepare(
          `insert into experiment_variants (id, workspace_id, experiment_id, ordinal, name, version_id, is_control, weight)
          values (?, 'bench', ?, ?, ?, 'version', ?, 50)`,
        ).bind(id, experiment, ordinal, id, ordinal === 0 ? 1 : 0),
      ),
      env.DB.prepare(
        `insert into experiment_entries (id, workspace_id, experiment_id, kind, variant_id, detail, created_by, created_at)
        values ('ent_bench', 'bench', ?, 'started', null, ?, null, ?)`,
      ).bind(experiment, weights, started_at),
    ]);
    return {};
  },

  /** Exposures from one number to another, a run for every tenth: of twenty costs, and latencies of a long tail. */
  async expose(env, query) {
    const [from, to] = ['from', 'to'].map((name) => Number(query.get(name))) as [number, number];
    for (let start = from; start < to; start += batchOf) {
      const end = Math.min(to, start + batchOf);
      await env.DB.batch([
        env.DB.prepare(
          `with recursive n(i) as (select cast(?1 as integer) union all select i + 1 from n where i + 1 < ?2)
          insert into experiment_subjects (experiment_id, subject, workspace_id, variant_id, epoch, exposed_at)
          select ?3, i, 'bench', iif(i * 7919 / 16 % 2 = 0, ?4, ?5), 0, ?6 + i from n`,
        ).bind(start, end, experiment, ...variants, started_at),
        env.DB.prepare(
          `insert into runs (id, workspace_id, agent_id, version_id, session_id, status, subject, experiment_id, variant_id, cost_nano_usd, latency_ms, lease_until, created_by, created_at, ended_at)
          select 'run_' || printf('%09d', x.subject), 'bench', 'agent', 'version', 'session_' || x.subject, 'completed', x.subject, x.experiment_id, x.variant_id,
            1000 + x.subject * 7919 % 20 * 50, 50 + x.subject * 7919 % 997 * (1 + x.subject % 7), 0, 'key_bench', x.exposed_at, x.exposed_at
          from experiment_subjects x where x.experiment_id = ? and x.subject >= ? and x.subject < ? and x.subject % ${runEvery} = 0`,
        ).bind(experiment, start, end),
      ]);
    }
    return { exposures: to - from };
  },

  /** Counts until nothing is left, like repeated ticks. */
  async count(env, _query, ctx) {
    const left = env.DB.prepare(
      'select 1 from experiment_subjects where experiment_id = ? and figures is null limit 1',
    ).bind(experiment);
    for (;;) {
      await countUpTo(ctx, experiment, ctx.now());
      if ((await left.first()) === null) return {};
    }
  },

  async results(_env, _query, ctx) {
    const { variants } = await getResults(ctx, experiment);
    return {
      exposures: variants.reduce((sum, variant) => sum + variant.exposures, 0),
      active: variants.reduce((sum, variant) => sum + variant.subjects, 0),
    };
  },
};

export * from './objects.ts';

export default {
  async fetch(request, env, execution) {
    const { pathname, searchParams } = new URL(request.url);
    const platform = openPlatform(env, execution, { request_id: newId('req') });
    const ctx = platform.context({
      workspace_id: 'bench',
      actor: { type: 'system', name: 'bench' },
    });
    const result = await steps[pathname.slice(1)]?.(env, searchParams, ctx);
    const { trips, rows_read, rows_written } = ctx.meter.db;
    return Response.json({ ...result, trips, rows_read, rows_written });
  },
} satisfies ExportedHandler<Env>;
