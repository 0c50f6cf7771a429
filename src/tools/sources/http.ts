import type { JSONSchema7 } from '@ai-sdk/provider';
import { sql } from 'drizzle-orm';
import { coversAgent } from '../../platform/context.ts';
import type { Definition } from '../definition.ts';
import { type Arguments, callHttpTool } from '../http-call.ts';
import { type PinnedRow, selectListed, selectPinned, selectToolsByName } from '../store.ts';
import { takesText } from '../takes-text.ts';
import type { CallableTool } from '../tool.ts';
import { parseUrlTemplate } from '../url-template.ts';
import type { ToolSource } from './source.ts';

/** Tools of the workspace that are one HTTP request. A key that is limited to agents has none. */
export const httpSource: ToolSource<'http'> = {
  list: async (ctx) =>
    coversAgent(ctx.actor, null) ? selectListed(ctx.db, ctx.workspace_id).all() : [],
  async pin(ctx, names) {
    if (!coversAgent(ctx.actor, null)) return [];
    const rows = await selectToolsByName(ctx.db, ctx.workspace_id, names).all();
    return rows.map(({ id, name, revision }) => ({ kind: 'http', name, tool_id: id, revision }));
  },
  async resolve(ctx, pins) {
    const rows = await selectPinned(ctx.db, ctx.workspace_id, pins);
    const byKey = new Map(rows.map((row) => [`${row.tool_id}:${row.revision}`, row]));
    return pins.flatMap(({ name, tool_id, revision }) => {
      const row = byKey.get(`${tool_id}:${revision}`);
      return row === undefined ? [] : [toCallable(name, row)];
    });
  },
  status: {
    where: 'database',
    status: (pin) => sql`coalesce((
      select case when t.deleted_at is not null then 'deleted'
        when t.revision = ${pin}.value ->> 'revision' then 'current' else 'changed' end
      from tools t where t.id = ${pin}.value ->> 'tool_id'), 'deleted')`,
    exists: (pin, workspace_id) => sql`exists (
      select 1 from tool_revisions r where r.workspace_id = ${workspace_id}
        and r.tool_id = ${pin}.value ->> 'tool_id' and r.revision = ${pin}.value ->> 'revision')`,
  },
};

const hostOf = ({ url }: Definition): string => {
  const template = parseUrlTemplate(url);
  return typeof template === 'string' ? url : new URL(template.origin).host;
};

function toCallable(name: string, row: PinnedRow): CallableTool {
  const definition = row.definition as unknown as Definition;
  return {
    name,
    description: definition.description,
    input_schema: definition.input_schema as JSONSchema7,
    effect: row.effect,
    revision: `${row.tool_id}:${row.revision}`,
    takes_text: takesText(definition.input_schema),
    hostsOf: () => [hostOf(definition)],
    async run(ctx, input, { signal }) {
      const result = await callHttpTool(ctx, definition, row.secrets, input as Arguments, signal);
      return result.ok ? { ok: true, output: result.output } : { ok: false, error: result.error };
    },
  };
}
