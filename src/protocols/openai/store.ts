import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { agents } from '../../db/schema/agents.ts';

/** A list of models has no pages. */
const maxListed = 10_000;

/** Agents in use, newest first, but for those that stand for a provider's model; `only` narrows to those a key covers. */
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
