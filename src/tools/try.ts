import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { schemaErrors } from '../shared/json-schema/index.ts';
import type { Definition } from './definition.ts';
import { type Arguments, callHttpTool, type HttpResult } from './http-call.ts';
import type { TestTool, ToolResult } from './schema.ts';
import { auditOf, findTool } from './service.ts';
import { selectPinned } from './store.ts';

/** Calls the tool as a model would. A fault of the tool is part of the response. Throws `not_found`. */
export async function tryTool(ctx: Ctx, id: string, { input }: TestTool): Promise<ToolResult> {
  const row = await findTool(ctx, id);
  const [pinned] = await selectPinned(ctx.db, ctx.workspace_id, [
    { tool_id: row.id, revision: row.revision },
  ]);
  const definition = row.definition as unknown as Definition;
  const started = ctx.now();
  const problem = argumentProblem(definition.input_schema, input);
  const result: HttpResult =
    problem === null
      ? await callHttpTool(ctx, definition, pinned?.secrets ?? [], input, ctx.signal)
      : { ok: false, status: null, error: problem };
  const reply: ToolResult = {
    ok: result.ok,
    status: result.status,
    output: result.ok ? result.output : null,
    error: result.ok ? null : result.error,
    latency_ms: ctx.now() - started,
  };
  await commit(ctx, {
    statements: [],
    audit: [auditOf('tool.test', row, { ok: result.ok, status: result.status })],
    reply,
  });
  return reply;
}

/** Returns what is wrong with arguments, in words the caller can correct them by; null when they are valid. */
function argumentProblem(
  schema: Readonly<Record<string, unknown>>,
  input: Arguments,
): string | null {
  const errors = schemaErrors(schema, input);
  return errors.length === 0
    ? null
    : `The arguments do not match the tool's schema. ${errors.slice(0, 10).join(' ')}`;
}
