import { invalidateBudgets } from '../../budgets/index.ts';
import { batch, lastResult } from '../../db/client.ts';
import { invalidateKeysOf } from '../../identity/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { releaseParked } from '../../platform/parked-jobs.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { toQuotas } from '../quotas/schema.ts';
import { quotaChanges } from '../quotas/service.ts';
import { selectQuotas } from '../quotas/store.ts';
import {
  type ListedWorkspace,
  type ManagedWorkspace,
  type ManageWorkspace,
  toListedWorkspace,
  toManagedWorkspace,
  type WorkspacesQuery,
  type WorkspaceWithQuotas,
} from './schema.ts';
import {
  changeWorkspace,
  type ListedRow,
  selectLiveWithUse,
  selectLiveWorkspace,
  selectWorkspaces,
  setSuspended,
} from './store.ts';

/** Lists the workspaces of the deployment, newest first. Root key only, like every verb of this file. */
export const listWorkspaces = (
  ctx: Ctx,
  { limit, cursor, status }: WorkspacesQuery,
): Promise<Page<ListedWorkspace>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: '',
      list: 'workspaces',
      filters: { status },
    },
    { limit, cursor },
    (after, count) =>
      selectWorkspaces(
        ctx.db,
        ctx.now(),
        status === undefined ? undefined : status === 'suspended',
        after,
        count,
      ).all(),
    (row) => row.id,
    toListedWorkspace,
  );

/** Returns a workspace with its quotas in one round trip. Throws `not_found`. */
export async function getManagedWorkspace(ctx: Ctx, id: string): Promise<WorkspaceWithQuotas> {
  const [[row], quotas] = await batch(ctx.db, [
    selectLiveWithUse(ctx.db, id, ctx.now()),
    selectQuotas(ctx.db, id, ctx.now()),
  ]);
  if (row === undefined) throw notFound('workspace');
  return { ...toListedWorkspace(row), quotas: toQuotas(quotas) };
}

/** Renames a workspace and sets its quotas. A limit below the current use deletes nothing. Throws `not_found`. */
export async function manageWorkspace(
  ctx: Ctx,
  id: string,
  { quotas = {}, ...settings }: ManageWorkspace,
): Promise<WorkspaceWithQuotas> {
  const [[found], former] = await batch(ctx.db, [
    selectLiveWorkspace(ctx.db, id),
    selectQuotas(ctx.db, id, ctx.now()),
  ]);
  if (found === undefined) throw notFound('workspace');
  const results = await commit(ctx, {
    statements: [
      changeWorkspace(ctx.db, id, { ...definedFields(settings), updated_at: ctx.now() }),
      ...quotaChanges(ctx, id, quotas),
      selectLiveWithUse(ctx.db, id, ctx.now()),
      selectQuotas(ctx.db, id, ctx.now()),
    ],
    audit: [
      {
        action: 'workspace.manage',
        target_type: 'workspace',
        target_id: id,
        workspace_id: id,
        detail: { ...settings, quotas },
        changed: {
          before: {
            ...found,
            ...named(former.map(({ resource, own_max }) => [resource, own_max])),
          },
          after: { ...settings, ...named(Object.entries(quotas)) },
        },
      },
    ],
  });
  const [row] = results.at(-2) as ListedRow[];
  if (row === undefined) throw notFound('workspace');
  return {
    ...toListedWorkspace(row),
    quotas: toQuotas(lastResult(results)),
  };
}

/** Fields of an audited change, one for each quota. */
const named = (limits: readonly (readonly [string, number | null | undefined])[]) =>
  Object.fromEntries(limits.map(([name, limit]) => [`quotas.${name}`, limit]));

/**
 * Refuses every credential of the workspace and its model calls, in other locations within 30 seconds. Its jobs wait
 * (`platform/job.ts`). Idempotent.
 */
export const suspendWorkspace = (ctx: Ctx, id: string): Promise<ManagedWorkspace> =>
  suspend(ctx, id, ctx.now());

/** Makes the credentials of a suspended workspace valid again, and its waiting jobs due. Idempotent. */
export const resumeWorkspace = (ctx: Ctx, id: string): Promise<ManagedWorkspace> =>
  suspend(ctx, id, null);

async function suspend(
  ctx: Ctx,
  id: string,
  suspended_at: number | null,
): Promise<ManagedWorkspace> {
  const found = await selectLiveWorkspace(ctx.db, id).get();
  if (found === undefined) throw notFound('workspace');
  const since = suspended_at === null ? null : (found.suspended_at ?? suspended_at);
  const reply = toManagedWorkspace({ ...found, suspended_at: since, updated_at: ctx.now() });
  const action = suspended_at === null ? 'workspace.resume' : 'workspace.suspend';
  const [rows] = await commit(ctx, {
    statements: [
      setSuspended(ctx.db, id, since, ctx.now()),
      since === null ? releaseParked(ctx.db, id, ctx.now()) : null,
    ],
    audit: [{ action, target_type: 'workspace', target_id: id, workspace_id: id }],
    reply,
  });
  invalidateKeysOf(id);
  invalidateBudgets(id);
  if ((rows as unknown[]).length === 0) throw notFound('workspace');
  return reply;
}

/**
 * Refuses every credential of the workspace and hides it at once; a job erases its content.
 * Throws `not_found`, also for a workspace that is being deleted.
 */
export async function deleteWorkspace(ctx: Ctx, id: string): Promise<void> {
  if ((await selectLiveWorkspace(ctx.db, id).get()) === undefined) throw notFound('workspace');
  await commit(ctx, {
    statements: [changeWorkspace(ctx.db, id, { deleted_at: ctx.now() })],
    // The entry belongs to the deployment: entries of the workspace are erased with it.
    audit: [{ action: 'workspace.delete', target_type: 'workspace', target_id: id }],
    // The job belongs to no workspace, like the context of the root key.
    jobs: [{ type: 'workspace.delete', workspace_id: id, is_again: false }],
  });
  invalidateKeysOf(id);
}

/** Throws `conflict` unless the workspace is marked as deleted or gone. */
export async function assertDeleted(ctx: Ctx, id: string): Promise<void> {
  if ((await selectLiveWorkspace(ctx.db, id).get()) !== undefined)
    throw new Failure('conflict', `Workspace ${id} is not deleted.`);
}
