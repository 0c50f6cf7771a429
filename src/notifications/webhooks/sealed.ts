import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { WebhookRow } from './store.ts';

/** The sealed signing secrets of the webhook with the alias `w` as a JSON object by field, for a select list. */
export const sealedSecrets = sql.raw(`(
  select json_group_object(x.field, x.sealed) from secrets x where x.workspace_id = w.workspace_id
    and x.owner_type = case w.purpose when 'general' then 'webhook' when 'budget' then 'budget' else 'alert_webhook' end
    and x.owner_id = coalesce(w.owner_id, w.id))`);

/** The sealed signing secrets of a webhook by field. */
export async function sealedSecretsOf(
  db: Db,
  { id }: Pick<WebhookRow, 'id'>,
): Promise<Record<string, string>> {
  const [row] = await db.all<{ sealed: string }>(
    sql`select ${sealedSecrets} as sealed from webhooks w where w.id = ${id}`,
  );
  return row === undefined ? {} : (JSON.parse(row.sealed) as Record<string, string>);
}
