import { lastResult, type Statement } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import { isCoveredBy, mayUse, type Permission, permissions } from '../http/access.ts';
import { withRange } from '../http/schema.ts';
import { commit } from '../platform/commit.ts';
import { type ApiKeyActor, actorId, type Ctx } from '../platform/context.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { sha256 } from '../shared/digest.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import { second, toWireTimeOrNull } from '../shared/time.ts';
import { forgetKey } from './authenticate.ts';
import { newKey } from './key.ts';
import {
  type ApiKey,
  type AuditEntry,
  type AuditQuery,
  type CreateApiKey,
  type CreateWorkspace,
  type Me,
  type NewApiKey,
  type NewWorkspace,
  type RotateApiKey,
  toApiKey,
  toAuditEntry,
  toWorkspace,
  type UpdateApiKey,
  type UpdateWorkspace,
  type Workspace,
} from './schema.ts';
import {
  type ApiKeyRow,
  inheritBudgets,
  inheritRateLimits,
  insertApiKey,
  insertWorkspace,
  replaceApiKey,
  selectApiKey,
  selectApiKeys,
  selectAuditLog,
  selectWorkspace,
  updateApiKey as updateApiKeyRow,
  updateWorkspace as updateWorkspaceRow,
  type WorkspaceRow,
} from './store.ts';

/** What is wrong with the name of a model that is to answer conversations; null where nothing is. Lives in llm/, handed in by app.ts. */
export type CheckModel = (name: string) => string | null;

/** Throws `validation_failed` for models that there are not. */
function checkModels(
  { default_model, background_model }: UpdateWorkspace,
  faultOf: CheckModel,
): void {
  const named = { default_model, background_model };
  const errors = Object.entries(named).flatMap(([field, name]) => {
    const isRule = field === 'background_model' && name?.startsWith('builtin/');
    const detail = isRule
      ? 'The built-in model only quotes documents; null stands for the built-in rules.'
      : name == null
        ? null
        : faultOf(name);
    return detail === null ? [] : [{ pointer: `/${field}`, detail }];
  });
  if (errors.length > 0)
    throw new Failure('validation_failed', 'A model is not one that can be used here.', { errors });
}

/** A workspace and its first admin key. Root key only. */
export async function createWorkspace(
  ctx: Ctx,
  input: CreateWorkspace,
  faultOf: CheckModel,
): Promise<NewWorkspace> {
  checkModels(input, faultOf);
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

export async function getWorkspace(ctx: Ctx): Promise<Workspace> {
  return toWorkspace(await findWorkspace(ctx));
}

/** For other features: the settings of the workspace that acts. */
export async function findWorkspace(ctx: Ctx): Promise<WorkspaceRow> {
  const row = await selectWorkspace(ctx.db, ctx.workspace_id).get();
  if (row === undefined) throw notFound('workspace');
  return row;
}

/** What has to follow where a workspace counts its days otherwise. Lives in budgets/, handed in by app.ts. */
export interface ZoneChange {
  /** For the batch that changes the zone, before it. */
  readonly move: (ctx: Ctx, from: string, to: string) => Statement[];
  readonly moved: (workspace_id: string) => void;
}

export async function updateWorkspace(
  ctx: Ctx,
  input: UpdateWorkspace,
  faultOf: CheckModel,
  zones: ZoneChange,
): Promise<Workspace> {
  checkModels(input, faultOf);
  const { time_zone } = input;
  const before = time_zone === undefined ? null : (await findWorkspace(ctx)).time_zone;
  const isMoved = before !== null && time_zone !== undefined && before !== time_zone;
  const moves = isMoved ? zones.move(ctx, before, time_zone) : [];
  const results = await commit(ctx, {
    statements: [
      ...moves,
      updateWorkspaceRow(
        ctx.db,
        ctx.workspace_id,
        { ...definedFields(input), updated_at: ctx.now() },
        isMoved ? before : undefined,
      ),
    ],
    audit: [
      {
        action: 'workspace.update',
        target_type: 'workspace',
        target_id: ctx.workspace_id,
        detail: input,
      },
    ],
  });
  if (isMoved) zones.moved(ctx.workspace_id);
  const [row] = lastResult(results);
  if (row === undefined)
    throw isMoved
      ? new Failure('conflict', 'The time zone has been changed meanwhile; try again.')
      : notFound('workspace');
  return toWorkspace(row);
}

export function getMe(ctx: Ctx): Me {
  const { id, role, agent_ids, expires_at } = keyActor(ctx);
  return {
    type: 'api_key',
    id,
    workspace_id: ctx.workspace_id,
    role,
    permissions: (Object.keys(permissions) as Permission[]).filter((permission) =>
      mayUse({ role, agent_ids }, permission),
    ),
    agent_ids: agent_ids === null ? null : [...agent_ids],
    expires_at: toWireTimeOrNull(expires_at),
  };
}

export async function createApiKey(ctx: Ctx, input: CreateApiKey): Promise<NewApiKey> {
  const expires_at = input.expires_at === null ? null : Date.parse(input.expires_at);
  if (expires_at !== null && expires_at <= ctx.now())
    throw invalid('/expires_at', 'Must be in the future.');
  refuseWider(ctx, { ...input, expires_at });
  const { row, secret } = await makeKey(ctx, ctx.workspace_id, { ...input, expires_at });
  const reply = { ...toApiKey(row, ctx.now()), secret };
  try {
    await commit(ctx, {
      statements: [insertApiKey(ctx.db, row)],
      audit: [
        {
          action: 'api_key.create',
          target_type: 'api_key',
          target_id: row.id,
          detail: { ...input },
        },
      ],
      reply,
    });
  } catch (error) {
    throw isGuardViolation(error, 'api_keys.name') ? notFound('agent') : error;
  }
  return reply;
}

export const listApiKeys = (ctx: Ctx, query: PageQuery): Promise<Page<ApiKey>> =>
  readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'api-keys' },
    query,
    (after, limit) => selectApiKeys(ctx.db, ctx.workspace_id, after, limit).all(),
    (row) => row.id,
    (row) => toApiKey(row, ctx.now()),
  );

export const getApiKey = async (ctx: Ctx, id: string): Promise<ApiKey> =>
  toApiKey(await findApiKey(ctx, id), ctx.now());

export async function updateApiKey(ctx: Ctx, id: string, input: UpdateApiKey): Promise<ApiKey> {
  const row = await findApiKey(ctx, id);
  const { expires_at: expires, ...rest } = input;
  const changes = {
    ...definedFields(rest),
    ...(expires === undefined ? {} : { expires_at: expires === null ? null : Date.parse(expires) }),
  };
  refuseWider(ctx, { ...row, ...changes });
  if (Object.keys(changes).length === 0) return toApiKey(row, ctx.now());
  return toApiKey(await changeKey(ctx, row, changes, 'api_key.update'), ctx.now());
}

export async function revokeApiKey(ctx: Ctx, id: string): Promise<void> {
  const row = await findApiKey(ctx, id);
  refuseWider(ctx, row);
  if (row.revoked_at !== null) return;
  await changeKey(ctx, row, { revoked_at: ctx.now() }, 'api_key.revoke');
}

/** A new key in place of an old one, which stays valid for the grace. */
export async function rotateApiKey(ctx: Ctx, id: string, input: RotateApiKey): Promise<NewApiKey> {
  const old = await findApiKey(ctx, id);
  refuseWider(ctx, old);
  const now = ctx.now();
  const { row, secret } = await makeKey(ctx, ctx.workspace_id, old);
  const reply = { ...toApiKey(row, now), secret };
  try {
    await commit(ctx, {
      statements: [
        // First, so that the new key takes its place in the quota.
        replaceApiKey(ctx.db, ctx.workspace_id, id, row.id, now + input.grace_s * second),
        insertApiKey(ctx.db, row),
        inheritRateLimits(ctx.db, ctx.workspace_id, id, row.id),
        ...inheritBudgets(ctx.db, ctx.workspace_id, id, row.id),
      ],
      audit: [
        {
          action: 'api_key.rotate',
          target_type: 'api_key',
          target_id: id,
          detail: { rotated_to: row.id, ...input },
        },
      ],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'api_keys.role')) throw error;
    throw new Failure('conflict', 'The key is revoked or has been rotated.');
  }
  forgetKey(old.hash);
  return reply;
}

export function listAuditLog(
  ctx: Ctx,
  { limit, cursor, ...filters }: AuditQuery,
): Promise<Page<AuditEntry>> {
  const filter = withRange(filters);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'audit-log',
      filters: filter,
    },
    { limit, cursor },
    (after, count) => selectAuditLog(ctx.db, ctx.workspace_id, filter, after, count).all(),
    (row) => row.id,
    toAuditEntry,
  );
}

async function findApiKey(ctx: Ctx, id: string): Promise<ApiKeyRow> {
  const row = await selectApiKey(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('API key');
  return row;
}

async function changeKey(
  ctx: Ctx,
  row: ApiKeyRow,
  changes: Partial<ApiKeyRow>,
  action: string,
): Promise<ApiKeyRow> {
  try {
    const [[changed]] = await commit(ctx, {
      statements: [updateApiKeyRow(ctx.db, ctx.workspace_id, row.id, changes, ctx.now())],
      audit: [{ action, target_type: 'api_key', target_id: row.id, detail: { ...changes } }],
    });
    forgetKey(row.hash);
    if (changed === undefined) throw notFound('API key');
    return changed;
  } catch (error) {
    if (isGuardViolation(error, 'api_keys.name')) throw notFound('agent');
    if (!isGuardViolation(error, 'api_keys.role')) throw error;
    throw new Failure(
      'last_admin_key',
      'The key is revoked, or it is the last admin key: make another first.',
    );
  }
}

async function makeKey(
  ctx: Ctx,
  workspace_id: string,
  of: Pick<ApiKeyRow, 'name' | 'role' | 'agent_ids' | 'expires_at'>,
) {
  const secret = await newKey();
  const row: ApiKeyRow = {
    id: ctx.newId('key'),
    workspace_id,
    name: of.name,
    role: of.role,
    hash: await sha256(secret),
    last_four: secret.slice(-4),
    agent_ids: of.agent_ids,
    expires_at: of.expires_at,
    revoked_at: null,
    rotated_to: null,
    created_by: actorId(ctx.actor),
    created_at: ctx.now(),
  };
  return { row, secret };
}

/** A key makes and touches no key that may do more, sees more agents or lives longer than itself. */
function refuseWider(ctx: Ctx, key: Pick<ApiKeyRow, 'role' | 'agent_ids' | 'expires_at'>): void {
  if (!isCoveredBy(key, keyActor(ctx))) {
    throw new Failure('forbidden', 'A key cannot make or change a key that is wider than itself.');
  }
}

function keyActor(ctx: Ctx): ApiKeyActor {
  if (ctx.actor.type !== 'api_key')
    throw new Failure('forbidden', 'Only a key of the workspace can do this.');
  return ctx.actor;
}
