import { sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { toHex } from '../../shared/digest.ts';
import type { MessageRow } from '../store/messages.ts';
import type { SessionRow } from '../store/sessions.ts';
import { indexMessages, rowsOfSession } from './index-store.ts';
import { indexedText } from './words.ts';

interface IndexedTurn {
  readonly session: Pick<SessionRow, 'agent_id' | 'end_user_id'>;
  readonly index_number: number | null;
}

/**
 * Indexes the messages of a turn, whose run holds the session. Their rows in the index follow from
 * what the turn knows, so that nothing has to be read.
 */
export function indexTurn(
  db: Db,
  { session, index_number }: IndexedTurn,
  messages: readonly Pick<MessageRow, 'id' | 'seq' | 'text'>[],
): Statement[] {
  if (index_number === null || messages.length === 0) return [];
  // The number of a session that waits to be indexed may change before the batch is stored.
  if (index_number < 0) return indexMessages(db, messages);
  const rows = messages.map(({ seq, text }) => [
    index_number * rowsOfSession + seq,
    indexedText(text),
  ]);
  return [insertRows(db, { scope: scopeOf(session), rows: JSON.stringify(rows) })];
}

const insertRows = compileByColumns<Readonly<Record<'scope' | 'rows', unknown>>>(
  (db, { scope, rows }) =>
    db.run(sql`insert or replace into messages_fts (rowid, scope, title, body)
    select value ->> 0, ${scope}, '', value ->> 1 from json_each(${rows})`),
);

/** Equal to the scope that `store.ts` computes in SQL. */
function scopeOf({ agent_id, end_user_id }: Pick<SessionRow, 'agent_id' | 'end_user_id'>): string {
  const agent = agent_id.slice(4);
  return end_user_id === null
    ? agent
    : `${agent} u${toHex(Uint8Array.from(new TextEncoder().encode(end_user_id))).toUpperCase()}`;
}
