import { preferredOf } from '../../http/accept.ts';
import type { Ctx } from '../../platform/context.ts';
import { mayReadMessages } from '../../runs/index.ts';
import { toLine } from '../../shared/csv.ts';
import { closeSuite, closeSuites, openSuite, openSuites, toTestCase } from './junit.ts';
import { selectResults } from './result-store.ts';
import { toResult } from './results.ts';
import type { EvaluationResult, ExportResultsQuery } from './schema.ts';
import { findEvaluation } from './service.ts';
import type { EvaluationRow } from './store.ts';

/** Results that are read for one piece of the file. */
const resultsAtATime = 50;

const types = {
  jsonl: 'application/jsonl',
  csv: 'text/csv',
  junit: 'application/xml',
} as const;
type Form = keyof typeof types;

interface Writer {
  readonly head: string;
  readonly line: (result: EvaluationResult) => string;
  readonly foot: string;
  /** The targets, one after another; all of them at once without. */
  readonly parts?: readonly {
    readonly target: number;
    readonly head: string;
    readonly foot: string;
  }[];
}

/** Streams all results as JSON Lines, CSV or JUnit XML, with one page in memory. Throws `not_found`. */
export async function exportResults(
  ctx: Ctx,
  id: string,
  { format }: ExportResultsQuery,
  accept: string | null,
): Promise<Response> {
  const row = await findEvaluation(ctx, id);
  const form = format ?? preferredForm(accept);
  const encoder = new TextEncoder();
  const pieces = write(ctx, row, writers[form](row));
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
  const parameters = form === 'csv' ? '; charset=utf-8; header=present' : '; charset=utf-8';
  return new Response(body, {
    headers: {
      'content-type': `${types[form]}${parameters}`,
      'content-disposition': `attachment; filename="${id}.${form === 'junit' ? 'xml' : form}"`,
    },
  });
}

function preferredForm(accept: string | null): Form {
  const preferred = preferredOf(accept, [types.jsonl, types.csv, types.junit]);
  return (Object.keys(types) as Form[]).find((form) => types[form] === preferred) ?? 'jsonl';
}

async function* write(ctx: Ctx, row: EvaluationRow, writer: Writer): AsyncGenerator<string> {
  const may_read = mayReadMessages(ctx);
  if (writer.head !== '') yield writer.head;
  for (const part of writer.parts ?? [{ target: undefined, head: '', foot: '' }]) {
    let after: Parameters<typeof selectResults>[3] = null;
    if (part.head !== '') yield part.head;
    for (;;) {
      const filter = part.target === undefined ? {} : { target: part.target };
      const rows = await selectResults(ctx.db, row, filter, after, resultsAtATime).all();
      const text = rows.map((one) => writer.line(toResult(row, one, may_read))).join('');
      if (text !== '') yield text;
      if (rows.length < resultsAtATime) break;
      after = rows.at(-1)?.result ?? null;
    }
    if (part.foot !== '') yield part.foot;
  }
  if (writer.foot !== '') yield writer.foot;
}

const writers: Readonly<Record<Form, (row: EvaluationRow) => Writer>> = {
  jsonl: () => ({ head: '', line: (result) => `${JSON.stringify(result)}\n`, foot: '' }),
  csv: ({ scorers }) => ({
    head: headOf(scorers),
    line: (result) => toRow(scorers, result),
    foot: '',
  }),
  junit: (row) => ({
    head: openSuites(row),
    line: toTestCase,
    foot: closeSuites,
    parts: row.targets.map((_, target) => ({
      target,
      head: openSuite(row, target),
      foot: closeSuite,
    })),
  }),
};

const columns = [
  'case_id',
  'position',
  'target',
  'repetition',
  'outcome',
  'passed',
  'score',
  'input',
  'answer',
  'run_id',
  'cost_usd',
  'input_tokens',
  'output_tokens',
  'latency_ms',
] as const satisfies readonly (keyof EvaluationResult)[];

const headOf = (scorers: EvaluationRow['scorers']): string =>
  toLine([
    ...columns,
    'tags',
    'error',
    ...scorers.flatMap(({ name }) => [`${name}`, `${name} reason`]),
  ]);

function toRow(scorers: EvaluationRow['scorers'], result: EvaluationResult): string {
  const scoreOf = (name: unknown) => result.scores.find((one) => one.name === name);
  return toLine([
    ...columns.map((column) => result[column]),
    result.tags.join(','),
    result.error?.code ?? null,
    ...scorers.flatMap(({ name }) => [scoreOf(name)?.score ?? null, scoreOf(name)?.reason ?? null]),
  ]);
}
