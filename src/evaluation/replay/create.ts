import { sql } from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Statement } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import type { ReplayKind } from '../../db/schema/replays.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, payingKey } from '../../platform/context.ts';
import { Failure, invalid, versionNotFound } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { replayJob } from './process-replay.ts';
import {
  type CreateReplay,
  type CreateShadow,
  type Replay,
  type Shadow,
  type StoredSelection,
  toReplay,
  toShadow,
} from './schema.ts';
import { countTurns, insertTurns, type TurnFilter } from './select-turns.ts';
import { auditOf, tooManyRunning } from './service.ts';
import { insertReplay, type ReplayRow } from './store.ts';
import { resolveTarget } from './target.ts';

/** Starts a replay. Throws `not_found`, `agent_archived`, `validation_failed`, and `conflict` where no turn matches or too many run. */
export async function createReplay(
  ctx: Ctx,
  agentName: string,
  input: CreateReplay,
): Promise<Replay> {
  const { agent, ...target } = await resolveTarget(ctx, agentName, input);
  const now = ctx.now();
  const from = Date.parse(input.from);
  const to = input.to === undefined ? now : Date.parse(input.to);
  if (from >= to) throw invalid('/from', 'Must be before `to`.');
  const filter = await resolveFilter(ctx, agent.id, input.filter);
  const chosen = { workspace_id: ctx.workspace_id, agent_id: agent.id, from, to, filter };
  const [counted] = await countTurns(ctx.db, chosen);
  const matched_count = counted?.count ?? 0;
  if (matched_count === 0)
    throw new Failure(
      'conflict',
      'No turn of this period matches. Widen the period or the filter.',
    );
  const selection: StoredSelection = { from, to, filter: input.filter, sample: input.sample };
  const row = newRow(ctx, 'replay', agent.id, input, {
    ...target,
    selection: { ...selection },
    matched_count,
    concurrency: input.concurrency,
    tally: { turns: Math.min(matched_count, input.sample) },
  });
  const turns = insertTurns(ctx.db, { ...chosen, replay_id: row.id, limit: input.sample });
  return insert(ctx, row, [turns as unknown as Statement], toReplay(row));
}

/** Starts a shadow. Throws `not_found`, `agent_archived`, `validation_failed`, and `conflict` where too many run. */
export async function createShadow(
  ctx: Ctx,
  agentName: string,
  input: CreateShadow,
): Promise<Shadow> {
  const { agent, ...target } = await resolveTarget(ctx, agentName, input);
  await checkOwn(ctx, 'experiments', agent.id, input.experiment, '/experiment');
  const row = newRow(ctx, 'shadow', agent.id, input, {
    ...target,
    selection: input.experiment === undefined ? {} : { experiment_id: input.experiment },
    share: Math.round(input.share * 1e6),
    read_until: ctx.now(),
    read_run_id: '',
    concurrency: 2,
  });
  return insert(ctx, row, [], toShadow(row));
}

type Given = Pick<CreateReplay, 'label' | 'max_cost_usd'>;
type Own = Pick<
  ReplayRow,
  'version_id' | 'version_number' | 'knowledge' | 'selection' | 'concurrency'
> &
  Partial<ReplayRow>;

function newRow(ctx: Ctx, kind: ReplayKind, agent_id: string, given: Given, own: Own): ReplayRow {
  const now = ctx.now();
  return {
    ...{ id: ctx.newId('rpl'), workspace_id: ctx.workspace_id, agent_id, kind, status: 'running' },
    ...{ label: given.label, max_cost_nano_usd: fromUsd(given.max_cost_usd) },
    ...{ draft: null, judge: null, matched_count: 0, share: null, read_until: null },
    ...{ read_run_id: null, skipped_count: 0, tally: null, erased_count: 0 },
    ...{ error_code: null, error_detail: null, ended_at: null, deleted_at: null },
    api_key_id: payingKey(ctx.actor),
    created_by: actorId(ctx.actor),
    ...{ created_at: now, updated_at: now },
    ...own,
  };
}

async function insert<Reply>(
  ctx: Ctx,
  row: ReplayRow,
  more: readonly Statement[],
  reply: Reply,
): Promise<Reply> {
  try {
    await commit(ctx, {
      statements: [insertReplay(ctx.db, row), ...more],
      audit: [auditOf('create', row)],
      jobs: row.kind === 'replay' ? [replayJob(row, row.api_key_id)] : [],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'replays.label')) throw error;
    throw tooManyRunning();
  }
  return reply;
}

/** Throws `validation_failed` for an experiment or session of another agent. */
async function checkOwn(
  { db, workspace_id }: Ctx,
  table: 'experiments' | 'sessions',
  agent_id: string,
  id: string | undefined,
  pointer: string,
): Promise<void> {
  if (id === undefined) return;
  const found = await db.all(sql`
    select 1 from ${sql.raw(table)} where id = ${id} and agent_id = ${agent_id} and workspace_id = ${workspace_id}`);
  if (found.length === 0) throw invalid(pointer, `No such ${table.slice(0, -1)} of this agent.`);
}

/** Throws `validation_failed` for a variant that is none of the experiment's. */
async function checkVariant(
  { db }: Ctx,
  experiment: string | undefined,
  variant: string | undefined,
): Promise<void> {
  if (variant === undefined) return;
  if (experiment === undefined) throw invalid('/filter/variant', 'Name its `experiment`, too.');
  const found = await db.all(sql`
    select 1 from experiment_variants where id = ${variant} and experiment_id = ${experiment}`);
  if (found.length === 0) throw invalid('/filter/variant', 'The experiment has no such variant.');
}

/** Resolves the version of a filter. Throws `validation_failed`. */
async function resolveFilter(
  ctx: Ctx,
  agent_id: string,
  { version, experiment, variant, ...rest }: CreateReplay['filter'],
): Promise<TurnFilter> {
  await checkOwn(ctx, 'experiments', agent_id, experiment, '/filter/experiment');
  await checkOwn(ctx, 'sessions', agent_id, rest.session_id, '/filter/session_id');
  await checkVariant(ctx, experiment, variant);
  const ids = { experiment_id: experiment, variant_id: variant };
  if (version === undefined) return { ...rest, ...ids };
  const [found] = await ctx.db.all<{ id: string | null }>(
    sql`select ${chooseVersion(sql`${agent_id}`, version)} as id`,
  );
  if (found?.id == null) throw invalid('/filter/version', versionNotFound(version));
  return { ...rest, ...ids, version_id: found.id };
}
