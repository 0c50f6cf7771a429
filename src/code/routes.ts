import { z } from '@hono/zod-openapi';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import {
  CodeExecution,
  CodeResult,
  ExecuteCode,
  ExecutionQuery,
  FileQuery,
  LinkQuery,
  StoredFile,
} from './schema.ts';
import {
  downloadLinked,
  getExecution,
  getGeneratedFile,
  listExecutions,
  listGeneratedFiles,
  runCode,
} from './service.ts';

const tag = 'Code';
const generated_file = z.object({ generated_file: Id('gen') });
const served = [
  'text/csv',
  'application/json',
  'image/svg+xml',
  'image/png',
  'text/plain',
  'text/markdown',
];
const content = {
  status: 200,
  mediaType: 'application/octet-stream',
  description: 'The file, as a download',
} as const;

export const codeRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/code-executions',
      access: 'code:run',
      tag,
      summary: 'Execute code',
      operationId: 'executeCode',
      description:
        'Runs JavaScript or TypeScript in the sandbox that the tool `run_code` uses: without network, modules and timers, and bounded in ' +
        'time and memory. An error of the code is a result, not an error. Files that it writes are kept for 24 hours.',
      body: ExecuteCode,
      bodyLimit: 12 * 1024 * 1024,
      reply: { status: 201, schema: CodeResult, description: 'The result' },
      failures: ['rate_limited', 'quota_exceeded'],
    },
    (ctx, { body }) => runCode(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/code-executions',
      access: 'sessions:read',
      tag,
      summary: 'List code executions',
      operationId: 'listCodeExecutions',
      description:
        'Lists executions, newest first. They are kept for 30 days, those of a run at most as long as the run.',
      query: ExecutionQuery,
      reply: { status: 200, schema: pageOf(CodeExecution), description: 'Executions' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listExecutions(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/code-executions/{code_execution}',
      access: 'sessions:read',
      tag,
      summary: 'Get a code execution',
      params: z.object({ code_execution: Id('exec') }),
      reply: { status: 200, schema: CodeExecution, description: 'The execution' },
    },
    (ctx, { params }) => getExecution(ctx, params.code_execution),
  )
  .endpoint(
    {
      method: 'get',
      path: '/generated-files',
      access: 'messages:read',
      tag,
      summary: 'List generated files',
      operationId: 'listGeneratedFiles',
      description: 'Lists the files that code has written in the last 24 hours, newest first.',
      query: FileQuery,
      reply: { status: 200, schema: pageOf(StoredFile), description: 'Files' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listGeneratedFiles(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/generated-files/{generated_file}',
      access: 'messages:read',
      for_end_users: true,
      tag,
      summary: 'Download a generated file',
      params: generated_file,
      alsoProduces: served,
      reply: content,
    },
    (ctx, { params }) => getGeneratedFile(ctx, params.generated_file),
  )
  .endpoint(
    {
      method: 'get',
      path: '/generated-files/{generated_file}/download',
      access: 'public',
      tag,
      summary: 'Download a generated file by its link',
      operationId: 'downloadLinkedFile',
      description:
        'The `url` of a file: signed, and valid without a key until the file expires after 24 hours.',
      params: generated_file,
      query: LinkQuery,
      alsoProduces: served,
      reply: content,
      failures: ['forbidden', 'not_found', 'validation_failed'],
    },
    (ctx, { params, query }) => downloadLinked(ctx, params.generated_file, query),
  );
