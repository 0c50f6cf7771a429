import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { workspaces } from '../../db/schema/workspaces.ts';

/** A workspace that is neither suspended nor deleted. */
export const selectActiveWorkspace = (db: Db, id: string) =>
  db
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(
      and(eq(workspaces.id, id), isNull(workspaces.suspended_at), isNull(workspaces.deleted_at)),
    );
