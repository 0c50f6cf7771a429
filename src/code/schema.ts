import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { executionStatuses } from '../db/schema/code.ts';
import { pageQuery } from '../http/openapi.ts';
import { Id, Name, Time } from '../http/schema.ts';
import { codeErrorTypes, codeLanguages } from '../platform/ports.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import {
  defaultTimeMs,
  type Execution,
  GeneratedFile,
  maxCodeChars,
  toGeneratedFile,
} from '../tools/index.ts';
import type { ExecutionRow } from './store.ts';

const name = Name(255).openapi({ example: 'sales.csv' });

const InputFile = z
  .union([
    z.strictObject({ name, text: z.string() }),
    z.strictObject({ name, base64: z.string().describe('The bytes in base64') }),
  ])
  .openapi('CodeInputFile');

export const ExecuteCode = z
  .strictObject({
    code: z
      .string()
      .min(1)
      .max(maxCodeChars)
      .describe('Body of an async function; `return` gives the result, which must be JSON'),
    language: z.enum(codeLanguages).default('javascript'),
    input: z.unknown().default(null).describe('The global `input`, any JSON'),
    files: z
      .array(InputFile)
      .max(10)
      .refine(
        (files) => new Set(files.map((file) => file.name)).size === files.length,
        'Names a file twice.',
      )
      .default([])
      .describe('Files that `readFile` and `readBytes` read'),
    timeout_ms: z
      .int()
      .min(100)
      .max(5000)
      .default(defaultTimeMs)
      .describe('CPU time after which the code is stopped'),
  })
  .openapi('ExecuteCode', {
    example: {
      code: "const rows = parseCsv(readFile('sales.csv'));\nreturn sum(rows.map((row) => row.amount));",
      files: [{ name: 'sales.csv', text: 'city,amount\nBern,3\nBasel,4\n' }],
    } as never,
  });
export type ExecuteCode = z.output<typeof ExecuteCode>;

const CodeError = z
  .object({
    type: z
      .enum(codeErrorTypes)
      .describe('`output`: the result or a file is too large or malformed'),
    name: z.string().openapi({ example: 'TypeError' }),
    message: z
      .string()
      .nullable()
      .describe('null where content is not logged, or for a role without access to messages'),
    line: z.int().nullable().describe('Line of the code, from 1; null when unknown'),
  })
  .openapi('CodeError');

export const CodeExecution = z
  .object({
    id: Id('exec'),
    agent_id: z.string().nullable().describe('null for code that no agent has called'),
    run_id: z.string().nullable(),
    session_id: z.string().nullable(),
    end_user_id: z.string().nullable(),
    tool_call_id: z.string().nullable(),
    language: z.enum(codeLanguages),
    runner: z
      .enum(['quickjs', 'worker_loader'])
      .describe('`worker_loader` on Cloudflare, otherwise `quickjs`'),
    status: z
      .enum(executionStatuses)
      .describe('`interrupted`: the server stopped before the code did'),
    error: CodeError.nullable(),
    code: z
      .string()
      .nullable()
      .describe('null where content is not logged, or for a role without access to messages'),
    code_bytes: z.int(),
    input_bytes: z.int().describe('Bytes of the input and of the files given to it'),
    result_bytes: z.int().nullable().describe('Bytes of the result as JSON'),
    log_bytes: z.int().nullable().describe('Bytes of the console'),
    file_count: z.int().nullable(),
    file_bytes: z.int().nullable(),
    cpu_ms: z.int().nullable().describe('null where the platform does not report it'),
    ticks: z
      .int()
      .nullable()
      .describe('Units of work, the same for the same code; null where the platform has none'),
    duration_ms: z.int().nullable().describe('From start to end, with the storage of files'),
    created_at: Time,
    ended_at: Time.nullable(),
  })
  .openapi('CodeExecution');
export type CodeExecution = z.output<typeof CodeExecution>;

export const toCodeExecution = (
  { workspace_id: _, created_by: __, ...row }: ExecutionRow,
  isShown: boolean,
): CodeExecution => {
  const { error_type, error_name, error_message, error_line, language, ...rest } = row;
  const message = isShown ? error_message : null;
  return {
    ...rest,
    language: language as CodeExecution['language'],
    runner: row.runner as CodeExecution['runner'],
    error:
      error_type === null
        ? null
        : {
            type: error_type as (typeof codeErrorTypes)[number],
            ...{ name: error_name ?? 'Error', message, line: error_line },
          },
    code: isShown ? row.code : null,
    created_at: toWireTime(row.created_at),
    ended_at: toWireTimeOrNull(row.ended_at),
  };
};

export const CodeResult = z
  .object({
    ...CodeExecution.shape,
    ok: z.boolean(),
    result: z.unknown().describe('What the code returned; null if it failed'),
    console: z.array(z.object({ level: z.string(), text: z.string() })),
    files: z.array(GeneratedFile),
  })
  .openapi('CodeResult');
export type CodeResult = z.output<typeof CodeResult>;

export const toCodeResult = ({ row, outcome, files }: Execution): CodeResult => ({
  ...toCodeExecution(row, true),
  ok: outcome.ok,
  result: outcome.result,
  console: outcome.logs.map(({ level, text }) => ({ level, text })),
  files: files.map(toGeneratedFile),
});

const filters = {
  ...pageQuery,
  agent: AgentParameter.optional(),
  run: Id('run').optional().describe('Filter by run'),
};

export const ExecutionQuery = z.strictObject({
  ...filters,
  status: z.enum(executionStatuses).optional().describe('Filter by status'),
});
export type ExecutionQuery = z.output<typeof ExecutionQuery>;

export const FileQuery = z.strictObject({
  ...filters,
  execution: Id('exec').optional().describe('Filter by code execution'),
});
export type FileQuery = z.output<typeof FileQuery>;

export const StoredFile = z
  .object({
    ...GeneratedFile.shape,
    agent_id: z.string().nullable(),
    run_id: z.string().nullable(),
    session_id: z.string().nullable(),
    end_user_id: z.string().nullable(),
    created_at: Time,
  })
  .openapi('StoredGeneratedFile');
export type StoredFile = z.output<typeof StoredFile>;

export const LinkQuery = z.strictObject({
  expires: z.coerce.number().int().min(1).max(1e11).optional().describe('Seconds since 1970'),
  signature: z.string().min(1).max(100).optional().describe('Signature of the link'),
});
export type LinkQuery = z.output<typeof LinkQuery>;
