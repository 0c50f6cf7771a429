import {
  isGuardViolation,
  isIndexViolation,
  isNamespaceViolation,
  isUniqueViolation,
} from '../db/errors.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx, coveredAgents, coversAgent } from '../platform/context.ts';
import { canonicalJson } from '../shared/digest.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { type Page, readPage } from '../shared/page.ts';
import { checkDraft, type Draft } from './check.ts';
import type { Definition } from './definition.ts';
import { closed } from './input-schema.ts';
import { type CreateTool, type Tool, type ToolQuery, toTool, type UpdateTool } from './schema.ts';
import { keepSecrets } from './secrets.ts';
import {
  advanceTool,
  eraseUnpinned,
  insertRevision,
  insertTool,
  markToolDeleted,
  selectTool,
  selectTools,
  type ToolRow,
} from './store.ts';

/** Attempts of a change that concurrent changes of the same tool restart. */
const attempts = 10;

/** Creates a tool at revision 1. Throws `validation_failed`, `url_not_allowed`, `name_taken`, `forbidden` for a key that is limited to agents. */
export async function createTool(ctx: Ctx, input: CreateTool): Promise<Tool> {
  const { row, statements } = await newTool(ctx, input);
  const reply = toTool(row);
  await commitNamed(() => commit(ctx, { statements, audit: [auditOf('tool.create', row)], reply }));
  return reply;
}

/** Returns the row and statements of a new tool, for its own batch or a larger one. */
export async function newTool(ctx: Ctx, { type: _, secret_headers, ...input }: CreateTool) {
  // The key that created the tool could not read it.
  if (coveredAgents(ctx.actor) !== null)
    throw new Failure(
      'forbidden',
      'An API key that is limited to agents cannot create or change tools.',
    );
  const draft = toDraft({
    ...input,
    body: input.body === undefined ? defaultBody(input.method) : input.body,
  });
  const { origin } = checkDraft(ctx, draft, secret_headers);
  const id = ctx.newId('tool');
  const secrets = await keepSecrets(ctx, { id, secrets: {} }, origin, secret_headers);
  const now = ctx.now();
  const about = {
    workspace_id: ctx.workspace_id,
    name: draft.name,
    revision: 1,
    created_by: actorId(ctx.actor),
    created_at: now,
  };
  const base = { id, ...about, deleted_at: null, updated_at: now };
  const { name: __, ...rest } = draft;
  const definition = { ...rest, secret_headers: secrets.ids };
  const row: ToolRow = { ...base, effect: input.effect, definition, secrets: secrets.summaries };
  const statements = [
    insertTool(ctx.db, base),
    insertRevision(ctx.db, { tool_id: id, ...about, effect: input.effect, definition }),
    ...secrets.statements,
  ];
  return { row, statements };
}

const defaultBody = (method: Definition['method']): Definition['body'] =>
  method === 'GET' || method === 'DELETE' ? null : { type: 'json', argument: null };

const toDraft = ({
  name,
  description,
  method,
  url,
  input_schema,
  headers,
  body,
  response,
  timeout_ms,
  max_bytes,
}: Draft): Draft => ({
  name,
  description,
  method,
  url,
  input_schema: closed(input_schema),
  headers,
  body,
  response,
  timeout_ms,
  max_bytes,
});

export const auditOf = (
  action: string,
  row: ToolRow,
  detail: Readonly<Record<string, unknown>> = {},
) => ({
  action,
  target_type: 'tool',
  target_id: row.id,
  detail: { name: row.name, revision: row.revision, effect: row.effect, ...detail },
});

export async function commitNamed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isNamespaceViolation(error))
      throw new Failure(
        'name_taken',
        'The name begins with that of an MCP server and `__`, as the names of its tools do.',
      );
    const isTaken =
      isIndexViolation(error, 'tools_name') ||
      isUniqueViolation(error, 'tools.workspace_id', 'tools.name');
    throw isTaken
      ? new Failure('name_taken', 'Another tool of the workspace has this name.')
      : error;
  }
}

/** Returns a tool. Throws `not_found`, also for an API key that is limited to agents. */
export async function findTool(ctx: Ctx, id: string): Promise<ToolRow> {
  const row = coversAgent(ctx.actor, null)
    ? await selectTool(ctx.db, ctx.workspace_id, id).get()
    : undefined;
  if (row === undefined) throw notFound('tool');
  return row;
}

export const getTool = async (ctx: Ctx, id: string): Promise<Tool> =>
  toTool(await findTool(ctx, id));

/** Returns a page of tools, newest first, in one trip. */
export const listTools = (
  ctx: Ctx,
  { limit, cursor, ...filters }: ToolQuery,
): Promise<Page<Tool>> =>
  readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'tools', filters },
    { limit, cursor },
    async (after, count) =>
      coversAgent(ctx.actor, null)
        ? selectTools(ctx.db, ctx.workspace_id, filters, after, count).all()
        : [],
    (row) => row.id,
    toTool,
  );

/**
 * Changes a tool. A change of behavior creates the next revision, which new versions use. A new secret value
 * for the same origin applies to every revision and creates none. Throws `not_found`,
 * `precondition_failed`, `validation_failed`, `url_not_allowed`, `name_taken`.
 */
export async function updateTool(
  ctx: Ctx,
  id: string,
  input: UpdateTool,
  ifMatch: readonly string[] | null,
): Promise<Tool> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const row = await findTool(ctx, id);
    if (ifMatch !== null && !ifMatch.includes(String(row.revision))) throw stale();
    const { next, statements, detail } = await planUpdate(ctx, row, input);
    if (statements.length === 0) return toTool(row);
    try {
      await commitNamed(() =>
        commit(ctx, { statements, audit: [auditOf('tool.update', next, detail)] }),
      );
      return toTool(next);
    } catch (error) {
      if (!isGuardViolation(error, 'tools.revision')) throw error;
      if (ifMatch !== null) throw stale();
    }
  }
  throw new Failure('unavailable', 'Too many concurrent changes of this tool. Retry.', {
    retryAfter: 1,
  });
}

const stale = () =>
  new Failure('precondition_failed', 'The tool has changed since. Read it again and retry.');

async function planUpdate(
  ctx: Ctx,
  row: ToolRow,
  { secret_headers: given = {}, effect = row.effect, ...changes }: UpdateTool,
) {
  const current = row.definition as unknown as Definition;
  const draft = toDraft({ name: row.name, ...current, ...withoutUndefined(changes) } as Draft);
  const { kept, values } = mergeSecrets(row, current, draft, given);
  const { origin } = checkDraft(ctx, draft, {
    ...Object.fromEntries(Object.keys(kept).map((header) => [header, ''])),
    ...values,
  });
  const secrets = await keepSecrets(ctx, row, origin, values);
  const { name, ...rest } = draft;
  const definition = { ...rest, secret_headers: { ...kept, ...secrets.ids } };
  const isChanged =
    name !== row.name ||
    effect !== row.effect ||
    canonicalJson(definition) !== canonicalJson(current);
  const now = ctx.now();
  const revision = row.revision + (isChanged ? 1 : 0);
  const next: ToolRow = {
    ...row,
    name,
    effect,
    revision,
    definition,
    updated_at: now,
    secrets: { ...row.secrets, ...secrets.summaries },
  };
  const written = {
    workspace_id: row.workspace_id,
    tool_id: row.id,
    revision,
    name,
    effect,
    definition,
  };
  const statements = [
    ...(isChanged || secrets.statements.length > 0
      ? [advanceTool(ctx.db, row, { name, revision, updated_at: now })]
      : []),
    ...(isChanged
      ? [insertRevision(ctx.db, { ...written, created_by: actorId(ctx.actor), created_at: now })]
      : []),
    ...secrets.statements,
  ];
  return {
    next,
    statements,
    detail: { changed: Object.keys(changes), secret_headers: Object.keys(given) },
  };
}

const withoutUndefined = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Splits secrets into those kept, by header, and new values. Secrets of another origin are dropped. */
function mergeSecrets(
  row: ToolRow,
  current: Definition,
  draft: Draft,
  given: Readonly<Record<string, string | null>>,
) {
  const origin = URL.parse(draft.url.replaceAll(/[{}]/g, ''))?.origin;
  const touched = new Set(Object.keys(given).map((header) => header.toLowerCase()));
  const kept = Object.fromEntries(
    Object.entries(current.secret_headers).filter(
      ([header, id]) => !touched.has(header.toLowerCase()) && row.secrets[id]?.origin === origin,
    ),
  );
  const values = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  return { kept, values };
}

/** Deletes a tool. New versions cannot use it; versions that do keep their revision. Throws `not_found`. */
export async function deleteTool(
  ctx: Ctx,
  id: string,
  ifMatch: readonly string[] | null,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const row = await findTool(ctx, id);
    if (ifMatch !== null && !ifMatch.includes(String(row.revision))) throw stale();
    try {
      await commit(ctx, {
        statements: [markToolDeleted(ctx.db, row, ctx.now()), ...eraseUnpinned(ctx.db, row)],
        audit: [auditOf('tool.delete', row)],
      });
      return;
    } catch (error) {
      if (!isGuardViolation(error, 'tools.revision')) throw error;
      if (ifMatch !== null) throw stale();
    }
  }
  throw new Failure('unavailable', 'Too many concurrent changes of this tool. Retry.', {
    retryAfter: 1,
  });
}
