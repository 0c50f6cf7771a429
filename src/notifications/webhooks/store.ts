import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { webhooks } from '../../db/schema/notifications.ts';

export type WebhookRow = typeof webhooks.$inferSelect;

/** Webhooks that a workspace can create with `POST /webhooks`. */
export const maxWebhooks = 20;

const one = (workspace_id: string, id: string) =>
  and(eq(webhooks.workspace_id, workspace_id), eq(webhooks.id, id));

export const selectWebhook = (db: Db, workspace_id: string, id: string) =>
  db.select().from(webhooks).where(one(workspace_id, id));

export const selectWebhooks = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(webhooks)
    .where(
      and(
        eq(webhooks.workspace_id, workspace_id),
        after === null ? undefined : lt(webhooks.id, after),
      ),
    )
    .orderBy(desc(webhooks.id))
    .limit(limit);

/** Violates `webhooks.url` when the workspace is at its maximum. */
export const insertWebhook = (db: Db, row: WebhookRow) =>
  db.insert(webhooks).values({
    ...row,
    url: sql`iif((select count(*) from webhooks of_all where of_all.workspace_id = ${row.workspace_id}
      and of_all.purpose = 'general') < ${maxWebhooks}, ${row.url}, null)`,
  });

export const updateWebhook = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<WebhookRow>,
) => db.update(webhooks).set(changes).where(one(workspace_id, id)).returning();

/** Activates the next secret. Violates `webhooks.secret_version` after a concurrent rotation. */
export const advanceSecret = (
  db: Db,
  { workspace_id, id, secret_version }: WebhookRow,
  changes: Pick<WebhookRow, 'last_four' | 'previous_secret_until' | 'updated_at'>,
) =>
  db
    .update(webhooks)
    .set({
      ...changes,
      secret_version: sql`iif(secret_version = ${secret_version}, cast(${secret_version + 1} as integer), null)`,
    })
    .where(one(workspace_id, id))
    .returning();

/** Deletes secrets before the previous one, which no longer sign. */
export const removeOldSecrets = (
  db: Db,
  { workspace_id, id }: WebhookRow,
  fields: readonly string[],
) =>
  db.run(sql`delete from secrets where workspace_id = ${workspace_id} and owner_type = 'webhook' and owner_id = ${id}
    and field not in (select value from json_each(${JSON.stringify(fields)}))`) as unknown as Statement;

/** Triggers delete its secrets and cancel pending deliveries. */
export const deleteWebhook = (db: Db, workspace_id: string, id: string) =>
  db.delete(webhooks).where(one(workspace_id, id));
