import { invalidateBudgets, moveToZone } from '../budgets/index.ts';
import { isGuardViolation } from '../db/errors.ts';
import {
  insertApiKey,
  insertFirstOwner,
  invalidateKeysOf,
  makeKey,
  maxOwned,
  personOf,
  toApiKey,
} from '../identity/index.ts';
import { modelNameError } from '../models/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { Failure, notFound } from '../shared/failure.ts';
import {
  type CreateWorkspace,
  type NewWorkspace,
  toWorkspace,
  type UpdateWorkspace,
  type Workspace,
} from './schema.ts';
import {
  insertWorkspace,
  selectWorkspace,
  updateWorkspace as updateWorkspaceRow,
  type WorkspaceRow,
} from './store.ts';

/** Throws `validation_failed` for names that cannot be language models. */
function checkModels({ default_model, background_model }: UpdateWorkspace): void {
  const named = { default_model, background_model };
  const errors = Object.entries(named).flatMap(([field, name]) => {
    const isRule = field === 'background_model' && name?.startsWith('builtin/');
    const detail = isRule
      ? 'The built-in model cannot be the background model. Use null for the built-in rules.'
      : name == null
        ? null
        : modelNameError(name);
    return detail === null ? [] : [{ pointer: `/${field}`, detail }];
  });
  if (errors.length > 0)
    throw new Failure('validation_failed', 'A model name is invalid.', { errors });
}

/** Creates a workspace and its first admin key. Root key only. */
export async function createWorkspace(ctx: Ctx, input: CreateWorkspace): Promise<NewWorkspace> {
  checkModels(input);
  const now = ctx.now();
  const workspace: WorkspaceRow = {
    id: ctx.newId('ws'),
    ...input,
    suspended_at: null,
    deleted_at: null,
    created_at: now,
    updated_at: now,
  };
  const { row: key, secret } = await makeKey(ctx, workspace.id, {
    name: 'First admin key',
    role: 'admin',
    agent_ids: null,
    expires_at: null,
  });
  const reply = { workspace: toWorkspace(workspace), api_key: { ...toApiKey(key, now), secret } };
  await commit(ctx, {
    statements: [insertWorkspace(ctx.db, workspace), insertApiKey(ctx.db, key)],
    audit: [
      {
        action: 'workspace.create',
        target_type: 'workspace',
        target_id: workspace.id,
        workspace_id: workspace.id,
      },
    ],
    reply,
  });
  return reply;
}

/** Creates a workspace that belongs to the signed-in person. Throws `forbidden` where the deployment does not allow it, `conflict`. */
export async function createOwnWorkspace(ctx: Ctx, input: CreateWorkspace): Promise<Workspace> {
  const person = personOf(ctx);
  if (ctx.config.sign_up === 'closed')
    throw new Failure('forbidden', 'The operator of this deployment creates its workspaces.');
  checkModels(input);
  const now = ctx.now();
  const times = { created_at: now, updated_at: now };
  const id = ctx.newId('ws');
  const row: WorkspaceRow = { id, ...input, suspended_at: null, deleted_at: null, ...times };
  const about = { id: ctx.newId('mem'), workspace_id: id, user_id: person.id };
  const reply = toWorkspace(row);
  try {
    await commit(ctx, {
      statements: [
        insertWorkspace(ctx.db, row),
        insertFirstOwner(ctx.db, { ...about, role: 'owner', removed_at: null, ...times }),
      ],
      audit: [
        {
          action: 'workspace.create',
          target_type: 'workspace',
          target_id: id,
          workspace_id: id,
          detail: { owner: about.id },
        },
      ],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'members.role')) throw error;
    throw new Failure('conflict', `A person can own at most ${maxOwned} workspaces.`);
  }
  return reply;
}

export async function getWorkspace(ctx: Ctx): Promise<Workspace> {
  return toWorkspace(await findWorkspace(ctx));
}

/** Returns the settings of the context's workspace. Throws `not_found`. */
export async function findWorkspace(ctx: Ctx): Promise<WorkspaceRow> {
  const row = await selectWorkspace(ctx.db, ctx.workspace_id).get();
  if (row === undefined) throw notFound('workspace');
  return row;
}

/** Changes settings of the workspace. Another time zone moves the counters of its budgets in the same batch. */
export async function updateWorkspace(ctx: Ctx, input: UpdateWorkspace): Promise<Workspace> {
  checkModels(input);
  const { time_zone } = input;
  const before = await findWorkspace(ctx);
  const isMoved = time_zone !== undefined && before.time_zone !== time_zone;
  const moves = isMoved ? moveToZone(ctx, before.time_zone, time_zone) : [];
  const results = await commit(ctx, {
    statements: [
      ...moves,
      updateWorkspaceRow(
        ctx.db,
        ctx.workspace_id,
        { ...definedFields(input), updated_at: ctx.now() },
        isMoved ? before.time_zone : undefined,
      ),
    ],
    audit: [
      {
        action: 'workspace.update',
        target_type: 'workspace',
        target_id: ctx.workspace_id,
        detail: input,
        changed: { before, after: input },
      },
    ],
  });
  if (isMoved) invalidateBudgets(ctx.workspace_id);
  if (input.allowed_origins !== undefined) invalidateKeysOf(ctx.workspace_id);
  const [row] = results.at(-1) as WorkspaceRow[];
  if (row === undefined)
    throw isMoved
      ? new Failure('conflict', 'The time zone was changed by another request. Retry.')
      : notFound('workspace');
  return toWorkspace(row);
}
