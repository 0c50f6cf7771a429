import { and, eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { share_links } from '../../db/schema/share-links.ts';

/** Selects whether visitors of a share link may open cited documents. */
export const selectOpensDocuments = (db: Db, workspace_id: string, id: string) =>
  db
    .select({ open_documents: share_links.open_documents })
    .from(share_links)
    .where(and(eq(share_links.workspace_id, workspace_id), eq(share_links.id, id)));
