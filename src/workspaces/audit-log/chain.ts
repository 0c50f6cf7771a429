import type { audit_log } from '../../db/schema/platform.ts';
import { canonicalJson, sha256 } from '../../shared/digest.ts';
import { toWireTime } from '../../shared/time.ts';

export type AuditRow = typeof audit_log.$inferSelect;

/** The fields of an entry in the API, without its place in the chain. */
export const contentOf = ({ workspace_id: _, ...row }: AuditRow) => ({
  ...row,
  created_at: toWireTime(row.created_at),
});

/**
 * Returns the hash of an entry: SHA-256 over the hash before it, a line break, and the entry with its sequence as JSON
 * with sorted keys. The first entry of a workspace follows the id of the workspace.
 */
export const linkHash = (previous: string, sequence: number, row: AuditRow): Promise<string> =>
  sha256(`${previous}\n${canonicalJson({ ...contentOf(row), sequence })}`);

export interface Seal {
  readonly workspace_id: string;
  readonly sequence: number;
  readonly hash: string;
  readonly sealed_at: number;
}

/** Returns the text that the signature of a seal covers. */
export const sealText = ({ workspace_id, sequence, hash, sealed_at }: Seal): string =>
  ['agentgrid.audit.seal', workspace_id, sequence, hash, toWireTime(sealed_at)].join('\n');

/** Returns the text that the signature of a checkpoint covers: the seal and the time of the removal. */
export const checkpointText = (seal: Seal, purged_at: number): string =>
  ['agentgrid.audit.checkpoint', sealText(seal), toWireTime(purged_at)].join('\n');
