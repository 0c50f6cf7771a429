import { withRange } from '../../http/schema.ts';
import type { Ctx } from '../../platform/context.ts';
import { toLine } from '../../shared/csv.ts';
import { selectInOrder } from './chain-store.ts';
import { type AuditEntry, type ExportAuditQuery, toAuditEntry } from './schema.ts';

/** Entries that are read for one piece of the file. */
const rowsAtATime = 500;

const columns = [
  ...(['sequence', 'id', 'created_at', 'actor_type', 'actor_id', 'action'] as const),
  ...(['target_type', 'target_id', 'detail', 'request_id', 'ip', 'hash'] as const),
  ...(['personal_digest', 'salt', 'redacted_by'] as const),
] satisfies (keyof AuditEntry)[];

const forms = {
  jsonl: {
    type: 'application/jsonl; charset=utf-8',
    head: '',
    line: (entry: AuditEntry) => `${JSON.stringify(entry)}\n`,
  },
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: toLine(columns),
    line: ({ detail, ...entry }: AuditEntry) => {
      const cells = { ...entry, detail: detail === null ? null : JSON.stringify(detail) };
      return toLine(columns.map((column) => cells[column]));
    },
  },
};

/** Streams the matching entries in the order of the chain, with one page in memory. */
export function exportAuditLog(ctx: Ctx, { format, ...filters }: ExportAuditQuery): Response {
  const filter = withRange(filters);
  const { type, head, line } = forms[format];
  const encoder = new TextEncoder();
  let after = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (head !== '') controller.enqueue(encoder.encode(head));
    },
    async pull(controller) {
      const rows = await selectInOrder(ctx.db, ctx.workspace_id, filter, after, rowsAtATime).all();
      if (rows.length > 0)
        controller.enqueue(encoder.encode(rows.map((row) => line(toAuditEntry(row))).join('')));
      after = rows.at(-1)?.sequence ?? after;
      if (rows.length < rowsAtATime) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="audit-log.${format}"`,
    },
  });
}
