import { findAgentId, selectAgent, selectVersionFor } from '../agents/index.ts';
import {
  deleteBudget,
  insertBudget,
  invalidateBudgets,
  updateBudgetRow,
} from '../budgets/index.ts';
import type { Statement } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import { insertApiKey, invalidateKeysOf, makeKey } from '../identity/index.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx, coveredAgents, coversAgent } from '../platform/context.ts';
import { authorizeAgent } from '../runs/index.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { toBase64Url } from '../shared/digest.ts';
import { Failure, invalid, notFound, versionNotFound } from '../shared/failure.ts';
import { fromUsd } from '../shared/money.ts';
import { type Page, readPage } from '../shared/page.ts';
import {
  type CreateShareLink,
  type ShareLink,
  type ShareLinksQuery,
  toShareLink,
  type UpdateShareLink,
} from './schema.ts';
import {
  deleteShareLink,
  insertShareLink,
  maxShareLinks,
  type ShareLinkRow,
  selectShareLink,
  selectShareLinks,
  updateKey,
  updateShareLink as updateRow,
} from './store.ts';

/** 128 random bits. */
const newAddress = () => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));

/** Returns a link. Throws `not_found`, also for one of an agent that the key does not cover. */
async function findLink(ctx: Ctx, id: string): Promise<ShareLinkRow> {
  const row = await selectShareLink(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('share link');
  return row;
}

const auditOf = (action: string, { id }: ShareLinkRow, detail: object) => ({
  action: `share_link.${action}`,
  target_type: 'share_link',
  target_id: id,
  detail: { ...detail },
});

/** Throws `validation_failed` for a verified link that admits nobody, and for an unknown version. */
async function check(
  ctx: Ctx,
  row: Pick<ShareLinkRow, 'agent_id' | 'access' | 'allowed_addresses'>,
  version: string | null,
): Promise<void> {
  if (row.access === 'verified' && row.allowed_addresses.length === 0)
    throw invalid('/allowed_addresses', 'Must not be empty when `access` is `verified`.');
  if (version === null) return;
  const found = await selectVersionFor(ctx.db, ctx.workspace_id, row.agent_id, version).get();
  if (found === undefined) throw invalid('/version', versionNotFound(version));
}

/** The budget of a link: what its key spends in total. */
function budgetOf(ctx: Ctx, link: ShareLinkRow, id: string, limit_nano_usd: number) {
  const now = ctx.now();
  return insertBudget(ctx.db, {
    id,
    workspace_id: ctx.workspace_id,
    name: budgetName(link.name),
    scope: 'api_key',
    subject_id: link.id,
    period: 'total',
    limit_nano_usd,
    action: 'block',
    downgrade: null,
    unknown_price: 'block',
    thresholds: [80, 100],
    forecast: false,
    webhook_url: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  });
}

const budgetName = (name: string) => `Share link: ${name}`.slice(0, 100);

const mapErrors = (error: unknown): unknown =>
  isGuardViolation(error, 'budgets.name')
    ? new Failure('conflict', 'The workspace has the maximum number of budgets.')
    : error;

/** Throws `not_found`, `agent_archived`, `validation_failed`, `conflict` and `quota_exceeded`. */
export async function createShareLink(
  ctx: Ctx,
  agentName: string,
  input: CreateShareLink,
  origin: string,
): Promise<ShareLink> {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const agent = authorizeAgent(ctx, await selectAgent(db, workspace_id, agentName).all());
  if (agent.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived. Restore it first.');
  const { limit_usd, expires_at, ...rest } = input;
  const row: ShareLinkRow = {
    ...rest,
    id: ctx.newId('shl'),
    workspace_id,
    agent_id: agent.id,
    address: newAddress(),
    expires_at: expires_at === null ? null : Date.parse(expires_at),
    budget_id: limit_usd === null ? null : ctx.newId('bud'),
    limit_nano_usd: limit_usd === null ? null : fromUsd(limit_usd),
    ...{ visitors: 0, sessions: 0, messages: 0, cost_nano_usd: 0 },
    ...{ feedback_positive: 0, feedback_negative: 0 },
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  if (row.expires_at !== null && row.expires_at <= now)
    throw invalid('/expires_at', 'Must be in the future.');
  await check(ctx, row, row.version);
  // Nobody learns the secret of the key: visitors act for it by tokens.
  const { row: key } = await makeKey(ctx, workspace_id, {
    name: row.name,
    role: 'runtime',
    agent_ids: [agent.id],
    expires_at: row.expires_at,
  });
  const reply = toShareLink(row, origin, now);
  const own = { ...key, id: row.id, revoked_at: row.enabled ? null : now };
  const statements: Statement[] = [insertApiKey(db, own), insertShareLink(db, row)];
  if (row.budget_id !== null)
    statements.push(budgetOf(ctx, row, row.budget_id, row.limit_nano_usd ?? 0));
  const audit = [auditOf('create', row, { agent_id: agent.id, ...input })];
  try {
    await commit(ctx, { statements, audit, reply });
  } catch (error) {
    if (isGuardViolation(error, 'share_links.address'))
      throw new Failure('conflict', `A workspace can have at most ${maxShareLinks} share links.`);
    throw isGuardViolation(error, 'api_keys.name') ? notFound('agent') : mapErrors(error);
  }
  if (row.budget_id !== null) invalidateBudgets(workspace_id);
  return reply;
}

export async function getShareLink(ctx: Ctx, id: string, origin: string): Promise<ShareLink> {
  return toShareLink(await findLink(ctx, id), origin, ctx.now());
}

export async function listShareLinks(
  ctx: Ctx,
  { agent: name, ...query }: ShareLinksQuery,
  origin: string,
): Promise<Page<ShareLink>> {
  const { db, workspace_id, config } = ctx;
  const agent = await findAgentId(ctx, name);
  const only = agent === undefined ? coveredAgents(ctx.actor) : null;
  return readPage(
    {
      ...{ secret: config.signing_secret, workspace_id },
      ...{ list: `share-links:${agent ?? 'all'}`, filters: { only: only?.join() } },
    },
    query,
    (after, limit) => selectShareLinks(db, workspace_id, agent, only, after, limit).all(),
    (row) => row.id,
    (row) => toShareLink(row, origin, ctx.now()),
  );
}

/** Returns the statements that give a link another limit, and the columns that say so. */
function planLimit(
  ctx: Ctx,
  row: ShareLinkRow,
  limit_usd: number | null | undefined,
): { readonly statements: readonly Statement[]; readonly changes: Partial<ShareLinkRow> } {
  const { db, workspace_id } = ctx;
  const { budget_id } = row;
  if (limit_usd === undefined) return { statements: [], changes: {} };
  if (limit_usd === null)
    return {
      statements: budget_id === null ? [] : deleteBudget(db, workspace_id, budget_id),
      changes: { budget_id: null, limit_nano_usd: null },
    };
  const limit_nano_usd = fromUsd(limit_usd);
  if (budget_id !== null) {
    const changes = { limit_nano_usd, updated_at: ctx.now() };
    return {
      statements: [updateBudgetRow(db, workspace_id, budget_id, changes)],
      changes: { limit_nano_usd },
    };
  }
  const id = ctx.newId('bud');
  return {
    statements: [budgetOf(ctx, row, id, limit_nano_usd)],
    changes: { budget_id: id, limit_nano_usd },
  };
}

/** Throws `not_found`, `validation_failed` and `conflict`. */
export async function updateShareLink(
  ctx: Ctx,
  id: string,
  input: UpdateShareLink,
  origin: string,
): Promise<ShareLink> {
  const row = await findLink(ctx, id);
  const now = ctx.now();
  const { limit_usd, expires_at, ...rest } = definedFields(input);
  const limit = planLimit(ctx, row, limit_usd);
  const changes: Partial<ShareLinkRow> = {
    ...rest,
    ...limit.changes,
    ...(expires_at === undefined
      ? {}
      : { expires_at: expires_at === null ? null : Date.parse(expires_at) }),
    updated_at: now,
  };
  const changed = { ...row, ...changes };
  await check(ctx, changed, input.version ?? null);
  const key = {
    name: changed.name,
    expires_at: changed.expires_at,
    revoked_at: changed.enabled ? null : now,
  };
  let stored: ShareLinkRow | undefined;
  try {
    [[stored]] = await commit(ctx, {
      statements: [
        updateRow(ctx.db, ctx.workspace_id, id, changes),
        updateKey(ctx.db, ctx.workspace_id, id, key),
        ...limit.statements,
      ],
      audit: [auditOf('update', row, input)],
    });
  } catch (error) {
    throw mapErrors(error);
  }
  invalidateKeysOf(ctx.workspace_id);
  invalidateBudgets(ctx.workspace_id);
  if (stored === undefined) throw notFound('share link');
  return toShareLink(stored, origin, now);
}

/** Deletes a link: its visitors are refused at once here and within 30 seconds everywhere. */
export async function removeShareLink(ctx: Ctx, id: string): Promise<void> {
  const row = await findLink(ctx, id);
  await commit(ctx, {
    statements: [
      ...(row.budget_id === null ? [] : deleteBudget(ctx.db, ctx.workspace_id, row.budget_id)),
      ...deleteShareLink(ctx.db, ctx.workspace_id, id, ctx.now()),
    ],
    audit: [auditOf('delete', row, { agent_id: row.agent_id, name: row.name })],
  });
  invalidateKeysOf(ctx.workspace_id);
  invalidateBudgets(ctx.workspace_id);
}
