import { batch } from '../../db/client.ts';
import { isGuardViolation, quotaFailure } from '../../db/errors.ts';
import type { GeneratedFileRef } from '../../db/schema/code.ts';
import { originalKey } from '../../documents/index.ts';
import { extensionOf, outputLimits, writableTypes } from '../../platform/code/output.ts';
import { type Change, commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import type { CodeInputFile, CodeLanguage, CodeOutcome } from '../../platform/ports.ts';
import { Failure } from '../../shared/failure.ts';
import { minute } from '../../shared/time.ts';
import { fileTtl, refOf } from './generated-file.ts';
import {
  deleteGeneratedFiles,
  type ExecutionRow,
  endExecution,
  expireFilesOf,
  type GeneratedFileRow,
  insertExecution,
  insertGeneratedFile,
  maxRunning,
} from './store.ts';

/** After this time an execution that has not ended is lost with its process. */
export const lostAfter = 2 * minute;

export const maxCodeChars = 50_000;
/** Bytes of all files that one execution reads. */
export const maxInputBytes = 8_000_000;
export const defaultTimeMs = 2000;

export interface ExecutionInput {
  readonly code: string;
  readonly language: CodeLanguage;
  readonly files: readonly CodeInputFile[];
  readonly input: unknown;
  readonly time_ms: number;
  /** The run that it is part of. */
  readonly owner?: Partial<
    Pick<ExecutionRow, 'agent_id' | 'run_id' | 'session_id' | 'end_user_id' | 'tool_call_id'>
  >;
}

export interface Execution {
  readonly row: ExecutionRow;
  readonly outcome: CodeOutcome;
  readonly files: readonly GeneratedFileRef[];
}

/**
 * Executes code and records it. Files are stored before the end is. `change` adds to the batch that stores the end. Throws
 * `rate_limited` while too many executions of the workspace run, and `quota_exceeded` for its files.
 */
export async function executeCode(
  ctx: Ctx,
  given: ExecutionInput,
  change: (execution: Execution) => Omit<Change, 'statements'> = () => ({}),
): Promise<Execution> {
  const started = newExecution(ctx, given);
  await begin(ctx, started);
  const { code, language, files: read, input, time_ms } = given;
  const job = { code, language, files: read, input, limits: { time_ms } };
  try {
    const outcome = await ctx.code.run(job);
    const files = await storeFiles(ctx, started, outcome);
    const end = endOf(ctx, started, outcome);
    const execution = { row: { ...started, ...end }, outcome, files };
    await commit(ctx, {
      ...change(execution),
      statements: [endExecution(ctx.db, ctx.workspace_id, started.id, end)],
    });
    return execution;
  } catch (error) {
    // A concurrent request with the same idempotency key, or a fault: nobody has seen the files.
    const ended_at = ctx.now();
    await batch(ctx.db, [
      endExecution(ctx.db, ctx.workspace_id, started.id, { status: 'failed', ended_at }),
      expireFilesOf(ctx.db, ctx.workspace_id, started.id),
    ]);
    throw quotaFailure(error) ?? error;
  }
}

const bytesIn = (text: string): number => new TextEncoder().encode(text).byteLength;

const newExecution = (
  ctx: Ctx,
  { code, language, files, input, owner = {} }: ExecutionInput,
): ExecutionRow => ({
  id: ctx.newId('exec'),
  workspace_id: ctx.workspace_id,
  ...{ agent_id: null, run_id: null, session_id: null, end_user_id: null, tool_call_id: null },
  ...owner,
  ...{ language, code, runner: ctx.code.name, status: 'running' },
  ...{ error_type: null, error_name: null, error_message: null, error_line: null },
  code_bytes: bytesIn(code),
  input_bytes: files.reduce(
    (sum, { text, bytes }) => sum + (bytes?.byteLength ?? text.length),
    bytesIn(JSON.stringify(input ?? null)),
  ),
  ...{ result_bytes: null, log_bytes: null, file_count: null, file_bytes: null },
  ...{ cpu_ms: null, ticks: null, duration_ms: null, ended_at: null },
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
});

async function begin(ctx: Ctx, row: ExecutionRow): Promise<void> {
  try {
    await batch(ctx.db, [insertExecution(ctx.db, row, row.created_at - lostAfter)]);
  } catch (error) {
    if (!isGuardViolation(error, 'code_executions.workspace_id')) throw error;
    throw new Failure(
      'rate_limited',
      `At most ${maxRunning} code executions of a workspace run at once. Retry.`,
      { retryAfter: 1, cause: error },
    );
  }
}

const endOf = (ctx: Ctx, { created_at }: ExecutionRow, outcome: CodeOutcome) => {
  const { error, logs, files, cpu_ms, ticks, result, ok } = outcome;
  const ended_at = ctx.now();
  return {
    status: ok ? ('completed' as const) : ('failed' as const),
    error_type: error?.type ?? null,
    error_name: error?.name ?? null,
    error_message: error?.message ?? null,
    error_line: error?.line ?? null,
    result_bytes: bytesIn(JSON.stringify(result)),
    log_bytes: logs.reduce((sum, { text }) => sum + bytesIn(text), 0),
    file_count: files.length,
    file_bytes: files.reduce((sum, { content }) => sum + content.byteLength, 0),
    ...{ cpu_ms, ticks, ended_at, duration_ms: ended_at - created_at },
  };
};

/** Rows come first: they count against the quota, and the task that removes expired files finds what they name. */
async function storeFiles(
  ctx: Ctx,
  { id: execution_id, agent_id, run_id, session_id, end_user_id, created_by }: ExecutionRow,
  { files }: CodeOutcome,
): Promise<GeneratedFileRef[]> {
  if (files.length === 0) return [];
  const created_at = ctx.now();
  const rows = files.map(
    ({ name, content }): GeneratedFileRow => ({
      id: ctx.newId('gen'),
      workspace_id: ctx.workspace_id,
      ...{ execution_id, agent_id, run_id, session_id, end_user_id, created_by, name, created_at },
      media_type: writableTypes.get(extensionOf(name)) ?? 'text/plain',
      byte_size: content.byteLength,
      expires_at: created_at + fileTtl,
    }),
  );
  await batch(
    ctx.db,
    rows.map((row) => insertGeneratedFile(ctx.db, row)),
  );
  try {
    await Promise.all(rows.map((row, index) => put(ctx, row, files[index]?.content)));
  } catch (error) {
    const ids = rows.map(({ id }) => id);
    await ctx.files.remove(ids.map((id) => originalKey(ctx.workspace_id, id)));
    await batch(ctx.db, [deleteGeneratedFiles(ctx.db, ids)]);
    throw error;
  }
  return Promise.all(rows.map((row) => refOf(ctx, row)));
}

const put = (ctx: Ctx, { id, media_type }: GeneratedFileRow, content = new Uint8Array()) =>
  ctx.files.put(originalKey(ctx.workspace_id, id), inOnePiece(content), {
    media_type,
    limit: outputLimits.file_bytes,
  });

async function* inOnePiece(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
