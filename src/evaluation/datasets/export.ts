import type { Ctx } from '../../platform/context.ts';
import { toLine } from '../../shared/csv.ts';
import type { CaseContent } from './case.ts';
import { revisionOf } from './cases.ts';
import { findDataset } from './change.ts';
import { caseFields, cellsOf } from './columns.ts';
import type { ExportQuery } from './schema.ts';
import { selectCases } from './store.ts';

/** Cases that are read for one piece of the file. */
const casesAtATime = 50;

interface ExportedCase {
  readonly id: string;
  readonly content: CaseContent;
}

const forms = {
  jsonl: {
    type: 'application/jsonl; charset=utf-8',
    head: () => '',
    line: ({ id, content }: ExportedCase) => `${JSON.stringify({ id, ...content })}\n`,
  },
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: () => toLine(['id', ...caseFields]),
    line: ({ id, content }: ExportedCase) => toLine([id, ...cellsOf(content)]),
  },
};

/** Streams the cases of a revision, with one page in memory. Throws `not_found`. */
export async function exportCases(
  ctx: Ctx,
  dataset_id: string,
  { format, revision: given }: ExportQuery,
): Promise<Response> {
  const dataset = await findDataset(ctx, dataset_id);
  const revision = revisionOf(dataset, given);
  const { type, head, line } = forms[format];
  const encoder = new TextEncoder();
  let after: string | null = null;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (head() !== '') controller.enqueue(encoder.encode(head()));
    },
    async pull(controller) {
      const page = { after, limit: casesAtATime };
      const rows: ExportedCase[] = await selectCases(
        ctx.db,
        ctx.workspace_id,
        dataset_id,
        revision,
        page,
      );
      if (rows.length > 0) controller.enqueue(encoder.encode(rows.map(line).join('')));
      after = rows.at(-1)?.id ?? null;
      if (rows.length < casesAtATime) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${dataset_id}-${revision}.${format}"`,
    },
  });
}
