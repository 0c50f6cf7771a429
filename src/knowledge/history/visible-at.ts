import { type SQL, sql } from 'drizzle-orm';

/** Revisions of bases by their ids. Bases that are not named are searched as they are now. */
export type Revisions = Readonly<Record<string, number>>;

/** After every revision. */
const now = Number.MAX_SAFE_INTEGER;

/** Returns the revision of each base that a pinned search sees. */
export const revisionsOf = (base_ids: readonly string[], revisions: Revisions): Revisions =>
  Object.fromEntries(base_ids.map((id) => [id, revisions[id] ?? now]));

/** True when the content `f` of a file was searchable at a revision. */
const isContentAt = (revision: SQL): SQL =>
  sql`f.added_revision <= ${revision} and (f.removed_revision is null or f.removed_revision > ${revision})`;

/** True when the chunk `c` was part of its content at a revision. */
export const isChunkAt = (revision: SQL): SQL =>
  sql`c.added_revision <= ${revision} and (c.removed_revision = 0 or c.removed_revision > ${revision})`;

/** True when the chunk `c` was enabled at a revision. */
export const isEnabledAt = (revision: SQL): SQL =>
  sql`iif(c.toggled_revisions is null, c.is_disabled = 0, (select count(*) % 2 = 0 from json_each(c.toggled_revisions) t where t.value <= ${revision}))`;

/**
 * The contents of files. A file that has been deleted or replaced since has its former name and metadata, and its
 * present groups. Readers also need one of `former_groups`, which content has whose replacement has other groups.
 */
const contents =
  sql.raw(`(select k.file_id as id, k.attempt, k.base_id, k.name, k.metadata, k.fields, k.detected, k.added_revision, k.removed_revision, w."groups" as "groups",
    k."groups" as former_groups, w.deleted_at from file_contents k cross join files w on w.id = k.file_id) f`);

/** Joins bases `b` with the contents of their files as `f`, at the revisions of the bases. */
export const contentsAt = (revisions: Revisions): SQL => sql`
  cross join json_each(${JSON.stringify(revisions)}) r on r.key = b.id
  cross join ${contents} on f.base_id = b.id and ${isContentAt(sql`r.value`)}`;

/** Joins chunks `c` with the contents of their files as `f`, at the revisions of their bases. */
export const joinsAt = (revisions: Revisions): SQL => sql`
  cross join json_each(${JSON.stringify(revisions)}) r on r.key = c.base_id
  cross join ${contents} on f.id = c.file_id and f.attempt = c.attempt and ${isContentAt(sql`r.value`)}
  cross join knowledge_bases b on b.id = c.base_id and b.workspace_id = c.workspace_id`;
