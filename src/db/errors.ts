import { Failure } from '../shared/failure.ts';
import type { QuotaName } from './schema/quotas.ts';

/**
 * SQLite's message of a failed statement: of the error itself in a batch, of its `cause` for a
 * single statement.
 */
function messageOf(error: unknown): string {
  const messages: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause)
    messages.push(current.message);
  return messages.join('\n');
}

/**
 * Returns true when a UNIQUE constraint over exactly these columns (`table.column`) was violated.
 */
export const isUniqueViolation = (error: unknown, ...columns: readonly string[]): boolean =>
  messageOf(error).includes(`UNIQUE constraint failed: ${columns.join(', ')}`);

/** Returns true when the named index, which has an expression or a WHERE clause, was violated. */
export const isIndexViolation = (error: unknown, name: string): boolean =>
  messageOf(error).includes(`index '${name}'`);

/**
 * Returns true when the guard of a guarded insert failed: such an insert then leaves a NOT NULL
 * column null.
 */
export const isGuardViolation = (error: unknown, column: string): boolean =>
  messageOf(error).includes(`NOT NULL constraint failed: ${column}`);

/** Returns true when an HTTP tool would have a name in the namespace of an MCP server, or the reverse. */
export const isNamespaceViolation = (error: unknown): boolean =>
  messageOf(error).includes('mcp_namespace_taken');

/** Returns true when a turn was erased before a case of it was stored. */
export const isErasedTurn = (error: unknown): boolean =>
  messageOf(error).includes('case_of_erased_turn');

/** Returns true for temporary errors of the platform, after which the caller may retry. */
export const isTransient = (error: unknown): boolean =>
  /Network connection lost|storage caused object to be reset|reset because its code was updated|D1 DB is overloaded|Internal error while starting up D1/i.test(
    messageOf(error),
  );

/**
 * Converts the error of a quota trigger (`quotas` in db/schema) to `quota_exceeded`, and that of a trigger of share links to
 * `share_limit`; null for any other error.
 */
export function quotaFailure(error: unknown): Failure | null {
  const [, used_up] = /share_limit:(\w+)/.exec(messageOf(error)) ?? [];
  if (used_up !== undefined)
    return new Failure('share_limit', shareLimits[used_up] ?? 'A limit is reached.', {
      cause: error,
    });
  const [, quota, limit, used] = /quota_exceeded:(\w+):(\d+):(\d+)/.exec(messageOf(error)) ?? [];
  if (quota === undefined) return null;
  const what = quotaNouns[quota as QuotaName];
  const detail =
    `The workspace has a quota of ${limit} ${what} and uses ${used}; this request would exceed it. ` +
    'Delete what is no longer needed, or ask the operator of the deployment for a larger quota. `GET /quotas` lists them.';
  return new Failure('quota_exceeded', detail, {
    extra: { quota, limit: Number(limit), used: Number(used) },
    cause: error,
  });
}

/** Converts the error of a trigger that refuses a change for a reason of the caller to its failure; null for any other error. */
export const raisedFailure = (error: unknown): Failure | null =>
  messageOf(error).includes('account_deleted')
    ? new Failure('unauthenticated', 'The account does not exist.', { cause: error })
    : messageOf(error).includes('end_user_being_erased')
      ? new Failure(
          'conflict',
          'This end user is being erased. Sessions, runs and feedback can be created again once the erasure is completed.',
          { cause: error },
        )
      : quotaFailure(error);

/** By what the triggers on what visitors of share links use raise. */
const shareLimits: Readonly<Record<string, string>> = {
  messages: 'You have sent as many messages as this link allows.',
  sessions: 'This link has reached its number of conversations.',
  sessions_of_visitor: 'You have started as many conversations as a link allows.',
};

const quotaNouns: Readonly<Record<QuotaName, string>> = {
  files: 'files',
  bytes: 'bytes of stored files and attachments',
  chunks: 'chunks of indexed text',
  agents: 'agents',
  sessions: 'sessions',
  tools: 'tools',
  keys: 'valid API keys',
  knowledge_bases: 'shared knowledge bases',
  schedules: 'schedules',
  mcp_servers: 'MCP servers',
  datasets: 'datasets',
  dataset_cases: 'versions of cases in datasets',
  evaluations: 'evaluations',
};
