import type { Ctx } from '../../platform/context.ts';
import { invalid } from '../../shared/failure.ts';
import { decodeCursor, encodeCursor } from '../../shared/page.ts';
import { toWireTime } from '../../shared/time.ts';
import { type AuditRow, checkpointText, linkHash, personalDigest, sealText } from './chain.ts';
import { type ChainRow, selectChain, selectCheckpoint, selectEnd } from './chain-store.ts';
import type { AuditVerification, Break, VerifyAuditQuery } from './schema.ts';
import { readSigningKeys, type SigningKey } from './signing-key.ts';

/** Entries that one statement reads. */
const rowsAtOnce = 1000;

/** How far the chain has been checked. */
interface Position {
  readonly sequence: number;
  readonly hash: string;
  /** Sequence of the last seal; equal to `sequence` where a seal is. */
  readonly seal: number;
}

interface Walk {
  position: Position;
  checked: number;
  unsealed: number;
  redacted: number;
  readonly erasures: Set<string>;
  head: AuditVerification['head'];
  broken: AuditVerification['first_broken'];
}

type Keys = ReadonlyMap<number, SigningKey>;

/**
 * Recomputes the chain of the workspace page by page and names the first entry that does not fit. Entries that are
 * removed by retention are represented by their signed checkpoint. Throws `invalid_cursor`.
 */
export async function verifyAuditLog(
  ctx: Ctx,
  query: VerifyAuditQuery,
): Promise<AuditVerification> {
  const { limit, cursor, expected_sequence, expected_hash } = query;
  if ((expected_sequence === undefined) !== (expected_hash === undefined))
    throw invalid('?expected_hash', 'Send `expected_sequence` and `expected_hash` together.');
  const scope = {
    secret: ctx.config.signing_secret,
    workspace_id: ctx.workspace_id,
    list: 'audit-verification',
    filters: { expected_sequence, expected_hash },
  };
  const from =
    cursor === undefined ? null : (JSON.parse(await decodeCursor(scope, cursor)) as Position);
  const [keys, checkpoint] = await Promise.all([
    readSigningKeys(ctx),
    selectCheckpoint(ctx.db, ctx.workspace_id).get(),
  ]);
  const start = { sequence: checkpoint?.sequence ?? 0, hash: checkpoint?.hash ?? ctx.workspace_id };
  // Entries may have been removed since the page before.
  const position =
    from !== null && from.sequence >= start.sequence ? from : { ...start, seal: start.sequence };
  const walk: Walk = {
    ...{ position, checked: 0, unsealed: 0, redacted: 0 },
    ...{ erasures: new Set<string>(), head: null, broken: null },
  };
  if (checkpoint !== undefined && !(await isSigned(keys, checkpoint)))
    walk.broken = { sequence: checkpoint.sequence, entry_id: null, reason: 'invalid_signature' };
  const isAtEnd = walk.broken === null && (await checkRows(ctx, keys, walk, limit));
  if (isAtEnd) await checkEnd(ctx, walk, query);
  return {
    result: walk.broken === null ? 'intact' : 'broken',
    is_complete: isAtEnd || walk.broken !== null,
    checked: walk.checked,
    redacted_count: walk.redacted,
    redacted_by: [...walk.erasures],
    first_broken: walk.broken,
    checkpoint:
      checkpoint === undefined
        ? null
        : {
            sequence: checkpoint.sequence,
            hash: checkpoint.hash,
            sealed_at: toWireTime(checkpoint.sealed_at),
            purged_at: toWireTime(checkpoint.purged_at as number),
            signature: checkpoint.purge_signature,
          },
    head: walk.head,
    unsealed: walk.unsealed,
    public_keys: [...keys.values()].map(({ number, public_key }) => ({ number, public_key })),
    next_cursor:
      isAtEnd || walk.broken !== null
        ? null
        : await encodeCursor(scope, JSON.stringify(walk.position)),
  };
}

/** Checks at most `limit` entries. Returns true at the end of the log. */
async function checkRows(ctx: Ctx, keys: Keys, walk: Walk, limit: number): Promise<boolean> {
  for (let left = limit; left > 0; ) {
    const count = Math.min(left, rowsAtOnce);
    const after = walk.position.sequence + walk.unsealed;
    const rows = await selectChain(ctx.db, ctx.workspace_id, after, count).all();
    for (const row of rows) {
      walk.broken = await check(ctx, keys, walk, row);
      if (walk.broken !== null) return false;
    }
    if (rows.length < count) return true;
    // Entries without a hash cost nothing to check; there are those of about a minute.
    if (walk.unsealed === 0) left -= rows.length;
  }
  return false;
}

async function check(ctx: Ctx, keys: Keys, walk: Walk, row: ChainRow): Promise<Walk['broken']> {
  const { position } = walk;
  const { link_sequence: sequence, link_hash, entry_id } = row;
  const broken = (reason: Break) => ({ sequence, entry_id, reason });
  const next = position.sequence + walk.unsealed + 1;
  if (sequence !== next) return { sequence: next, entry_id: null, reason: 'missing_link' };
  if (row.id === null) return broken('missing_entry');
  if (row.redacted_by !== null && !isRedacted(row)) return broken('invalid_redaction');
  if (link_hash === null) {
    walk.unsealed += 1;
    return null;
  }
  if (walk.unsealed > 0) return { ...broken('changed_entry'), sequence: position.sequence + 1 };
  if (!(await isSealed(position.hash, row))) return broken('changed_entry');
  if (row.redacted_by !== null) {
    walk.redacted += 1;
    walk.erasures.add(row.redacted_by);
  }
  walk.position = { sequence, hash: link_hash, seal: position.seal };
  walk.checked += 1;
  if (row.seal_hash === null) return null;
  if (row.seal_hash !== link_hash) return broken('changed_seal');
  const seal = {
    workspace_id: ctx.workspace_id,
    sequence,
    hash: link_hash,
    sealed_at: row.sealed_at as number,
  };
  const signature = row.signature ?? '';
  if (!(await keys.get(row.key_number ?? 0)?.verify(sealText(seal), signature)))
    return broken('invalid_signature');
  walk.position = { ...walk.position, seal: sequence };
  walk.head = { sequence, hash: link_hash, signature };
  return null;
}

/** Returns true when the erasure by which an entry is marked exists, and its pseudonym is in the entry. */
const isRedacted = ({ salt, pseudonym, actor_id, target_id, detail }: ChainRow): boolean =>
  pseudonym !== null &&
  salt === null &&
  (actor_id === pseudonym ||
    target_id === pseudonym ||
    JSON.stringify(detail).includes(JSON.stringify(pseudonym)));

/** Returns true when an entry is the one that was sealed; of a redacted one, all fields that do not name a person. */
async function isSealed(previous: string, row: ChainRow): Promise<boolean> {
  const { link_sequence: sequence, link_hash, salt, redacted_by, personal_digest } = row;
  if (personal_digest === null) return false;
  const entry = row as unknown as AuditRow;
  if (redacted_by === null && (await personalDigest(entry, { salt })) !== personal_digest)
    return false;
  return (await linkHash(previous, { sequence }, entry, personal_digest)) === link_hash;
}

/** Returns true when a checkpoint is signed by one of the keys, which may be newer than that of its seal. */
async function isSigned(keys: Keys, checkpoint: CheckpointRow): Promise<boolean> {
  const text = checkpointText(checkpoint, checkpoint.purged_at as number);
  for (const key of keys.values())
    if (await key.verify(text, checkpoint.purge_signature ?? '')) return true;
  return false;
}

type CheckpointRow = NonNullable<Awaited<ReturnType<ReturnType<typeof selectCheckpoint>['get']>>>;

/** Checks what is visible only at the end: a cut tail, entries beside the chain, and the expected head. */
async function checkEnd(
  ctx: Ctx,
  walk: Walk,
  { expected_sequence, expected_hash }: VerifyAuditQuery,
): Promise<void> {
  const { sequence, seal } = walk.position;
  const [end] = await selectEnd(ctx.db, ctx.workspace_id, expected_sequence ?? 0);
  if (end === undefined) return;
  if ((end.last_seal ?? 0) > sequence + walk.unsealed)
    walk.broken = {
      sequence: sequence + walk.unsealed + 1,
      entry_id: null,
      reason: 'missing_link',
    };
  else if (sequence > seal) walk.broken = { sequence, entry_id: null, reason: 'missing_seal' };
  else if (end.unlinked !== null)
    walk.broken = { sequence: null, entry_id: end.unlinked, reason: 'unlinked_entry' };
  else if (expected_hash !== undefined && end.hash !== expected_hash)
    walk.broken = { sequence: expected_sequence ?? null, entry_id: null, reason: 'other_history' };
}
