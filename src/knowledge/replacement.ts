import { type SQL, sql } from 'drizzle-orm';
import { files, type Replacement } from '../db/schema/knowledge.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { narrowed } from './readable.ts';
import { searchableAttempt } from './searchable.ts';

type FileRow = typeof files.$inferSelect;

/** New content of a file; `groups` is absent for those of the file. */
export type NewContent = Omit<Replacement, 'created_at' | 'failed_at'>;

/** Changes that a person makes to a file. Members of `fields` that are null are removed. */
export type FileChanges = Partial<Pick<FileRow, 'name' | 'metadata' | 'groups'>> & {
  readonly fields?: object | undefined;
};

/** Columns that describe the content. */
const columns = [
  'name',
  'media_type',
  'byte_size',
  'sha256',
  'encoding',
  'metadata',
  'fields',
  'original_id',
] as const;

/** The file as it is when its replacement is ready; the same file without one. */
export const latestOf = (row: FileRow): FileRow => {
  if (row.replacement === null) return row;
  const { created_at: _, failed_at: __, ...content } = row.replacement;
  return { ...row, ...definedFields(content) };
};

/**
 * The row of a file with new content. A searchable file keeps its own until the new content is ready; readers have to be
 * in the groups of both until then.
 */
export const withContent = (row: FileRow, content: NewContent, now: number): FileRow => {
  if (searchableAttempt(row) === null)
    return { ...row, ...definedFields(content), replacement: null };
  const { groups } = content;
  const both = groups === undefined ? row.groups : narrowed(row.groups, groups);
  return {
    ...row,
    groups: both === null ? null : [...both],
    replacement: { ...content, created_at: now },
  };
};

const isSearchable = sql`(${files.status} = 'ready' or ${files.former_attempt} is not null)`;

/** Columns of a stored file that gets new content, as `withContent` returns them. */
export const replacedColumns = (content: NewContent, now: number) => ({
  ...Object.fromEntries(
    columns.map((name) => [
      name,
      sql`iif(${isSearchable}, ${files[name]}, ${storedValue(content[name])})`,
    ]),
  ),
  replacement: sql`iif(${isSearchable}, ${JSON.stringify({ ...content, created_at: now })}, null)`,
});

const storedValue = (value: unknown) =>
  value !== null && typeof value === 'object' ? JSON.stringify(value) : value;

const field = (name: string): SQL => sql`(${files.replacement} ->> ${`$.${name}`})`;

const jsonOf = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** True while the file `f` has what a person may change as it was read, and its replacement, too. */
export const isAsSeen = ({ name, metadata, fields, groups, replacement }: FileRow): SQL => {
  const { created_at: _, failed_at: __, ...content } = replacement ?? {};
  return sql`f.name = ${name} and f."groups" is ${jsonOf(groups)}
    and json_array(json(f.metadata), json(f.fields), json(json_remove(f.replacement, '$.created_at', '$.failed_at')))
      = json(${JSON.stringify([metadata, fields, replacement && content])})`;
};

/** Columns of a file whose replacement is ready. */
export const takenColumns = {
  ...Object.fromEntries(columns.map((name) => [name, field(name)])),
  groups: sql`iif(json_type(${files.replacement}, '$.groups') is null, ${files.groups}, ${field('groups')})`,
  replacement: sql`null`,
};

/** The replacement of a file that is queued again. */
export const retriedReplacement = sql`json_remove(${files.replacement}, '$.failed_at')`;

/** The replacement of a file whose processing has failed. */
export const failedReplacement = (now: number): SQL =>
  sql`json_set(${files.replacement}, '$.failed_at', ${now})`;

/** The replacement of a file with changes that a person makes to the file, which are later decisions. */
export const changedReplacement = ({ fields = {}, ...changes }: FileChanges): SQL =>
  Object.entries(changes).reduce(
    (json, [name, value]) => sql`json_set(${json}, ${`$.${name}`}, json(${JSON.stringify(value)}))`,
    sql`json_set(${files.replacement}, '$.fields', json_patch(${files.replacement} -> '$.fields', ${JSON.stringify(fields)}))`,
  );
