import type { McpDefinition } from '../../db/schema/mcp.ts';
import { canonicalJson } from '../../shared/digest.ts';
import { effectOf } from './rules.ts';
import type { CatalogTool, McpRefresh } from './schema.ts';
import { toMcpServer } from './schema.ts';
import type { McpServerRow, McpToolRow } from './store.ts';

const compared = ['title', 'description', 'input_schema', 'output_schema', 'annotations'] as const;

/** A tool as the API shows it: as the server offers it, with its differences from what was accepted. */
export function toCatalogTool(server: McpServerRow, row: McpToolRow): CatalogTool[] {
  const { accepted, offered } = row;
  const shown = offered ?? accepted;
  if (shown === null) return [];
  return [
    {
      name: row.name,
      tool_name: row.tool_name,
      state: stateOf(row),
      effect: effectOf(server.tools, row.name, accepted ?? shown),
      title: shown.title,
      description: shown.description,
      input_schema: { ...shown.input_schema },
      output_schema: shown.output_schema === null ? null : { ...shown.output_schema },
      annotations: { ...shown.annotations },
      hash: row.offered_hash,
      accepted_hash: row.accepted_hash,
      changes: accepted === null || offered === null ? [] : changesOf(accepted, offered),
    },
  ];
}

function stateOf({ accepted_hash, offered_hash }: McpToolRow): CatalogTool['state'] {
  if (accepted_hash === null) return 'added';
  if (offered_hash === null) return 'removed';
  return accepted_hash === offered_hash ? 'accepted' : 'changed';
}

const changesOf = (before: McpDefinition, after: McpDefinition): CatalogTool['changes'] =>
  compared
    .filter((field) => canonicalJson(before[field]) !== canonicalJson(after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));

export function toRefresh(server: McpServerRow, rows: readonly McpToolRow[]): McpRefresh {
  const catalog = rows.flatMap((row) => toCatalogTool(server, row));
  const of = (state: CatalogTool['state']) => catalog.filter((tool) => tool.state === state);
  return {
    server: toMcpServer(server),
    added: of('added'),
    changed: of('changed'),
    removed: of('removed'),
  };
}
