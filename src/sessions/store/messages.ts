import { and, desc, eq, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { messages } from '../../db/schema/sessions.ts';
import { guardedFiles } from '../attachments/store.ts';

export type MessageRow = typeof messages.$inferSelect;

/**
 * A branch, leaf first: the message `from` and its ancestors, at most `limit`. The query follows parents, so that its
 * cost depends on the number of rows and not on the length of the session.
 */
export function selectPath(
  db: Db,
  workspace_id: string,
  session_id: string,
  from: SQL | string,
  limit: number,
) {
  const own = sql`m.session_id = ${session_id} and m.workspace_id = ${workspace_id}`;
  const path = sql`(with recursive path as (
    select m.*, 1 as step from messages m where m.id = ${from} and ${own}
    union all select m.*, path.step + 1 from path join messages m on m.id = path.parent_id where path.step < ${limit} and ${own}
  ) select * from path) as "messages"`;
  return db.select(pathColumns).from(path).orderBy(sql`depth desc`);
}

/** The newest message of the user below a parent, or at the start of the session. */
export const selectNewestQuestion = (
  db: Db,
  workspace_id: string,
  session_id: string,
  parent_id: string | null,
) =>
  db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        eq(messages.workspace_id, workspace_id),
        eq(messages.session_id, session_id),
        parent_id === null ? isNull(messages.parent_id) : eq(messages.parent_id, parent_id),
        eq(messages.role, 'user'),
      ),
    )
    .orderBy(desc(messages.seq))
    .limit(1);

/** The columns of a message, for rows of a common table expression, which Drizzle does not type. */
const pathColumns = Object.fromEntries(
  Object.entries(getTableColumns(messages)).map(([name, column]) => [
    name,
    sql`${sql.identifier(name)}`.mapWith(column).as(name),
  ]),
) as unknown as typeof messages._.columns;

/** The head of a session: the leaf of its active branch. */
export const headOf = (workspace_id: string, session_id: string): SQL =>
  sql`(select head_id from sessions where id = ${session_id} and workspace_id = ${workspace_id})`;

/**
 * Inserts a message with the sequence number of the session plus `ahead`. Violates `messages.seq` when the run does not
 * hold the session, and `messages.attachments` when an attachment of the message has been deleted.
 */
export const insertMessage = (
  db: Db,
  { seq: _, ...row }: Omit<MessageRow, 'seq'> & { readonly seq?: number },
  ahead: 0 | 1,
): Statement =>
  row.attachments.length === 0
    ? insertPlainMessage(db, { ...row, ahead })
    : db.insert(messages).values({
        ...row,
        attachments: guardedFiles(row.attachments, row.id),
        seq: nextSeq(row, ahead),
      });

const nextSeq = (
  { session_id, run_id }: Readonly<Record<'session_id' | 'run_id', unknown>>,
  ahead: unknown,
) =>
  sql<number>`(select message_seq + ${ahead} from sessions where id = ${session_id} and active_run_id = ${run_id})`;

const insertPlainMessage = compileByColumns<Omit<MessageRow, 'seq'> & { readonly ahead: 0 | 1 }>(
  (db, { ahead, ...row }) => db.insert(messages).values({ ...row, seq: nextSeq(row, ahead) }),
);

export const selectMessage = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(messages)
    .where(and(eq(messages.workspace_id, workspace_id), eq(messages.id, id)));

/** The runs that produced the answers of a session. */
export const selectAnsweringRuns = (db: Db, workspace_id: string, session_id: string) =>
  db
    .selectDistinct({ run_id: messages.run_id })
    .from(messages)
    .where(
      and(
        eq(messages.workspace_id, workspace_id),
        eq(messages.session_id, session_id),
        eq(messages.role, 'assistant'),
      ),
    );
