import { type SQL, sql } from 'drizzle-orm';
import { isReadable } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import type { AnyMessageRow } from './store/messages.ts';
import { isOfPerson, type RunRow } from './store/runs.ts';

/** True for the id of a file that the caller may not read, or that is deleted. */
const isUnreadable = ({ workspace_id, groups }: Ctx, file_id: SQL): SQL =>
  sql`not exists (select 1 from files f where f.id = ${file_id} and f.workspace_id = ${workspace_id} and f.deleted_at is null and ${isReadable(groups)})`;

/** True for the run `r` of an id if it has read such a file, or may have. A reply of a person belongs to no run. */
const isWithheld = (ctx: Ctx, run_id: SQL): SQL =>
  sql`not ${isOfPerson(run_id)} and (r.source_file_ids is null or exists (select 1 from json_each(r.source_file_ids) s where ${isUnreadable(ctx, sql`s.value`)}))`;

const namesOf = (rows: readonly { readonly id: string }[]): ReadonlySet<string> =>
  new Set(rows.map(({ id }) => id));

const none: ReadonlySet<string> = new Set();

/**
 * Returns those of the runs whose answers the caller may not read, since they were written from a file that it may not
 * read, or no longer. Reads nothing for a caller that may read all files.
 */
export async function withheldRuns(ctx: Ctx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ctx.groups === null || ids.length === 0) return none;
  return namesOf(
    await ctx.db.all<{ id: string }>(sql`
      select j.value as id from json_each(${JSON.stringify([...new Set(ids)])}) j
      left join runs r on r.id = j.value and r.workspace_id = ${ctx.workspace_id} where ${isWithheld(ctx, sql`j.value`)}`),
  );
}

/** The same for all answers of sessions; with the id of their session. */
export const withheldIn = (ctx: Ctx, session_ids: readonly string[]) =>
  ctx.db.all<{ id: string; session_id: string }>(sql`
    select distinct m.run_id as id, m.session_id as session_id from json_each(${JSON.stringify(session_ids)}) j
    cross join messages m on m.session_id = j.value and m.workspace_id = ${ctx.workspace_id} and m.role = 'assistant'
    left join runs r on r.id = m.run_id and r.workspace_id = m.workspace_id where ${isWithheld(ctx, sql`m.run_id`)}`);

/** Returns those of the files that a reader with the groups may read. */
export async function readableFiles(
  ctx: Ctx,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  return namesOf(
    await ctx.db.all<{ id: string }>(sql`
      select j.value as id from json_each(${JSON.stringify([...new Set(ids)])}) j where not ${isUnreadable(ctx, sql`j.value`)}`),
  );
}

/** An answer without anything that may come from a file. */
export const withheld = <Row extends AnyMessageRow>(row: Row): Row => ({
  ...row,
  text: '',
  citations: [],
  prompt: null,
  is_withheld: true,
});

/** Withholds the answers among messages that the caller may not read. */
export async function readableMessages<Row extends AnyMessageRow>(
  ctx: Ctx,
  rows: readonly Row[],
): Promise<Row[]> {
  const answers = rows.filter(({ role }) => role === 'assistant');
  const hidden = await withheldRuns(
    ctx,
    answers.map(({ run_id }) => run_id),
  );
  return rows.map((row) =>
    row.role === 'assistant' && hidden.has(row.run_id) ? withheld(row) : row,
  );
}

/** Throws `forbidden` for an open run that may read what its caller may not: its events are of another reader. */
export function checkReach({ groups }: Ctx, run: Pick<RunRow, 'groups'>): void {
  if (groups === null || run.groups?.every((name) => groups.includes(name))) return;
  throw unreadable();
}

export const unreadable = () =>
  new Failure('forbidden', 'This run reads files that the end user may not read, or no longer.');
