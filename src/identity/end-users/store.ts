import { and, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { agents } from '../../db/schema/agents.ts';
import { end_users } from '../../db/schema/end-users.ts';

/** Selects those of the agents that the workspace has. */
export const selectAgentIds = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .select({ id: agents.id })
    .from(agents)
    .where(
      sql`${agents.id} in (select value from json_each(${JSON.stringify(ids)})) and +${agents.workspace_id} = ${workspace_id} and ${agents.deleted_at} is null`,
    );

/** Selects the instant before which tokens of an end user are refused, in the workspace of the key or the member that issued them. */
export const selectNotBefore = (db: Db, issuer_id: string, ids: readonly string[]) =>
  db
    .select({
      not_before: sql<number | null>`max(${end_users.tokens_not_before})`.as('not_before'),
    })
    .from(end_users)
    .where(
      and(
        sql`${end_users.workspace_id} = coalesce((select k.workspace_id from api_keys k where k.id = ${issuer_id}),
          (select m.workspace_id from members m where m.id = ${issuer_id}))`,
        inArray(end_users.id, [...ids]),
      ),
    );

/** Refuses the tokens that an end user has so far. An end user who is not known yet becomes known. */
export const revokeTokens = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .insert(end_users)
    .values({ workspace_id, id, first_seen_at: now, last_seen_at: now, tokens_not_before: now })
    .onConflictDoUpdate({
      target: [end_users.workspace_id, end_users.id],
      set: { tokens_not_before: now },
    });
