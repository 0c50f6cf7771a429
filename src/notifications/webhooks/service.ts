import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { putSecret, sealSecret } from '../../secrets/index.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import type { CreateWebhook, UpdateWebhook, Webhook, WebhookWithSecret } from './schema.ts';
import { toWebhook } from './schema.ts';
import { newSigningSecret, signingSecretOf } from './secret.ts';
import {
  deleteWebhook,
  insertWebhook,
  maxWebhooks,
  selectWebhook,
  selectWebhooks,
  updateWebhook as updateRow,
  type WebhookRow,
} from './store.ts';
import { checkWebhookUrl } from './url.ts';

/**
 * Creates a webhook. Throws `url_not_allowed`, `conflict` at the maximum number, and `unavailable`
 * without encryption keys.
 */
export async function createWebhook(ctx: Ctx, input: CreateWebhook): Promise<WebhookWithSecret> {
  const now = ctx.now();
  const secret = newSigningSecret();
  const row: WebhookRow = {
    id: ctx.newId('whk'),
    workspace_id: ctx.workspace_id,
    purpose: 'general',
    owner_id: null,
    description: input.description,
    event_types: input.event_types,
    url: checkWebhookUrl(ctx, input.url),
    ...enabledState(input.is_enabled, now),
    secret_version: 1,
    previous_secret_until: null,
    last_four: secret.slice(-4),
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  const sealed = await sealSecret(ctx, signingSecretOf(row, 1), secret);
  const reply = { ...toWebhook(row), secret };
  try {
    await commit(ctx, {
      statements: [insertWebhook(ctx.db, row), putSecret(ctx.db, sealed)],
      audit: [auditOf('webhook.create', row, { url: row.url, event_types: row.event_types })],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'webhooks.url')) throw error;
    throw new Failure('conflict', `A workspace can have at most ${maxWebhooks} webhooks.`);
  }
  return reply;
}

/** Lists webhooks, including alert and budget webhooks, newest first. */
export const listWebhooks = (ctx: Ctx, query: PageQuery): Promise<Page<Webhook>> =>
  readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'webhooks' },
    query,
    (after, limit) => selectWebhooks(ctx.db, ctx.workspace_id, after, limit).all(),
    (row) => row.id,
    toWebhook,
  );

export const getWebhook = async (ctx: Ctx, id: string): Promise<Webhook> =>
  toWebhook(await findWebhook(ctx, id));

/**
 * Updates a webhook and keeps its secret. Throws `not_found`, `url_not_allowed`, and `conflict` for
 * settings that are set elsewhere.
 */
export async function updateWebhook(
  ctx: Ctx,
  id: string,
  { is_enabled, url, ...about }: UpdateWebhook,
): Promise<Webhook> {
  const row = await findWebhook(ctx, id);
  const isSetElsewhere =
    row.purpose !== 'general' && (url ?? about.event_types ?? about.description) !== undefined;
  if (isSetElsewhere) throw setElsewhere(row);
  const now = ctx.now();
  const changes = {
    ...definedFields(about),
    ...(url === undefined ? {} : { url: checkWebhookUrl(ctx, url) }),
    ...(is_enabled === undefined || is_enabled === row.is_enabled
      ? {}
      : enabledState(is_enabled, now)),
    updated_at: now,
  };
  const { updated_at: _, ...detail } = changes;
  const [rows] = await commit(ctx, {
    statements: [updateRow(ctx.db, ctx.workspace_id, id, changes)],
    audit: [{ ...auditOf('webhook.update', row, detail), changed: { before: row, after: detail } }],
  });
  const [changed] = rows as WebhookRow[];
  if (changed === undefined) throw notFound('webhook');
  return toWebhook(changed);
}

/**
 * Deletes a webhook and cancels its pending deliveries. Throws `not_found`, and `conflict` for a
 * managed webhook.
 */
export async function removeWebhook(ctx: Ctx, id: string): Promise<void> {
  const row = await findWebhook(ctx, id);
  if (row.purpose !== 'general') throw setElsewhere(row);
  await commit(ctx, {
    statements: [deleteWebhook(ctx.db, ctx.workspace_id, id)],
    audit: [auditOf('webhook.delete', row, { url: row.url })],
  });
}

/** Returns a webhook. Throws `not_found`. */
export async function findWebhook(ctx: Ctx, id: string): Promise<WebhookRow> {
  const row = await selectWebhook(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('webhook');
  return row;
}

export const setElsewhere = ({ purpose, owner_id }: WebhookRow) =>
  new Failure(
    'conflict',
    purpose === 'alerts'
      ? 'This webhook is managed with `PUT /alerts/webhook` and `DELETE /alerts/webhook`.'
      : `This webhook is managed with \`PATCH /budgets/${owner_id}\`.`,
  );

export const auditOf = (action: string, { id }: WebhookRow, detail: Record<string, unknown>) => ({
  action,
  target_type: 'webhook',
  target_id: id,
  detail,
});

/** Enabling clears the recorded failures. */
const enabledState = (is_enabled: boolean, now: number) => ({
  is_enabled,
  disabled_at: is_enabled ? null : now,
  disabled_reason: is_enabled ? null : ('manual' as const),
  failing_since: null,
});
