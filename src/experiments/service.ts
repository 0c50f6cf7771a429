import { findAgent, findAgentId, selectVersionFor } from '../agents/index.ts';
import { batch } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../platform/context.ts';
import {
  Failure,
  invalid,
  type Violation,
  validationFailed,
  versionNotFound,
} from '../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import { newSalt } from './assignment.ts';
import { auditOf, changing, findExperiment, type IfMatch, refuseStale } from './change.ts';
import type {
  AllExperimentsQuery,
  CreateExperiment,
  GivenVariant,
  UpdateExperiment,
} from './request-schema.ts';
import { reweighted } from './reweight.ts';
import { type Experiment, type ExperimentEntry, toEntry, toExperiment } from './schema.ts';
import {
  changeExperiment,
  deleteDraft,
  type ExperimentRow,
  insertExperiment,
  replaceVariants,
  type StoredExperiment,
  selectEntries,
  selectExperiments,
  type VariantRow,
} from './store.ts';

/** Experiments of an agent that have not started. */
const maxDrafts = 100;

interface ResolvedVariants {
  readonly rows: readonly VariantRow[];
  readonly numbers: readonly number[];
}

/** Returns the rows of variants with the versions that they name. Throws `validation_failed`. */
async function resolveVariants(
  { db, workspace_id, newId }: Ctx,
  { id: experiment_id, agent_id }: Pick<ExperimentRow, 'id' | 'agent_id'>,
  given: readonly GivenVariant[],
): Promise<ResolvedVariants> {
  const found = await batch(
    db,
    given.map(({ version }) => selectVersionFor(db, workspace_id, agent_id, version)),
  );
  const versions = found.map(([version]) => version);
  const errors = given.flatMap(({ version }, index): Violation[] =>
    versions[index] === undefined
      ? [{ pointer: `/variants/${index}/version`, detail: versionNotFound(version) }]
      : [],
  );
  if (errors.length > 0) throw validationFailed(errors);
  return {
    rows: given.map(({ version: _, ...variant }, ordinal) => ({
      ...variant,
      ...{ id: newId('var'), workspace_id, experiment_id, ordinal },
      version_id: versions[ordinal]?.id ?? '',
      stopped_at: null,
      stop_reason: null,
    })),
    numbers: versions.map((version) => version?.number ?? 0),
  };
}

const withVariants = (
  row: ExperimentRow,
  { rows, numbers }: ResolvedVariants,
): StoredExperiment => ({
  ...row,
  variants: rows.map((variant, index) => ({ ...variant, version_number: numbers[index] ?? null })),
});

/** Creates an experiment that has not started. Throws `not_found`, `validation_failed`, and `conflict` for too many of them. */
export async function createExperiment(
  ctx: Ctx,
  agentName: string,
  { variants, ...input }: CreateExperiment,
): Promise<Experiment> {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const agent = await findAgent(ctx, agentName);
  const row: ExperimentRow = {
    id: ctx.newId('exp'),
    workspace_id,
    agent_id: agent.id,
    ...input,
    ...newSalt(),
    ...{ status: 'draft', allocation: [], epoch: 0, revision: 1, cursor: {}, counted_at: null },
    ...{ winner_id: null, end_reason: null, final_results: null },
    created_by: actorId(ctx.actor),
    ...{ created_at: now, updated_at: now, started_at: null, ended_at: null },
  };
  const resolved = await resolveVariants(ctx, row, variants);
  const reply = toExperiment(withVariants(row, resolved));
  try {
    const statements = [
      insertExperiment(db, row, maxDrafts),
      ...replaceVariants(db, row, resolved.rows),
    ];
    await commit(ctx, { statements, audit: [auditOf('create', row)], reply });
  } catch (error) {
    if (!isGuardViolation(error, 'experiments.name')) throw error;
    throw new Failure(
      'conflict',
      `The agent has ${maxDrafts} experiments that have not started. Delete some of them.`,
    );
  }
  return reply;
}

export const getExperiment = async (ctx: Ctx, id: string): Promise<Experiment> =>
  toExperiment(await findExperiment(ctx, id));

/** Lists experiments of an agent, or of all that the caller may see. Throws `not_found` for an unknown agent. */
export async function listExperiments(
  ctx: Ctx,
  { agent: name, status, ...query }: AllExperimentsQuery,
): Promise<Page<Experiment>> {
  const { db, workspace_id, config } = ctx;
  const agent = await findAgentId(ctx, name);
  const only = agent === undefined ? coveredAgents(ctx.actor) : null;
  return readPage(
    {
      ...{ secret: config.signing_secret, workspace_id },
      ...{ list: `experiments:${agent ?? 'all'}`, filters: { status, only: only?.join() } },
    },
    query,
    (after, limit) =>
      selectExperiments(db, workspace_id, { agent, only, status }, after, limit).all(),
    ({ id }) => id,
    toExperiment,
  );
}

/** What may change before an experiment starts. */
const ofDrafts = ['mode', 'primary_metric', 'guard_metrics', 'settings', 'variants'] as const;

/**
 * Changes an experiment: everything before it starts, then its name, hypothesis and weights. Throws `not_found`,
 * `precondition_failed`, `validation_failed`, and `conflict` for a change that its status does not allow.
 */
export const updateExperiment = (
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  { variants, weights, ...input }: UpdateExperiment,
): Promise<Experiment> =>
  changing(ctx, id, ifMatch, async (row) => {
    if (row.ended_at !== null)
      throw new Failure('conflict', 'The experiment has ended and cannot be changed.');
    const given = { ...input, variants };
    const [fixed] = ofDrafts.filter((name) => given[name] !== undefined);
    if (fixed !== undefined && row.status !== 'draft')
      throw new Failure(
        'conflict',
        `\`${fixed}\` cannot be changed once the experiment has started.`,
      );
    if (variants !== undefined && weights !== undefined)
      throw invalid('/weights', 'Give the weights with the variants.');
    const resolved = variants === undefined ? null : await resolveVariants(ctx, row, variants);
    const moved = weights === undefined ? null : reweighted(ctx, row, weights);
    const fields = Object.fromEntries(
      Object.entries(input).filter(([, value]) => value !== undefined),
    ) as Partial<ExperimentRow>;
    const changes = { ...fields, ...moved?.changes, updated_at: ctx.now() };
    const changed = { ...row, ...changes, revision: row.revision + 1 };
    return {
      reply:
        resolved === null
          ? { ...changed, variants: moved?.variants ?? row.variants }
          : withVariants(changed, resolved),
      statements: [
        changeExperiment(ctx.db, row, changes),
        ...(resolved === null ? [] : replaceVariants(ctx.db, row, resolved.rows)),
        ...(moved?.statements ?? []),
      ],
      audit: auditOf('update', row, {
        fields: Object.keys({
          ...fields,
          ...(variants && { variants }),
          ...(weights && { weights }),
        }),
      }),
    };
  });

/** Deletes an experiment that has never run: the results of others are kept. */
export async function deleteExperiment(ctx: Ctx, id: string, ifMatch: IfMatch): Promise<void> {
  const row = await findExperiment(ctx, id);
  refuseStale(row, ifMatch);
  const hasRun = new Failure(
    'conflict',
    'The experiment has run, and its results are kept. Only a draft can be deleted.',
  );
  if (row.status !== 'draft') throw hasRun;
  try {
    await commit(ctx, { statements: deleteDraft(ctx.db, row), audit: [auditOf('delete', row)] });
  } catch (error) {
    if (isGuardViolation(error, 'experiments.revision'))
      throw new Failure('conflict', 'The experiment has changed concurrently. Retry.');
    throw error;
  }
}

export async function listEntries(
  ctx: Ctx,
  id: string,
  query: PageQuery,
): Promise<Page<ExperimentEntry>> {
  const { db, workspace_id, config } = ctx;
  await findExperiment(ctx, id);
  return readPage(
    { secret: config.signing_secret, workspace_id, list: `experiment_entries:${id}` },
    query,
    (after, limit) => selectEntries(db, workspace_id, id, after, limit).all(),
    (row) => row.id,
    toEntry,
  );
}
