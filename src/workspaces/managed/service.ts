import { batch, lastResult } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { forgetKeysOf } from '../authenticate.ts';
import { toQuotas } from '../quotas/schema.ts';
import { quotaChanges } from '../quotas/service.ts';
import { selectQuotas } from '../quotas/store.ts';
import {
  type ManagedWorkspace,
  type ManageWorkspace,
  toManagedWorkspace,
  type WorkspacesQuery,
  type WorkspaceWithQuotas,
} from './schema.ts';
import { changeWorkspace, selectLiveWorkspace, selectWorkspaces, setSuspended } from './store.ts';

/** Every workspace of the deployment, newest first. Root key only, like everything here. */
export const listWorkspaces = (
  ctx: Ctx,
  { limit, cursor, status }: WorkspacesQuery,
): Promise<Page<ManagedWorkspace>> =>
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
        status === undefined ? undefined : status === 'suspended',
        after,
        count,
      ).all(),
    (row) => row.id,
    toManagedWorkspace,
  );

/** With its quotas; one trip. Throws `not_found`. */
export async function getManagedWorkspace(ctx: Ctx, id: string): Promise<WorkspaceWithQuotas> {
  const [[row], quotas] = await batch(ctx.db, [
    selectLiveWorkspace(ctx.db, id),
    selectQuotas(ctx.db, id, ctx.now()),
  ]);
  if (row === undefined) throw notFound('workspace');
  return { ...toManagedWorkspace(row), quotas: toQuotas(quotas) };
}

/** Renames a workspace and sets its quotas. A limit below what is used takes nothing away. Throws `not_found`. */
export async function manageWorkspace(
  ctx: Ctx,
  id: string,
  { quotas = {}, ...settings }: ManageWorkspace,
): Promise<WorkspaceWithQuotas> {
  const [found] = await selectLiveWorkspace(ctx.db, id);
  if (found === undefined) throw notFound('workspace');
  const results = await commit(ctx, {
    statements: [
      changeWorkspace(ctx.db, id, { ...definedFields(settings), updated_at: ctx.now() }),
      ...quotaChanges(ctx, id, quotas),
      selectQuotas(ctx.db, id, ctx.now()),
    ],
    audit: [
      {
        action: 'workspace.manage',
        target_type: 'workspace',
        target_id: id,
        workspace_id: id,
        detail: { ...settings, quotas },
      },
    ],
  });
  const [[row]] = results;
  if (row === undefined) throw notFound('workspace');
  return {
    ...toManagedWorkspace(row),
    quotas: toQuotas(lastResult(results)),
  };
}

/** From now on every credential of the workspace is refused, elsewhere within 30 seconds. Twice is as good as once. */
export const suspendWorkspace = (ctx: Ctx, id: string): Promise<ManagedWorkspace> =>
  suspend(ctx, id, ctx.now());

/** The credentials are valid again as they were. */
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
    statements: [setSuspended(ctx.db, id, since, ctx.now())],
    audit: [{ action, target_type: 'workspace', target_id: id, workspace_id: id }],
    reply,
  });
  forgetKeysOf(id);
  if (rows.length === 0) throw notFound('workspace');
  return reply;
}

/**
 * Refuses every credential of the workspace and hides it, at once; a job erases everything in it.
 * Throws `not_found`, also for one that is being deleted.
 */
export async function deleteWorkspace(ctx: Ctx, id: string): Promise<void> {
  if ((await selectLiveWorkspace(ctx.db, id).get()) === undefined) throw notFound('workspace');
  await commit(ctx, {
    statements: [changeWorkspace(ctx.db, id, { deleted_at: ctx.now() })],
    // Of the deployment, not of the workspace, with which it would go.
    audit: [{ action: 'workspace.delete', target_type: 'workspace', target_id: id }],
    // Promised outside of the workspace too: the context of the root key is of none.
    jobs: [{ type: 'workspace.delete', workspace_id: id, is_again: false }],
  });
  forgetKeysOf(id);
}

/** For the job: whether the workspace is marked deleted, or gone. */
export async function assertDeleted(ctx: Ctx, id: string): Promise<void> {
  if ((await selectLiveWorkspace(ctx.db, id).get()) !== undefined)
    throw new Failure('conflict', `Workspace ${id} is not deleted.`);
}
