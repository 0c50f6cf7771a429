import { sql } from 'drizzle-orm';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { putSecret, sealSecret } from '../../secrets/index.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { hour } from '../../shared/time.ts';
import { type RotateWebhookSecret, toWebhook, type WebhookWithSecret } from './schema.ts';
import { newSigningSecret, signingSecretOf } from './secret.ts';
import { auditOf, findWebhook, setElsewhere } from './service.ts';
import { advanceSecret, removeOldSecrets, type WebhookRow } from './store.ts';

/**
 * Generates a new signing secret. The previous one signs as well for `overlap_hours`, so that the
 * receiver can be updated in the meantime. Throws `not_found`, and `conflict` for a concurrent
 * rotation or a secret that is set elsewhere.
 */
export async function rotateSecret(
  ctx: Ctx,
  id: string,
  { overlap_hours }: RotateWebhookSecret,
): Promise<WebhookWithSecret> {
  const row = await findWebhook(ctx, id);
  if (row.purpose !== 'general') throw setElsewhere(row);
  const now = ctx.now();
  const secret = newSigningSecret();
  const changes = {
    last_four: secret.slice(-4),
    previous_secret_until: overlap_hours === 0 ? null : now + overlap_hours * hour,
    updated_at: now,
  };
  const next = { ...row, ...changes, secret_version: row.secret_version + 1 };
  const ref = signingSecretOf(row, next.secret_version);
  const previous = signingSecretOf(row, row.secret_version);
  const kept = [ref.field, ...(overlap_hours === 0 ? [] : [previous.field])];
  const reply = { ...toWebhook(next), secret };
  try {
    const [rows] = await commit(ctx, {
      statements: [
        advanceSecret(ctx.db, row, changes),
        putSecret(ctx.db, await sealSecret(ctx, ref, secret), { when: stillExists(id) }),
        removeOldSecrets(ctx.db, row, kept),
      ],
      audit: [auditOf('webhook.rotate_secret', row, { overlap_hours })],
      reply,
    });
    if ((rows as WebhookRow[]).length === 0) throw notFound('webhook');
  } catch (error) {
    if (!isGuardViolation(error, 'webhooks.secret_version')) throw error;
    throw new Failure('conflict', 'The secret was rotated by another request. Retry.');
  }
  return reply;
}

const stillExists = (id: string) => sql`exists (select 1 from webhooks where id = ${id})`;
