import { Failure } from '../shared/failure.ts';
import type { QuotaName } from './schema/quotas.ts';

/** SQLite's message of a failed statement: raw from a batch, one `cause` down from a single statement. */
function messageOf(error: unknown): string {
  const messages: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause)
    messages.push(current.message);
  return messages.join('\n');
}

/** Whether a UNIQUE constraint over exactly these columns (`table.column`) was violated. */
export const isUniqueViolation = (error: unknown, ...columns: readonly string[]): boolean =>
  messageOf(error).includes(`UNIQUE constraint failed: ${columns.join(', ')}`);

/** Whether the named index, which has an expression or a WHERE, was violated. */
export const isIndexViolation = (error: unknown, name: string): boolean =>
  messageOf(error).includes(`index '${name}'`);

/** How a guarded insert says that its guard did not hold: a NOT NULL column it leaves null. */
export const isGuardViolation = (error: unknown, column: string): boolean =>
  messageOf(error).includes(`NOT NULL constraint failed: ${column}`);

/** Faults of the platform that pass: the caller may try again. */
export const isTransient = (error: unknown): boolean =>
  /Network connection lost|storage caused object to be reset|reset because its code was updated|D1 DB is overloaded|Internal error while starting up D1/i.test(
    messageOf(error),
  );

/** The refusal of a quota by its trigger (`quotas` in db/schema), as the failure it is; null for any other error. */
export function quotaFailure(error: unknown): Failure | null {
  const [, quota, limit, used] = /quota_exceeded:(\w+):(\d+):(\d+)/.exec(messageOf(error)) ?? [];
  if (quota === undefined) return null;
  const what = quotaNouns[quota as QuotaName];
  const detail =
    `The workspace has a quota of ${limit} ${what} and uses ${used}; this would exceed it. ` +
    'Delete what is no longer needed, or ask the operator of the deployment for a larger quota. `GET /quotas` lists them.';
  return new Failure('quota_exceeded', detail, {
    extra: { quota, limit: Number(limit), used: Number(used) },
    cause: error,
  });
}

const quotaNouns: Readonly<Record<QuotaName, string>> = {
  files: 'files',
  bytes: 'bytes of stored files and attachments',
  chunks: 'chunks of indexed text',
  agents: 'agents',
  sessions: 'sessions',
  tools: 'tools',
  keys: 'valid API keys',
  knowledge_bases: 'shared knowledge bases',
};
