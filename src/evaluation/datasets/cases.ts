import { actorId, type Ctx } from '../../platform/context.ts';
import { mayReadMessages } from '../../runs/index.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import {
  Failure,
  invalid,
  notFound,
  type Violation,
  validationFailed,
} from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import type { CaseContent } from './case.ts';
import { type Case, CaseInput, toContent, type UpdateCase } from './case-schema.ts';
import { changeDataset, findDataset, type IfMatch, refuseStale } from './change.ts';
import {
  checkFiles,
  type DigestedCase,
  missingFiles,
  noSuchFile,
  storedDigests,
  withDigests,
} from './check-cases.ts';
import { type CaseQuery, type CreateCases, toCase } from './schema.ts';
import {
  type CaseRow,
  type DatasetRow,
  endCase,
  insertCases,
  selectCase,
  selectCaseRows,
} from './store.ts';

const maxErrors = 100;

/** Returns true if the caller may not read what the case holds of a conversation. */
const isWithheld = (ctx: Ctx, row: CaseRow): boolean =>
  row.source !== null && !mayReadMessages(ctx);

/** Returns rows of new cases, in the order of their ids. */
export function newRows(
  ctx: Ctx,
  { id: dataset_id }: DatasetRow,
  revision: number,
  cases: readonly DigestedCase[],
  from: Pick<CaseRow, 'source' | 'source_run_id' | 'source_session_id' | 'source_run_ids'> = {
    ...{ source: null, source_run_id: null, source_session_id: null, source_run_ids: null },
  },
): CaseRow[] {
  const now = ctx.now();
  const ids = cases.map(() => ctx.newId('case')).sort();
  return cases.map(({ content, digest }, index) => ({
    ...from,
    id: ids[index] as string,
    from_revision: revision,
    until_revision: null,
    workspace_id: ctx.workspace_id,
    dataset_id,
    content: { ...content },
    digest,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  }));
}

/** Adds cases, all or none. Throws `not_found`, `validation_failed` with a pointer for each, and `conflict` for too many. */
export async function createCases(
  ctx: Ctx,
  dataset_id: string,
  { data }: CreateCases,
): Promise<{ data: Case[] }> {
  await findDataset(ctx, dataset_id);
  const contents = data.map(toContent);
  const files = (await missingFiles(ctx, contents)).map(({ index, pointer }) => ({
    pointer: `/data/${index}${pointer}`,
    detail: noSuchFile,
  }));
  if (files.length > 0) throw validationFailed(files.slice(0, maxErrors));
  const cases = await withDigests(contents);
  return changeDataset(ctx, dataset_id, async (row, revision) => {
    const repeated = repeatedCases(cases, await storedDigests(ctx, dataset_id, cases));
    if (repeated.length > 0) throw validationFailed(repeated.slice(0, maxErrors));
    const rows = newRows(ctx, row, revision, cases);
    return {
      action: 'cases_added' as const,
      added: rows.length,
      ...(rows.length === 1 ? { case_id: rows[0]?.id as string } : {}),
      statements: insertCases(ctx.db, rows),
      audit: 'dataset_case.create',
      reply: { data: rows.map((one) => toCase(one, false)) },
    };
  });
}

function repeatedCases(
  cases: readonly DigestedCase[],
  stored: ReadonlyMap<string, string>,
): Violation[] {
  const seen = new Map<string, number>();
  return cases.flatMap(({ digest }, index) => {
    const first = seen.get(digest);
    const known = stored.get(digest);
    seen.set(digest, first ?? index);
    const pointer = `/data/${index}`;
    if (known !== undefined)
      return [{ pointer, detail: `The dataset has this case already: ${known}.` }];
    return first === undefined
      ? []
      : [{ pointer, detail: `Repeats the case at \`/data/${first}\`.` }];
  });
}

/** The revision that is read. Throws `not_found` for one that does not exist yet. */
export function revisionOf({ revision }: DatasetRow, given: number | undefined): number {
  if (given !== undefined && given > revision)
    throw new Failure('not_found', `The newest revision of this dataset is ${revision}.`);
  return given ?? revision;
}

export async function listCases(
  ctx: Ctx,
  dataset_id: string,
  { limit, cursor, revision, ...filters }: CaseQuery,
): Promise<Page<Case>> {
  const dataset = await findDataset(ctx, dataset_id);
  const may_read_turns = mayReadMessages(ctx);
  const filter = { ...filters, revision: revisionOf(dataset, revision), may_read_turns };
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `cases:${dataset_id}`,
      // Without a revision, the pages follow the newest one.
      filters: { ...filters, revision, may_read_turns },
    },
    { limit, cursor },
    (after, count) =>
      selectCaseRows(ctx.db, ctx.workspace_id, dataset_id, filter, after, count).all(),
    ({ id }) => id,
    (row) => toCase(row, isWithheld(ctx, row)),
  );
}

async function findCase(
  ctx: Ctx,
  dataset: DatasetRow,
  id: string,
  revision: number | undefined,
): Promise<CaseRow> {
  const at = revisionOf(dataset, revision);
  const row = await selectCase(ctx.db, ctx.workspace_id, dataset.id, id, at).get();
  if (row === undefined) throw notFound('case');
  return row;
}

/** Throws `not_found`, also for a case that the revision does not have. */
export async function getCase(
  ctx: Ctx,
  dataset_id: string,
  id: string,
  revision: number | undefined,
): Promise<Case> {
  const row = await findCase(ctx, await findDataset(ctx, dataset_id), id, revision);
  return toCase(row, isWithheld(ctx, row));
}

/** Replaces the given fields. Throws `not_found`, `precondition_failed`, `validation_failed` and `conflict`. */
export const updateCase = (
  ctx: Ctx,
  dataset_id: string,
  id: string,
  ifMatch: IfMatch,
  input: UpdateCase,
): Promise<Case> =>
  changeDataset(ctx, dataset_id, async (dataset, revision) => {
    const row = await findCase(ctx, dataset, id, undefined);
    refuseStale(row.from_revision, ifMatch, 'case');
    const changes = definedFields(input);
    if (Object.keys(changes).length === 0) return { action: null, reply: toCase(row, false) };
    const [changed] = await withDigests([await mergedContent(ctx, row, changes)]);
    if (changed === undefined) throw new Error('a case has one digest');
    const other = (await storedDigests(ctx, dataset_id, [changed])).get(changed.digest);
    if (other !== undefined && other !== id)
      throw new Failure('conflict', `The dataset has this case already: ${other}.`);
    const next: CaseRow = {
      ...row,
      content: { ...changed.content },
      digest: changed.digest,
      from_revision: revision,
      updated_at: ctx.now(),
    };
    return {
      action: 'case_updated' as const,
      updated: 1,
      case_id: id,
      statements: [endCase(ctx.db, row, revision), ...insertCases(ctx.db, [next])],
      audit: 'dataset_case.update',
      reply: toCase(next, false),
    };
  });

async function mergedContent(
  ctx: Ctx,
  row: CaseRow,
  changes: Partial<UpdateCase>,
): Promise<CaseContent> {
  const merged = CaseInput.safeParse({ ...row.content, ...changes });
  if (!merged.success)
    throw invalid('', merged.error.issues[0]?.message ?? 'The case is not valid.');
  const content = toContent(merged.data);
  if (changes.expected !== undefined) await checkFiles(ctx, content);
  return content;
}

/** Former revisions keep the case. Throws `not_found` and `precondition_failed`. */
export const deleteCase = (
  ctx: Ctx,
  dataset_id: string,
  id: string,
  ifMatch: IfMatch,
): Promise<null> =>
  changeDataset(ctx, dataset_id, async (dataset, revision) => {
    const row = await findCase(ctx, dataset, id, undefined);
    refuseStale(row.from_revision, ifMatch, 'case');
    return {
      action: 'case_deleted' as const,
      removed: 1,
      case_id: id,
      statements: [endCase(ctx.db, row, revision)],
      audit: 'dataset_case.delete',
      reply: null,
    };
  });
