import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { Effect } from './effects.ts';

/** `auth_required` until someone has signed in, `failed` when the last listing did not succeed. */
export const mcpServerStatuses = ['ready', 'auth_required', 'failed'] as const;
export type McpServerStatus = (typeof mcpServerStatuses)[number];

/** How requests to a server are authenticated. Secret values are in `secrets`, bound to the URL. */
export type McpAuth =
  | { readonly type: 'none' }
  | { readonly type: 'header'; readonly header: string }
  | {
      readonly type: 'client_credentials';
      readonly client_id: string;
      readonly scope: string | null;
      readonly issuer: string | null;
    }
  | {
      readonly type: 'oauth';
      readonly per: 'workspace' | 'end_user';
      readonly client_id: string | null;
      readonly scope: string | null;
    };

/** Which tools of a server are used, and how they are treated. */
export interface McpToolRules {
  /** Names as the server has them; null for all. */
  readonly include: readonly string[] | null;
  readonly exclude: readonly string[];
  readonly effects: Readonly<Record<string, Effect>>;
  /** A tool that its server calls read-only has the effect `read`. */
  readonly trust_read_only: boolean;
}

/** Everything of a tool that a model reads, and its annotations. */
export interface McpDefinition {
  readonly title: string | null;
  readonly description: string;
  readonly input_schema: Readonly<Record<string, unknown>>;
  readonly output_schema: Readonly<Record<string, unknown>> | null;
  readonly annotations: Readonly<Record<string, unknown>>;
}

/** MCP servers of a workspace. Triggers delete tools and secrets together with their server. */
export const mcp_servers = sqliteTable(
  'mcp_servers',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** The namespace of its tools: `name__tool`. Triggers keep it apart from the names of other tools. */
    name: text().notNull(),
    url: text().notNull(),
    auth: text({ mode: 'json' }).notNull().$type<McpAuth>(),
    /** Last characters of each stored secret, by its field. */
    credentials: text({ mode: 'json' }).notNull().$type<Record<string, string | null>>(),
    tools: text({ mode: 'json' }).notNull().$type<McpToolRules>(),
    timeout_ms: integer().notNull(),
    max_bytes: integer().notNull(),
    /** Incremented with every change of the settings; the ETag. */
    revision: integer().notNull(),
    status: text({ enum: mcpServerStatuses }).notNull(),
    /** Why the last listing did not succeed. */
    error: text(),
    /** Tools of the last listing that cannot be used, with the reason. */
    refused: text({ mode: 'json' }).notNull().$type<readonly { name: string; reason: string }[]>(),
    /** Name and version that the server gives itself, and the protocol version in use. */
    server_info: text({ mode: 'json' }).$type<{
      name: string;
      version: string;
      protocol_version: string;
    }>(),
    /** When the tools were last listed. */
    refreshed_at: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('mcp_servers_name').on(table.workspace_id, table.name),
    index('mcp_servers_workspace').on(table.workspace_id, table.id),
  ],
);

/** Tools of a server, each as it was accepted and as the server offers it now. It can be called while the two are equal. */
export const mcp_tools = sqliteTable(
  'mcp_tools',
  {
    workspace_id: text().notNull(),
    server_id: text().notNull(),
    /** The name that the server has given the tool. */
    name: text().notNull(),
    /** The name by which models and configurations know it. */
    tool_name: text().notNull(),
    /** Null until the tool is accepted. */
    accepted: text({ mode: 'json' }).$type<McpDefinition>(),
    accepted_hash: text(),
    accepted_at: integer(),
    /** Null once the server no longer lists the tool. */
    offered: text({ mode: 'json' }).$type<McpDefinition>(),
    offered_hash: text(),
    /** When `offered` last changed. */
    changed_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.server_id, table.name] }),
    uniqueIndex('mcp_tools_name').on(table.workspace_id, table.tool_name),
  ],
);
