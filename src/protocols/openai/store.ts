import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { agents } from '../../db/schema/agents.ts';

/** Maximum number of listed agents. The list of models has no pages. */
const maxListed = 10_000;

/**
 * Selects agents that are not archived and do not represent a provider's model, newest first;
 * `only` restricts them to these ids.
 */
export const selectModelAgents = (db: Db, workspace_id: string, only: readonly string[] | null) =>
  db
    .select({ slug: agents.slug, created_at: agents.created_at })
    .from(agents)
    .where(
      and(
        eq(agents.workspace_id, workspace_id),
        isNull(agents.archived_at),
        isNull(agents.provider_model),
        only === null
          ? undefined
          : sql`${agents.id} in (select value from json_each(${JSON.stringify(only)}))`,
      ),
    )
    .orderBy(desc(agents.id))
    .limit(maxListed);
