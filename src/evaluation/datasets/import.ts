import { bodyViolations } from '../../http/violations.ts';
import type { Ctx } from '../../platform/context.ts';
import { invalid, type Violation, validationFailed } from '../../shared/failure.ts';
import type { CaseContent } from './case.ts';
import { CaseInput, toContent } from './case-schema.ts';
import { newRows } from './cases.ts';
import { changeDataset, findDataset } from './change.ts';
import { missingFiles, storedDigests, withDigests } from './check-cases.ts';
import { atLine, readCsv, readJsonLines, type TableRow } from './read-table.ts';
import type { ImportCases, ImportedCases } from './schema.ts';
import { insertCases, maxCases } from './store.ts';

const maxErrors = 100;

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
  const errors = [...table.errors];
  const contents = parseRows(table.rows, errors);
  const lineOf = (index: number) => table.rows[index]?.line ?? 0;
  if (errors.length === 0)
    errors.push(
      ...(await missingFiles(ctx, contents, (index, path) =>
        atLine(
          lineOf(index),
          `\`${path.slice(1).replaceAll('/', '.')}\`: Must be a file of the workspace.`,
        ),
      )),
    );
  if (errors.length > 0) throw validationFailed(errors.slice(0, maxErrors));
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

/** Returns the contents of the rows; adds the violations of each to `errors`. */
function parseRows(rows: readonly TableRow[], errors: Violation[]): CaseContent[] {
  return rows.flatMap(({ line, value }) => {
    const parsed = CaseInput.safeParse(value);
    if (parsed.success) return [toContent(parsed.data)];
    if (errors.length < maxErrors)
      errors.push(
        ...bodyViolations(CaseInput, parsed.error, value).map(({ pointer, detail }) => {
          const field = pointer.slice(1).replaceAll('/', '.');
          return atLine(line, field === '' ? detail : `\`${field}\`: ${detail}`);
        }),
      );
    return [];
  });
}
