import type { audit_log } from '../../db/schema/platform.ts';
import { canonicalJson, sha256 } from '../../shared/digest.ts';
import { toWireTime } from '../../shared/time.ts';

export type AuditRow = typeof audit_log.$inferSelect;

/** The fields of an entry in the API, without its place in the chain. */
export const contentOf = ({ workspace_id: _, ...row }: AuditRow) => ({
  ...row,
  created_at: toWireTime(row.created_at),
});

/** The place of an entry in the chain. */
interface Link {
  readonly sequence: number;
  readonly salt: string | null;
}

/**
 * Returns the digest of those fields that an erasure replaces: SHA-256 over them and the salt of the link as JSON with
 * sorted keys.
 */
export const personalDigest = (
  { actor_id, target_id, detail, ip }: AuditRow,
  { salt }: Pick<Link, 'salt'>,
): Promise<string> => sha256(canonicalJson({ actor_id, target_id, detail, ip, salt }));

/**
 * Returns the hash of an entry: SHA-256 over the hash before it, a line break, and the sequence, the digest of the personal
 * fields and the other fields as JSON with sorted keys. The first entry of a workspace follows the id of the workspace.
 */
export const linkHash = (
  previous: string,
  { sequence }: Pick<Link, 'sequence'>,
  row: AuditRow,
  personal_digest: string,
): Promise<string> => {
  const { id, actor_type, action, target_type, request_id, created_at } = contentOf(row);
  const fields = { id, actor_type, action, target_type, request_id, created_at };
  return sha256(`${previous}\n${canonicalJson({ ...fields, sequence, personal_digest })}`);
};

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
