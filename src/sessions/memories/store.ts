import { and, desc, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { memories } from '../../db/schema/memories.ts';
import type { Fact } from '../../runs/index.ts';
import type { SessionRow } from '../store/sessions.ts';
import { type ForgetFilter, isAmong, isAt } from './cursor-store.ts';

export type MemoryRow = typeof memories.$inferSelect;

/** Facts that are used of one end user and agent. More than these are forgotten, the least recently confirmed first. */
const maxFacts = 200;

type Person = Pick<MemoryRow, 'workspace_id' | 'agent_id' | 'end_user_id'>;

const of = ({ workspace_id, agent_id, end_user_id }: Person) =>
  and(
    eq(memories.workspace_id, workspace_id),
    eq(memories.agent_id, agent_id),
    eq(memories.end_user_id, end_user_id),
  );

/** The facts that a turn may use, newest first. */
export const selectFacts = (db: Db, { workspace_id, agent_id, end_user_id }: SessionRow) =>
  db
    .select({ id: memories.id, text: memories.text, confidence: memories.confidence })
    .from(memories)
    .where(
      and(
        of({ workspace_id, agent_id, end_user_id: end_user_id ?? '' }),
        isNull(memories.superseded_at),
      ),
    )
    .orderBy(desc(memories.id))
    .limit(maxFacts);

/** The same for a session that is stored. */
export const selectFactsOfSession = (
  db: Db,
  workspace_id: string,
  session_id: string,
): Promise<Fact[]> =>
  db.all<Fact>(sql`select f.id, f.text, f.confidence from sessions s
    join memories f on f.workspace_id = s.workspace_id and f.agent_id = s.agent_id and f.end_user_id = s.end_user_id and f.superseded_at is null
    where s.id = ${session_id} and s.workspace_id = ${workspace_id} order by f.id desc limit ${maxFacts}`);

export interface MemoryFilter extends ForgetFilter {
  readonly superseded: boolean;
  readonly q?: string | undefined;
}

export const selectMemories = (
  db: Db,
  workspace_id: string,
  filter: MemoryFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(memories)
    .where(
      and(
        eq(memories.workspace_id, workspace_id),
        eq(memories.end_user_id, filter.end_user_id),
        filter.superseded ? undefined : isNull(memories.superseded_at),
        filter.agent_id === undefined ? undefined : sql`+${memories.agent_id} = ${filter.agent_id}`,
        among(filter.agent_ids),
        by(filter.created_by),
        filter.q === undefined
          ? undefined
          : sql`instr(lower(${memories.text}), lower(${filter.q})) > 0`,
        after === null ? undefined : lt(memories.id, after),
      ),
    )
    .orderBy(desc(memories.id))
    .limit(limit);

const among = (agent_ids: readonly string[] | undefined): SQL | undefined =>
  agent_ids === undefined ? undefined : isAmong(memories.agent_id, agent_ids);

const by = (created_by: string | undefined) =>
  created_by === undefined ? undefined : eq(memories.created_by, created_by);

export const selectMemory = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(memories)
    .where(and(eq(memories.workspace_id, workspace_id), eq(memories.id, id)));

/** Writes nothing for an agent that has been deleted. */
export const insertMemory = (db: Db, row: MemoryRow) =>
  db
    .insert(memories)
    .select(
      sql`select ${row.id}, ${row.workspace_id}, ${row.agent_id}, ${row.end_user_id}, ${row.text}, ${row.confidence}, ${row.origin},
        ${row.session_id}, ${row.message_id}, ${row.supersedes}, ${row.superseded_at}, ${row.created_by}, ${row.created_at}, ${row.updated_at}
        where exists (select 1 from agents where id = ${row.agent_id} and workspace_id = ${row.workspace_id} and deleted_at is null)`,
    )
    .returning({ id: memories.id });

export const updateMemory = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Pick<MemoryRow, 'updated_at'> & Partial<Pick<MemoryRow, 'text' | 'confidence'>>,
) =>
  db
    .update(memories)
    .set(changes)
    .where(and(eq(memories.workspace_id, workspace_id), eq(memories.id, id)))
    .returning({ id: memories.id });

export const deleteMemory = (db: Db, workspace_id: string, id: string) =>
  db
    .delete(memories)
    .where(and(eq(memories.workspace_id, workspace_id), eq(memories.id, id)))
    .returning({ id: memories.id });

export const deleteMemories = (
  db: Db,
  workspace_id: string,
  { end_user_id, agent_id, agent_ids, created_by }: ForgetFilter,
) =>
  db
    .delete(memories)
    .where(
      and(
        eq(memories.workspace_id, workspace_id),
        eq(memories.end_user_id, end_user_id),
        agent_id === undefined ? undefined : sql`+${memories.agent_id} = ${agent_id}`,
        among(agent_ids),
        by(created_by),
      ),
    )
    .returning({ id: memories.id });

/** Forgets what is beyond the maximum of one end user and agent: what was replaced, then the least recently confirmed. */
export const forgetExcess = (db: Db, person: Person): Statement =>
  db.run(sql`delete from memories where rowid in (select rowid from memories where ${of(person)}
    order by superseded_at is null desc, updated_at desc, id desc limit -1 offset ${maxFacts})`);

/**
 * Stores a fact that was taken from a message, or confirms it where it is known. Does nothing where another attempt has searched the
 * session, or the message was erased in the meantime.
 */
export const rememberFact = (db: Db, row: MemoryRow, cursor: number): Statement[] => [
  ...(row.supersedes === null
    ? []
    : [
        db
          .update(memories)
          .set({ superseded_at: row.created_at })
          .where(
            and(
              of(row),
              eq(memories.id, row.supersedes),
              isNull(memories.superseded_at),
              or(eq(memories.origin, 'model'), eq(memories.origin, 'rule')),
              sql`${memories.text} <> ${row.text}`,
              isAt(row.session_id ?? '', cursor),
            ),
          ),
      ]),
  db.run(sql`insert into memories (id, workspace_id, agent_id, end_user_id, text, confidence, origin, session_id, message_id, supersedes, superseded_at, created_by, created_at, updated_at)
    select ${row.id}, ${row.workspace_id}, ${row.agent_id}, ${row.end_user_id}, ${row.text}, ${row.confidence}, ${row.origin}, ${row.session_id}, ${row.message_id},
      (select id from memories where id = ${row.supersedes} and superseded_at = ${row.created_at}), null, ${row.created_by}, ${row.created_at}, ${row.updated_at}
    where ${isAt(row.session_id ?? '', cursor)}
      and exists (select 1 from messages m join sessions s on s.id = m.session_id where m.id = ${row.message_id} and m.text <> '' and s.workspace_id = ${row.workspace_id})
    on conflict (workspace_id, agent_id, end_user_id, text) where superseded_at is null do update set
      confidence = max(confidence, excluded.confidence), updated_at = excluded.updated_at,
      session_id = iif(origin = 'api', session_id, excluded.session_id), message_id = iif(origin = 'api', message_id, excluded.message_id)`),
];
