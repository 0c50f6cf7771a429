import { findAgent, findAgentId } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../../platform/context.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { changeDataset, findDataset, type IfMatch, refuseStale } from './change.ts';
import {
  type CreateDataset,
  type Dataset,
  type DatasetQuery,
  type Revision,
  toDataset,
  toRevision,
  type UpdateDataset,
} from './schema.ts';
import {
  type DatasetRow,
  deleteSome,
  insertDataset,
  insertRevision,
  markDeleted,
  selectDatasets,
  selectRevisions,
} from './store.ts';

/** Throws `not_found` for the agent, `validation_failed` and `quota_exceeded`. */
export async function createDataset(ctx: Ctx, input: CreateDataset): Promise<Dataset> {
  if (input.agent_id !== null) await findAgent(ctx, input.agent_id);
  else if (coveredAgents(ctx.actor) !== null)
    throw invalid('/agent_id', 'The key is limited to agents: name one of them.');
  const now = ctx.now();
  const created_by = actorId(ctx.actor);
  const row: DatasetRow = {
    ...input,
    id: ctx.newId('ds'),
    workspace_id: ctx.workspace_id,
    revision: 1,
    case_count: 0,
    erased_count: 0,
    created_by,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  };
  const reply = toDataset(row);
  await commit(ctx, {
    statements: [
      insertDataset(ctx.db, row),
      insertRevision(ctx.db, {
        dataset_id: row.id,
        revision: 1,
        workspace_id: ctx.workspace_id,
        action: 'created',
        ...{ added: 0, updated: 0, removed: 0, case_id: null, created_by, created_at: now },
      }),
    ],
    audit: [{ action: 'dataset.create', target_type: 'dataset', target_id: row.id }],
    reply,
  });
  return reply;
}

export const getDataset = async (ctx: Ctx, id: string): Promise<Dataset> =>
  toDataset(await findDataset(ctx, id));

/** Lists datasets, newest first; a key that is limited to agents sees theirs. */
export const listDatasets = async (
  ctx: Ctx,
  { limit, cursor, ...query }: DatasetQuery,
): Promise<Page<Dataset>> => {
  const filters = { ...query, agent: await findAgentId(ctx, query.agent) };
  const only = coveredAgents(ctx.actor);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'datasets',
      filters: { ...filters, only: only?.join() },
    },
    { limit, cursor },
    (after, count) =>
      selectDatasets(ctx.db, ctx.workspace_id, { ...filters, only }, after, count).all(),
    ({ id }) => id,
    toDataset,
  );
};

/** Throws `not_found` and `precondition_failed`. */
export const updateDataset = (
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  input: UpdateDataset,
): Promise<Dataset> =>
  changeDataset(ctx, id, async (row, revision) => {
    refuseStale(row.revision, ifMatch, 'dataset');
    const fields = definedFields(input);
    if (Object.keys(fields).length === 0) return { action: null, reply: toDataset(row) };
    const reply = toDataset({ ...row, ...fields, revision, updated_at: ctx.now() });
    return { action: 'updated' as const, fields, audit: 'dataset.update', reply };
  });

/** Deletes a dataset; a task removes its cases. Throws `not_found` and `precondition_failed`. */
export async function deleteDataset(ctx: Ctx, id: string, ifMatch: IfMatch): Promise<void> {
  const row = await findDataset(ctx, id);
  refuseStale(row.revision, ifMatch, 'dataset');
  const audit = [{ action: 'dataset.delete', target_type: 'dataset', target_id: id }];
  try {
    await commit(ctx, { statements: [markDeleted(ctx.db, row, ctx.now())], audit });
  } catch (error) {
    if (!isGuardViolation(error, 'datasets.revision')) throw error;
    throw new Failure('conflict', 'The dataset has changed concurrently. Retry.', {
      retryAfter: 1,
    });
  }
}

/** Lists the revisions of a dataset, newest first. Throws `not_found`. */
export async function listRevisions(
  ctx: Ctx,
  id: string,
  query: PageQuery,
): Promise<Page<Revision>> {
  await findDataset(ctx, id);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `dataset-revisions:${id}`,
    },
    query,
    (before, limit) =>
      selectRevisions(
        ctx.db,
        ctx.workspace_id,
        id,
        before === null ? null : Number(before),
        limit,
      ).all(),
    ({ revision }) => String(revision),
    toRevision,
  );
}

/** Rows that one statement deletes, and statements of a tick. */
const rowsAtOnce = 1000;
const maxSteps = 10;

/** Removes the rows of deleted datasets, of all workspaces. */
export const removeDeleted = (ctx: Ctx): Promise<number> =>
  repeatBounded(maxSteps, rowsAtOnce, async () => {
    const [cases, revisions] = await batch(ctx.db, deleteSome(ctx.db, rowsAtOnce));
    return Math.max(cases.meta.changes, revisions.meta.changes);
  });
