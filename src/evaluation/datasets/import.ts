import { bodyViolations } from '../../http/violations.ts';
import type { Ctx } from '../../platform/context.ts';
import { type Failure, invalid, validationFailed } from '../../shared/failure.ts';
import type { CaseContent } from './case.ts';
import { CaseInput, toContent } from './case-schema.ts';
import { newRows } from './cases.ts';
import { changeDataset, findDataset } from './change.ts';
import { missingFiles, noSuchFile, storedDigests, withDigests } from './check-cases.ts';
import { type LineFault, readCsv, readJsonLines, type TableRow } from './read-table.ts';
import type { ImportCases, ImportedCases } from './schema.ts';
import { insertCases, maxCases } from './store.ts';

const maxFaults = 100;

/**
 * Adds the cases of a table, all or none; those that the dataset has already are left out. Throws `not_found`,
 * `validation_failed` with the line of each error, and `conflict` for too many cases.
 */
export async function importCases(
  ctx: Ctx,
  dataset_id: string,
  { format, content, columns }: ImportCases,
): Promise<ImportedCases> {
  await findDataset(ctx, dataset_id);
  const table =
    format === 'csv' ? await readCsv(content, columns) : readJsonLines(content, columns);
  if (table.rows.length > maxCases)
    throw invalid('/content', `A dataset can have at most ${maxCases} cases.`);
  const faults = [...table.faults];
  const contents = parseRows(table.rows, faults);
  if (faults.length === 0) faults.push(...(await faultyFiles(ctx, table.rows, contents)));
  if (faults.length > 0) throw reportOf(faults);
  if (contents.length === 0) throw invalid('/content', 'The content has no cases.');
  const cases = await withDigests(contents);
  const distinct = [...new Map(cases.map((one) => [one.digest, one])).values()];
  return changeDataset(ctx, dataset_id, async (row, revision) => {
    const stored = await storedDigests(ctx, dataset_id, distinct);
    const rows = newRows(
      ctx,
      row,
      revision,
      distinct.filter(({ digest }) => !stored.has(digest)),
    );
    const reply: ImportedCases = {
      revision: rows.length === 0 ? row.revision : revision,
      created_count: rows.length,
      duplicate_count: cases.length - rows.length,
      ignored_columns: [...table.ignored],
    };
    if (rows.length === 0) return { action: null, reply };
    return {
      action: 'cases_imported' as const,
      added: rows.length,
      statements: insertCases(ctx.db, rows),
      audit: 'dataset_case.import',
      reply,
    };
  });
}

const reportOf = (faults: readonly LineFault[]): Failure =>
  validationFailed(
    faults
      .toSorted((a, b) => a.line - b.line)
      .slice(0, maxFaults)
      .map(({ line, detail }) => ({ pointer: '/content', detail: `Line ${line}: ${detail}` })),
  );

const inField = (pointer: string, detail: string): string => {
  const field = pointer.slice(1).replaceAll('/', '.');
  return field === '' ? detail : `\`${field}\`: ${detail}`;
};

/** Returns the contents of the rows; adds what is wrong with the others to `faults`. */
function parseRows(rows: readonly TableRow[], faults: LineFault[]): CaseContent[] {
  return rows.flatMap(({ line, value }) => {
    const parsed = CaseInput.safeParse(value);
    if (parsed.success) return [toContent(parsed.data)];
    if (faults.length < maxFaults)
      for (const { pointer, detail } of bodyViolations(CaseInput, parsed.error, value))
        faults.push({ line, detail: inField(pointer, detail) });
    return [];
  });
}

/** Each content is that of the row with the same index. */
async function faultyFiles(
  ctx: Ctx,
  rows: readonly TableRow[],
  contents: readonly CaseContent[],
): Promise<LineFault[]> {
  const missing = await missingFiles(ctx, contents);
  return missing.map(({ index, pointer }) => ({
    line: rows[index]?.line ?? 0,
    detail: inField(pointer, noSuchFile),
  }));
}
