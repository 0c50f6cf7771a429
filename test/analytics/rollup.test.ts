import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { rollUpWorkspace } from '../../src/analytics/rollup.ts';
import { getAnalytics } from '../../src/analytics/service.ts';
import { newId } from '../../src/shared/id.ts';
import { faulty } from '../support/faulty.ts';
import { differences, recount } from './recount.ts';
import {
  type Call,
  contextAt,
  type History,
  insertHistory,
  messagesOf,
  newTenant,
  type Rating,
  type Run,
  rollupsOf,
  type Session,
  type Tenant,
} from './support.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** A Friday; clocks in Europe are put on the Sunday after. */
const start = Date.UTC(2026, 2, 27);
const days = 4;
const zones = ['UTC', 'Europe/Zurich', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Chatham'];

interface Event {
  readonly minutes: number;
  readonly agent: number;
  readonly session: number;
  readonly latency: number;
  readonly cost: number | null;
  readonly status: string;
  readonly operation: string;
  readonly model: string;
  readonly is_preview: boolean;
  readonly rating: string | null;
  readonly confidence: number | null;
}

const events = (max: number) =>
  fc.array(
    fc.record<Event>({
      minutes: fc.oneof(
        fc.integer({ min: 0, max: days * 1440 - 1 }),
        // On the edges of hours and quarters, and around midnight of each zone.
        fc.integer({ min: 0, max: days * 96 - 1 }).map((quarter) => quarter * 15),
        fc
          .tuple(
            fc.integer({ min: 1, max: days - 1 }),
            fc.constantFrom(0, 1320, 1380, 1110, 150, 615),
            fc.integer({ min: -20, max: 20 }),
          )
          .map(([date, midnight, off]) => Math.min(days * 1440 - 1, date * 1440 + midnight + off)),
      ),
      agent: fc.nat(1),
      session: fc.nat(5),
      latency: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 60_000 })),
      cost: fc.option(fc.integer({ min: 0, max: 10 ** 9 })),
      status: fc.constantFrom(
        'completed',
        'completed',
        'failed',
        'cancelled',
        'interrupted',
        'limit_exceeded',
      ),
      operation: fc.constantFrom('answer', 'embed_query', 'title'),
      model: fc.constantFrom('a', 'b'),
      is_preview: fc.boolean().map((odd) => odd),
      rating: fc.option(fc.constantFrom('up', 'down', '1', '3', '5')),
      confidence: fc.option(fc.integer({ min: 0, max: 1000 }).map((value) => value / 1000)),
    }),
    { minLength: 1, maxLength: max },
  );

/** Rows of events; sessions are kept between calls, since several events are of one. */
function historyOf(
  tenant: Tenant,
  list: readonly Event[],
  sessions: Map<string, Session>,
): History {
  const runs: Run[] = [];
  const calls: Call[] = [];
  const ratings: Rating[] = [];
  for (const event of list) {
    const agent = tenant.agents[event.agent] as Tenant['agents'][number];
    const at = start + event.minutes * 60_000;
    const name = `${event.agent}/${event.session}`;
    const kind = event.session === 5 ? 'one_off' : 'chat';
    const session: Session = sessions.get(name) ?? {
      id: newId('ses'),
      agent_id: agent.id,
      kind,
      end_user_id: event.session === 0 ? null : `user-${event.session % 3}`,
      created_at: start,
    };
    sessions.set(name, session);
    const of = { agent_id: agent.id, version_id: agent.version_id, session_id: session.id };
    const { status, confidence, is_preview, cost: cost_nano_usd, latency: latency_ms } = event;
    const coverage = confidence === null ? null : confidence > 0.5 ? 'full' : 'none';
    const run: Run = {
      id: newId('run'),
      ...of,
      is_preview,
      status,
      confidence,
      coverage,
      first_token_ms: Math.floor(latency_ms / 2),
      latency_ms,
      created_by: tenant.workspace.key_id,
      created_at: at - latency_ms,
      ended_at: at,
    };
    runs.push(run);
    calls.push({
      id: newId('use'),
      ...of,
      run_id: run.id,
      api_key_id: tenant.workspace.key_id,
      end_user_id: session.end_user_id,
      provider: 'test',
      model: event.model,
      operation: event.operation,
      input_tokens: 7,
      output_tokens: null,
      cost_nano_usd,
      latency_ms,
      first_token_ms: null,
      status: status === 'failed' ? 'error' : 'ok',
      created_at: at,
    });
    if (event.rating !== null && status !== 'failed')
      ratings.push({
        id: newId('msg'),
        ...of,
        message_id: messagesOf(run).assistant_id,
        run_id: run.id,
        rating: event.rating,
        created_at: at,
      });
  }
  calls.push({
    ...(calls[0] as Call),
    id: newId('use'),
    agent_id: null,
    version_id: null,
    session_id: null,
    run_id: null,
    end_user_id: null,
    operation: 'embed_file',
  });
  return { sessions: [...sessions.values()], runs, calls, ratings };
}

const plus = (a: History, b: History): History => ({
  sessions: b.sessions,
  runs: [...a.runs, ...b.runs],
  calls: [...a.calls, ...b.calls],
  ratings: [...a.ratings, ...b.ratings],
});
const nothing: History = { sessions: [], runs: [], calls: [], ratings: [] };

/** What the API says in a zone against a recount, for the workspace and its agents, day by day. */
async function check(
  tenant: Tenant,
  history: History,
  now: number,
  zone: string,
): Promise<string[]> {
  const ctx = contextAt(tenant.workspace.id, now);
  const found: string[] = [];
  for (const agent of [null, ...tenant.agents.map(({ id }) => id)]) {
    const query = {
      start_date: '2026-03-28',
      end_date: '2026-03-30',
      time_zone: zone,
      granularity: 'day',
      group_by: 'version',
    } as const;
    const {
      totals,
      series,
      start: from,
      end: to,
      groups,
      capabilities,
    } = await getAnalytics(ctx, agent, query);
    found.push(
      ...differences(totals, recount(history, agent, Date.parse(from), Date.parse(to))).map(
        (text) => `${zone} total ${agent}${text}`,
      ),
    );
    for (const [index, part] of series.entries()) {
      const until = Date.parse(series[index + 1]?.start ?? to);
      const { start: at, anomalies: _anomalies, ...measures } = part;
      found.push(
        ...differences(measures, recount(history, agent, Date.parse(at), until)).map(
          (text) => `${zone} ${at} ${agent}${text}`,
        ),
      );
    }
    const used =
      totals.usage.runs === 0
        ? []
        : [
            {
              capability: 'tool:look_up',
              uses: totals.usage.runs,
              failed: totals.performance.runs_by_status.failed ?? 0,
              cost_usd: (3 * totals.usage.runs) / 1e9,
            },
          ];
    if (JSON.stringify(capabilities) !== JSON.stringify(used))
      found.push(`${zone}: ${JSON.stringify(capabilities)} instead of ${JSON.stringify(used)}`);
    const cost = groups.reduce((sum, group) => sum + group.cost.total_usd, 0);
    if (Math.abs(cost - totals.cost.total_usd) > 1e-6)
      found.push(`${zone}: groups cost ${cost} instead of ${totals.cost.total_usd}`);
  }
  return found;
}

describe('rollups', () => {
  it('equal a recount of random histories with late, duplicate and unordered facts, with cron fired twice (R68)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(events(12), fc.integer({ min: 1, max: days * 24 + 3 })), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.constantFrom(...zones),
        async (steps, zone) => {
          const tenant = await newTenant();
          const sessions = new Map<string, Session>();
          let history = nothing;
          let now = start;
          for (const [list, hours] of steps) {
            const more = historyOf(tenant, list, sessions);
            history = plus(history, more);
            await insertHistory(tenant.workspace.id, more);
            // The same rows again: a job that was replayed.
            await insertHistory(tenant.workspace.id, { ...nothing, calls: more.calls });
            now = Math.max(now, start + hours * hour);
            await Promise.all(
              [1, 2].map(() =>
                rollUpWorkspace(contextAt(tenant.workspace.id, now), tenant.workspace.id).catch(
                  () => undefined,
                ),
              ),
            );
            expect(await check(tenant, history, now, zone)).toEqual([]);
          }
          await rollUpWorkspace(contextAt(tenant.workspace.id, now), tenant.workspace.id);
          const before = await rollupsOf(tenant.workspace.id);
          await rollUpWorkspace(contextAt(tenant.workspace.id, now + 1), tenant.workspace.id);
          expect(await rollupsOf(tenant.workspace.id)).toEqual(before);
        },
      ),
      { numRuns: Math.max(8, Number(env.FUZZ_RUNS) / 3) },
    );
  });
});

describe('a tick with a failing round trip', () => {
  let tenant: Tenant;
  let list: Event[];
  beforeAll(() => {
    list = fc.sample(events(20), { numRuns: 1, seed: 42 })[0] as Event[];
  });

  it('loses and duplicates nothing', async () => {
    const now = start + days * day + hour;
    const attempt = async (fault: Parameters<typeof faulty>[1]) => {
      tenant = await newTenant();
      const sessions = new Map<string, Session>();
      const first = historyOf(tenant, list, sessions);
      await insertHistory(tenant.workspace.id, first);
      await rollUpWorkspace(contextAt(tenant.workspace.id, start + 2 * day), tenant.workspace.id);
      const late = historyOf(tenant, list.slice(0, 3), sessions);
      await insertHistory(tenant.workspace.id, late);
      const { database, trips } = faulty(env.DB, fault);
      await rollUpWorkspace(
        contextAt(tenant.workspace.id, now, database),
        tenant.workspace.id,
      ).catch(() => undefined);
      const made = trips();
      // Past the lease of the one that died.
      await rollUpWorkspace(contextAt(tenant.workspace.id, now + hour / 4), tenant.workspace.id);
      expect(
        await check(tenant, plus(first, late), now, 'Asia/Kolkata'),
        JSON.stringify(fault),
      ).toEqual([]);
      const { results } = await env.DB.prepare(
        'select * from analytics_marks where workspace_id = ?',
      )
        .bind(tenant.workspace.id)
        .all();
      expect(results, JSON.stringify(fault)).toEqual([]);
      return made;
    };
    const made = await attempt(null);
    expect(made).toBeGreaterThan(10);
    const step = Math.max(1, Math.floor(made / 25));
    for (let at = 1; at <= made; at += at < 8 || at > made - 8 ? 1 : step) {
      await attempt({ at, mode: 'before' });
      await attempt({ at, mode: 'after' });
    }
  });
});
