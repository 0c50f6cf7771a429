import { attachmentHeaders, originalKey } from '../documents/index.ts';
import { fromBase64 } from '../platform/base64.ts';
import type { Ctx } from '../platform/context.ts';
import type { CodeInputFile } from '../platform/ports.ts';
import { mayReadMessages } from '../runs/index.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import { type Page, readPage } from '../shared/page.ts';
import { toWireTime } from '../shared/time.ts';
import {
  type Execution,
  executeCode,
  isSigned,
  maxInputBytes,
  refOf,
  selectGeneratedFile,
  selectLinkedFile,
  toGeneratedFile,
} from '../tools/index.ts';
import { authorizeCode, visibleTo } from './access.ts';
import {
  type CodeExecution,
  type CodeResult,
  type ExecuteCode,
  type ExecutionQuery,
  type FileQuery,
  type LinkQuery,
  type StoredFile,
  toCodeExecution,
  toCodeResult,
} from './schema.ts';
import { selectExecution, selectExecutions, selectGeneratedFiles } from './store.ts';

/** Executes code that no agent has called. An error of the code is part of the reply. Throws `rate_limited`, `quota_exceeded`, `validation_failed`. */
export async function runCode(
  ctx: Ctx,
  { timeout_ms, files, ...job }: ExecuteCode,
): Promise<CodeResult> {
  const given = { ...job, files: files.map(readInputFile), time_ms: timeout_ms };
  const size = given.files.reduce(
    (sum, { text, bytes }) => sum + (bytes?.byteLength ?? text.length),
    0,
  );
  if (size > maxInputBytes)
    throw invalid('/files', `Have ${size} bytes together; at most ${maxInputBytes}.`);
  const execution = await executeCode(ctx, given, (done) => ({
    audit: [auditOf(done)],
    reply: toCodeResult(done),
  }));
  return toCodeResult(execution);
}

const auditOf = ({ row }: Execution) => ({
  action: 'code.execute',
  target_type: 'code_execution',
  target_id: row.id,
  detail: { language: row.language, status: row.status, code_bytes: row.code_bytes },
});

function readInputFile(file: ExecuteCode['files'][number], index: number): CodeInputFile {
  if ('text' in file) return file;
  try {
    const bytes = fromBase64(file.base64);
    return { name: file.name, bytes, text: new TextDecoder().decode(bytes) };
  } catch {
    throw invalid(`/files/${index}/base64`, 'Must be base64.');
  }
}

/** Lists executions that the caller may see, newest first. */
export const listExecutions = (
  ctx: Ctx,
  { limit, cursor, ...query }: ExecutionQuery,
): Promise<Page<CodeExecution>> => {
  const filter = { ...query, ...visibleTo(ctx) };
  const { workspace_id, config } = ctx;
  const filters = { ...filter, only: filter.only?.join() };
  const isShown = mayReadMessages(ctx);
  return readPage(
    { secret: config.signing_secret, workspace_id, list: 'code-executions', filters },
    { limit, cursor },
    (after, count) => selectExecutions(ctx.db, workspace_id, filter, after, count).all(),
    ({ id }) => id,
    (row) => toCodeExecution(row, isShown),
  );
};

export async function getExecution(ctx: Ctx, id: string): Promise<CodeExecution> {
  const row = await selectExecution(ctx.db, ctx.workspace_id, id).get();
  return toCodeExecution(await authorizeCode(ctx, row, 'code execution'), mayReadMessages(ctx));
}

/** Lists the files that have not expired, newest first. */
export const listGeneratedFiles = async (
  ctx: Ctx,
  { limit, cursor, ...query }: FileQuery,
): Promise<Page<StoredFile>> => {
  const filter = { ...query, ...visibleTo(ctx) };
  const { workspace_id, config } = ctx;
  const filters = { ...filter, only: filter.only?.join() };
  const page = await readPage(
    { secret: config.signing_secret, workspace_id, list: 'generated-files', filters },
    { limit, cursor },
    (after, count) =>
      selectGeneratedFiles(ctx.db, workspace_id, filter, ctx.now(), after, count).all(),
    ({ id }) => id,
    (row) => row,
  );
  const data = page.data.map(async (row) => ({
    ...toGeneratedFile(await refOf(ctx, row)),
    ...{ agent_id: row.agent_id, run_id: row.run_id, session_id: row.session_id },
    end_user_id: row.end_user_id,
    created_at: toWireTime(row.created_at),
  }));
  return { ...page, data: await Promise.all(data) };
};

/** Returns the content of a file. Throws `not_found`, also once it has expired. */
export async function getGeneratedFile(ctx: Ctx, id: string): Promise<Response> {
  const row = await selectGeneratedFile(ctx.db, ctx.workspace_id, id, ctx.now()).get();
  return download(ctx, await authorizeCode(ctx, row, 'generated file'));
}

/** Returns the content of a file for everybody who has its link. Throws `forbidden` and `not_found`. */
export async function downloadLinked(
  ctx: Ctx,
  id: string,
  { expires, signature }: LinkQuery,
): Promise<Response> {
  if (expires === undefined || signature === undefined) throw notFound('generated file');
  if (!(await isSigned(ctx, id, { expires, signature })))
    throw new Failure('forbidden', 'The link is not valid, or has expired.');
  const row = await selectLinkedFile(ctx.db, id, ctx.now()).get();
  if (row === undefined) throw notFound('generated file');
  return download(ctx, row);
}

type File = NonNullable<Awaited<ReturnType<ReturnType<typeof selectGeneratedFile>['get']>>>;

async function download(ctx: Ctx, { id, workspace_id, name, media_type }: File): Promise<Response> {
  const object = await ctx.files.get(originalKey(workspace_id, id));
  if (object === null) throw notFound('generated file');
  const type = media_type.startsWith('text/') ? `${media_type}; charset=utf-8` : media_type;
  return new Response(object.body, {
    headers: { ...attachmentHeaders(name, type), 'content-length': String(object.byte_size) },
  });
}
