import type { Db, Statement } from '../../db/client.ts';
import { dropNotes } from '../../hand-overs/index.ts';
import { dropSummaries } from '../background/summary-store.ts';
import { indexTitle } from '../search/index-store.ts';
import { type SessionRow, updateSession } from '../store/sessions.ts';

/**
 * Drops what was derived from the messages of a session when one of them is erased: a title that no person has chosen,
 * summaries, and the texts of hand-overs.
 */
export const dropDerived = (db: Db, { id, workspace_id, ...session }: SessionRow): Statement[] => {
  const isTitled = session.titled_by !== 'person' && session.title !== null;
  return [
    updateSession(db, workspace_id, id, {
      hand_back_note: null,
      ...(isTitled ? { title: null, titled_by: null } : {}),
    }),
    ...(isTitled ? indexTitle(db, workspace_id, id, null) : []),
    dropSummaries(db, workspace_id, id),
    dropNotes(db, workspace_id, id),
  ];
};
