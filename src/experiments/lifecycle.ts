import { planActivation, withAgent } from '../agents/index.ts';
import { isGuardViolation, isUniqueViolation } from '../db/errors.ts';
import type { ExperimentStatus } from '../db/schema/experiments.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure, invalid } from '../shared/failure.ts';
import { allocate } from './assignment.ts';
import {
  attempts,
  auditOf,
  type Changed,
  changing,
  findExperiment,
  type IfMatch,
  logged,
  refuseStale,
  tooManyChanges,
} from './change.ts';
import type { ConcludeExperiment } from './request-schema.ts';
import { finalResults } from './results.ts';
import { sharesOf, variantList, variantNamed } from './reweight.ts';
import { type Experiment, toExperiment } from './schema.ts';
import { checkResume, checkStart } from './start-checks.ts';
import {
  changeExperiment,
  type ExperimentRow,
  type StoredExperiment,
  type StoredVariant,
  stopVariantRow,
} from './store.ts';

/** Throws `conflict` unless the experiment has one of the statuses. */
function requireStatus({ status }: ExperimentRow, ...allowed: readonly ExperimentStatus[]): void {
  if (!allowed.includes(status))
    throw new Failure(
      'conflict',
      `The experiment is ${status}. This requires one that is ${allowed.join(' or ')}.`,
    );
}

/** The kinds of entries in the log, with the actions of the audit log. */
const actions = {
  started: 'start',
  paused: 'pause',
  resumed: 'resume',
  stopped: 'stop',
  concluded: 'conclude',
  variant_stopped: 'stop_variant',
} as const;

/** A change of status with its entry in the log. */
export function changed(
  ctx: Ctx,
  row: StoredExperiment,
  kind: keyof typeof actions,
  changes: Partial<ExperimentRow>,
  detail: Readonly<Record<string, unknown>> = {},
  variant_id: string | null = null,
): Changed {
  const all = { ...changes, updated_at: ctx.now() };
  return {
    reply: { ...row, ...all, revision: row.revision + 1 },
    statements: [changeExperiment(ctx.db, row, all), ...logged(ctx, row, kind, detail, variant_id)],
    audit: auditOf(actions[kind], row, {
      ...detail,
      ...(variant_id === null ? {} : { variant_id }),
    }),
  };
}

/** Runs what makes an experiment run. Throws `conflict` while another of the agent runs. */
const becomingRunning = (run: Promise<Experiment>): Promise<Experiment> =>
  run.catch((error: unknown) => {
    throw isUniqueViolation(error, 'experiments.agent_id')
      ? new Failure(
          'conflict',
          'Another experiment of the agent is running. Pause, stop or conclude it first.',
        )
      : error;
  });

const weightsOf = ({ variants }: StoredExperiment) =>
  Object.fromEntries(variants.map(({ id, weight }) => [id, weight]));

/** Starts an experiment. Throws `experiment_not_ready`, `agent_archived` and `conflict`. */
export const startExperiment = (ctx: Ctx, id: string, ifMatch: IfMatch): Promise<Experiment> =>
  becomingRunning(
    changing(ctx, id, ifMatch, async (row) => {
      requireStatus(row, 'draft');
      await checkStart(ctx, row);
      const allocation = allocate(sharesOf(row.variants));
      const detail = { epoch: row.epoch, weights: weightsOf(row) };
      const now = ctx.now();
      const changes = {
        status: 'running' as const,
        allocation,
        started_at: now,
        counted_at: now,
      };
      return changed(ctx, row, 'started', changes, detail);
    }),
  );

/** Pauses an experiment: everybody gets the active version, and nothing is counted. */
export const pauseExperiment = (ctx: Ctx, id: string, ifMatch: IfMatch): Promise<Experiment> =>
  changing(ctx, id, ifMatch, (row) => {
    requireStatus(row, 'running');
    return changed(ctx, row, 'paused', { status: 'paused' });
  });

/** Resumes an experiment: subjects return to their variants. Throws what `startExperiment` throws. */
export const resumeExperiment = (ctx: Ctx, id: string, ifMatch: IfMatch): Promise<Experiment> =>
  becomingRunning(
    changing(ctx, id, ifMatch, async (row) => {
      requireStatus(row, 'paused');
      await checkResume(ctx, row);
      return changed(ctx, row, 'resumed', { status: 'running' });
    }),
  );

/** The change that ends an experiment. */
export async function ended(
  ctx: Ctx,
  row: StoredExperiment,
  status: 'stopped' | 'concluded',
  reason: string | null,
  winner: StoredVariant | null = null,
): Promise<Changed> {
  const final_results = await finalResults(ctx, row, status);
  const changes = { status, ended_at: ctx.now(), end_reason: reason, final_results };
  const winner_id = winner?.id ?? null;
  return changed(ctx, row, status, { ...changes, winner_id }, { reason }, winner_id);
}

/** Stops an experiment without a result. Its agent uses the active version. */
export const stopExperiment = (
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  reason: string | null,
): Promise<Experiment> =>
  changing(ctx, id, ifMatch, (row) => {
    requireStatus(row, 'running', 'paused');
    return ended(ctx, row, 'stopped', reason);
  });

/**
 * Ends an experiment, and activates the version of the variant that is promoted in the same batch. Throws `conflict`,
 * `validation_failed` for an unknown variant, and what the activation of its version throws.
 */
export async function concludeExperiment(
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  { promote, reason, override_reason }: ConcludeExperiment,
): Promise<Experiment> {
  const end = (row: StoredExperiment, winner: StoredVariant | null) => {
    requireStatus(row, 'running', 'paused');
    return ended(ctx, row, 'concluded', reason, winner);
  };
  if (promote === null) return changing(ctx, id, ifMatch, (row) => end(row, null));
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await findExperiment(ctx, id);
    refuseStale(row, ifMatch);
    const winner = variantNamed(row, promote);
    if (winner === undefined)
      throw invalid('/promote', `Must be a variant of the experiment: ${variantList(row)}.`);
    const { reply, statements, audit } = await end(row, winner);
    try {
      return await withAgent(
        ctx,
        { agent: row.agent_id, ifMatch: null },
        async (agent) => ({
          ...(await planActivation(ctx, agent, winner.version_id, { reason, override_reason })),
          statements,
          audits: [audit],
        }),
        () => toExperiment(reply),
      );
    } catch (error) {
      if (!isGuardViolation(error, 'experiments.revision')) throw error;
    }
  }
  throw tooManyChanges();
}

/**
 * Stops a variant: its subjects get the version of the control and are no longer counted. Throws `not_found`, and
 * `conflict` for the control, for a variant that was stopped before, and for the last one beside the control.
 */
export async function stopVariant(
  ctx: Ctx,
  id: string,
  variantName: string,
  ifMatch: IfMatch,
  reason: string | null,
): Promise<Experiment> {
  return changing(ctx, id, ifMatch, (row) => {
    const variant = variantNamed(row, variantName);
    if (variant === undefined)
      throw new Failure(
        'not_found',
        `No such variant of this experiment. Its variants are ${variantList(row)}.`,
      );
    requireStatus(row, 'running', 'paused');
    if (variant.is_control)
      throw new Failure('conflict', 'The control cannot be stopped. Stop the experiment.');
    if (variant.stopped_at !== null)
      throw new Failure('conflict', 'The variant has been stopped before.');
    const left = row.variants.filter(({ stopped_at }) => stopped_at === null).length;
    if (left <= 2)
      throw new Failure(
        'conflict',
        'It is the last variant beside the control. Stop or conclude the experiment.',
      );
    const { reply, statements, audit } = changed(
      ctx,
      row,
      'variant_stopped',
      {},
      { reason },
      variant.id,
    );
    const now = ctx.now();
    return {
      reply: {
        ...reply,
        variants: row.variants.map((one) =>
          one.id === variant.id ? { ...one, stopped_at: now, stop_reason: reason } : one,
        ),
      },
      statements: [
        ...statements,
        stopVariantRow(ctx.db, ctx.workspace_id, variant.id, reason, now),
      ],
      audit,
    };
  });
}
