import { and, asc, eq, isNotNull, isNull, notInArray, type Placeholder, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compile, compileByColumns } from '../../db/compiled.ts';
import { parametersOf, valuesOf } from '../../db/json-values.ts';
import { chunks, files, knowledge_bases } from '../../db/schema/knowledge.ts';
import type { FileRow } from '../file-store.ts';
import { scopeOfChunk } from '../history/scope.ts';
import { failedReplacement, takenColumns } from '../replacement.ts';
import type { IndexedChunk } from '../search/keywords.ts';
import { isSampled } from '../search/word-counts.ts';
import { searchableAttemptOfFile } from '../searchable.ts';

const isOpen = (workspace_id: string | Placeholder, id: string | Placeholder) =>
  and(eq(files.workspace_id, workspace_id), eq(files.id, id), isNull(files.deleted_at));

/** The file of a job, unless it has been queued again since. A null revision is of any. */
const isRevision = (revision: unknown) =>
  sql`${files.revision} = coalesce(${revision}, ${files.revision})`;

/**
 * Starts a new attempt, which fences off earlier ones. Returns no row when there is nothing to do.
 */
export const beginAttempt = compile(
  (db, value: (name: 'workspace_id' | 'id' | 'revision' | 'now') => Placeholder) =>
    db
      .update(files)
      .set({
        attempt: sql`${files.attempt} + 1`,
        status: 'extracting',
        progress: 0,
        error_code: null,
        error_detail: null,
        chunk_count: null,
        updated_at: sql`${value('now')}`,
      })
      .where(
        and(
          isOpen(value('workspace_id'), value('id')),
          isRevision(value('revision')),
          notInArray(files.status, ['ready', 'failed']),
        ),
      )
      .returning(),
);

export const selectBaseOfFile = compile(
  (db, value: (name: 'workspace_id' | 'file_id') => Placeholder) =>
    db
      .select({
        id: knowledge_bases.id,
        agent_id: knowledge_bases.agent_id,
        embedding_model: knowledge_bases.embedding_model,
        dimensions: knowledge_bases.dimensions,
        query_prefix: knowledge_bases.query_prefix,
        document_prefix: knowledge_bases.document_prefix,
        vector_space: knowledge_bases.vector_space,
        second_space: knowledge_bases.second_space,
        second_embedding: knowledge_bases.second_embedding,
        chunk_tokens: knowledge_bases.chunk_tokens,
        chunk_overlap_tokens: knowledge_bases.chunk_overlap_tokens,
        ocr_model: knowledge_bases.ocr_model,
        retention_days: knowledge_bases.retention_days,
      })
      .from(knowledge_bases)
      .where(
        and(
          eq(knowledge_bases.workspace_id, value('workspace_id')),
          isNull(knowledge_bases.deleted_at),
          sql`${knowledge_bases.id} = (select f.base_id from files f where f.id = ${value('file_id')})`,
        ),
      ),
);

/** Selects the spaces of the base of a file, hidden ones included. */
export const selectSpaces = (db: Db, file_id: string) =>
  db
    .select({
      vector_space: knowledge_bases.vector_space,
      second_space: knowledge_bases.second_space,
    })
    .from(knowledge_bases)
    .where(sql`${knowledge_bases.id} = (select f.base_id from files f where f.id = ${file_id})`);

/** Updates the file as this attempt. Returns no row when the attempt has been superseded. */
export const updateAttempt = (db: Db, file: FileRow, changes: FileChanges) =>
  updateFenced(db, {
    ...changes,
    of_workspace: file.workspace_id,
    of_file: file.id,
    of_attempt: file.attempt,
  });

export type FileChanges = Partial<FileRow> & Pick<FileRow, 'updated_at'>;

interface Fence {
  readonly of_workspace: string;
  readonly of_file: string;
  readonly of_attempt: number;
}

const updateFenced = compileByColumns(
  (db, { of_workspace, of_file, of_attempt, ...changes }: FileChanges & Fence) =>
    db
      .update(files)
      .set(changes)
      .where(
        and(
          isOpen(of_workspace, of_file),
          eq(files.attempt, of_attempt),
          notInArray(files.status, ['queued', 'ready', 'failed']),
        ),
      )
      .returning({ id: files.id }),
);

const isAttempt = ({ workspace_id, id, attempt }: FileRow) =>
  and(isOpen(workspace_id, id), eq(files.attempt, attempt));

/** The same for a file whose replacement is ready: it becomes the content of the file. */
export const takeReplacement = (db: Db, file: FileRow, changes: FileChanges) =>
  db
    .update(files)
    .set({ ...changes, ...takenColumns })
    .where(and(isAttempt(file), notInArray(files.status, ['queued', 'ready', 'failed'])))
    .returning({ id: files.id });

/** Records when the replacement of a file failed, after the attempt was marked as failed. */
export const failReplacement = (db: Db, file: FileRow, now: number) =>
  db
    .update(files)
    .set({ replacement: failedReplacement(now) })
    .where(and(isAttempt(file), eq(files.status, 'failed')));

/** Marks a file as failed, whatever its attempt, unless it has been queued again since. */
export const failFile = (
  db: Db,
  { workspace_id, id, revision }: { workspace_id: string; id: string; revision: number | null },
  error: { code: string; detail: string },
  now: number,
) =>
  db
    .update(files)
    .set({
      status: 'failed',
      chunk_count: null,
      error_code: error.code,
      error_detail: error.detail,
      replacement: failedReplacement(now),
      updated_at: now,
    })
    .where(
      and(
        isOpen(workspace_id, id),
        isRevision(revision),
        notInArray(files.status, ['ready', 'failed']),
      ),
    );

export interface NewChunk extends IndexedChunk {
  readonly id: string;
  readonly ordinal: number;
  readonly text: string;
  readonly heading: string | null;
  readonly page: number | null;
  readonly start: number;
  readonly end: number;
  readonly token_count: number;
}

/** Inserts chunks and their keyword rows; none if the attempt has been superseded. */
export function insertChunks(
  db: Db,
  { workspace_id, id: file_id, attempt }: FileRow,
  rows: readonly NewChunk[],
): [Statement, ...Statement[]] {
  const data = JSON.stringify(rows.map(({ title: _t, body: _b, ...row }) => row));
  return [insertRows(db, { workspace_id, file_id, attempt, data }), ...insertKeywords(db, rows)];
}

/** Adds the words of stored chunks to the keyword indexes. */
export const insertKeywords = (
  db: Db,
  chunks: readonly (IndexedChunk & Pick<NewChunk, 'id'>)[],
): Statement[] =>
  parametersOf(chunks.map(({ id, title, body }) => ({ id, title, body }))).flatMap((words) => [
    insertWords(db, { words }),
    insertTerms(db, { words }),
  ]);

const insertRows = compile(
  (db, value: (name: 'workspace_id' | 'file_id' | 'attempt' | 'data') => Placeholder) =>
    db.run(sql`
      insert into chunks (id, workspace_id, base_id, file_id, attempt, ordinal, text, heading, page, start, "end", token_count)
      select j.value ->> 'id', f.workspace_id, f.base_id, f.id, f.attempt, j.value ->> 'ordinal', j.value ->> 'text', j.value ->> 'heading',
        j.value ->> 'page', j.value ->> 'start', j.value ->> 'end', j.value ->> 'token_count'
      from json_each(${value('data')}) j join files f on f.id = ${value('file_id')}
      where f.workspace_id = ${value('workspace_id')} and f.attempt = ${value('attempt')} and f.deleted_at is null
        and f.status not in ('queued', 'ready', 'failed')`),
);

const insertWords = compile((db, value: (name: 'words') => Placeholder) =>
  db.run(sql`
    insert into chunk_words (rowid, scope, title, body)
    select c.seq, ${scopeOfChunk}, j.value ->> 'title', j.value ->> 'body'
    from json_each(${value('words')}) j join chunks c on c.id = j.value ->> 'id'`),
);

const insertTerms = compile((db, value: (name: 'words') => Placeholder) =>
  db.run(sql`
    insert into chunk_terms (rowid, keys) select c.seq, (j.value ->> 'title') || ' ' || (j.value ->> 'body')
    from json_each(${value('words')}) j join chunks c on c.id = j.value ->> 'id' where ${isSampled}`),
);

/**
 * Selects attempts in [`from`, `before`) that have chunks and no content, present or former, and never the searchable
 * one of a file that is not hidden. Reads a row for each
 * attempt, not for each chunk.
 */
export const selectStaleAttempts = (db: Db, file_id: string, from: number, before: number) =>
  db.all<{ attempt: number }>(sql`
    with recursive a (attempt) as (
      select min(attempt) from chunks where file_id = ${file_id} and attempt >= ${from}
      union all
      select (select min(c.attempt) from chunks c where c.file_id = ${file_id} and c.attempt > a.attempt) from a where a.attempt is not null)
    select a.attempt as attempt from a where a.attempt < ${before}
      and not exists (select 1 from file_contents k where k.file_id = ${file_id} and k.attempt = a.attempt)
      and a.attempt is not (select ${searchableAttemptOfFile} from files f where f.id = ${file_id} and f.deleted_at is null)`);

/** Selects chunks of an attempt without content. */
export const selectStaleChunks = (
  db: Db,
  workspace_id: string,
  file_id: string,
  attempt: number,
  limit: number,
) =>
  db
    .select({ seq: chunks.seq, id: chunks.id })
    .from(chunks)
    .where(
      and(
        eq(chunks.workspace_id, workspace_id),
        eq(chunks.file_id, file_id),
        eq(chunks.attempt, attempt),
        sql`not exists (select 1 from file_contents k where k.file_id = ${file_id} and k.attempt = ${attempt})`,
      ),
    )
    .orderBy(asc(chunks.ordinal))
    .limit(limit);

export const deleteChunks = (db: Db, seqs: readonly number[]): Statement[] => [
  ...deleteKeywords(db, seqs),
  db.run(sql`delete from chunks where seq in ${valuesOf(seqs)}`),
];

/** Removes the words of stored chunks from the keyword indexes. */
export const deleteKeywords = (db: Db, seqs: readonly number[]): Statement[] =>
  ['chunk_words', 'chunks_fts', 'chunk_terms'].map((index) =>
    db.run(
      sql`delete from ${sql.raw(index)} where rowid in (select c.seq from chunks c where c.seq in ${valuesOf(seqs)})`,
    ),
  );

/** Selects a file in any state, also a hidden one. */
export const selectAnyFile = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(files)
    .where(and(eq(files.workspace_id, workspace_id), eq(files.id, id)));

/** Deletes the row of a hidden file without former content. */
export const deleteFileRow = (db: Db, workspace_id: string, id: string) =>
  db
    .delete(files)
    .where(
      and(
        eq(files.workspace_id, workspace_id),
        eq(files.id, id),
        isNotNull(files.deleted_at),
        sql`not exists (select 1 from file_contents k where k.file_id = ${id})`,
      ),
    );

export const selectFilesOfBase = (db: Db, workspace_id: string, base_id: string, limit: number) =>
  db
    .select({ id: files.id })
    .from(files)
    .where(and(eq(files.workspace_id, workspace_id), eq(files.base_id, base_id)))
    .limit(limit);
