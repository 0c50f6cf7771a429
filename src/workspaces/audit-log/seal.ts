import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { type AuditRow, linkHash, personalDigest, type Seal, sealText } from './chain.ts';
import { type ChainPosition, insertSeal, selectUnsealed, setHashes } from './chain-store.ts';
import { ensureSigningKey, type SigningKey } from './signing-key.ts';

/** Entries of one page, and pages of one tick. */
const pageSize = 1000;
const maxPages = 50;

type Unsealed = Awaited<ReturnType<ReturnType<typeof selectUnsealed>['all']>>[number];

/**
 * Adds the hashes of new entries of all workspaces and signs the last one of each workspace and page. Returns the
 * number of sealed entries; without `ENCRYPTION_KEYS` none is. Two runs at the same time compute the same hashes, so they need no lock.
 */
export async function sealAuditLog(ctx: Ctx): Promise<number> {
  let after: ChainPosition = { workspace_id: '', sequence: 0 };
  let key: SigningKey | null = null;
  let sealed = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const rows = await selectUnsealed(ctx.db, after, pageSize).all();
    const last = rows.at(-1);
    if (last === undefined) break;
    key ??= await ensureSigningKey(ctx);
    if (key === null) break;
    const { number: key_number, sign } = key;
    const { hashes, seals } = await extend(ctx, rows);
    const signed = await Promise.all(
      seals.map(async (seal) => ({
        ...seal,
        key_number,
        signature: await sign(sealText(seal)),
      })),
    );
    if (hashes.length > 0)
      await batch(ctx.db, [
        setHashes(ctx.db, hashes),
        ...signed.map((seal) => insertSeal(ctx.db, seal)),
      ]);
    // The log of the deployment keeps the heads out of reach of whoever can write to the database.
    for (const { workspace_id: of, sequence, hash } of seals)
      ctx.log.info('audit_log_sealed', { of, sequence, hash });
    sealed += hashes.length;
    if (rows.length < pageSize) break;
    after = { workspace_id: last.link_workspace_id, sequence: last.sequence };
  }
  return sealed;
}

/** Computes the hashes of a page, and the seal at its end for each workspace. A chain with a gap is logged and not extended. */
async function extend(ctx: Ctx, rows: readonly Unsealed[]) {
  const hashes: [string, number, string, string][] = [];
  const heads = new Map<string, { readonly sequence: number; readonly hash: string }>();
  const broken = new Set<string>();
  for (const {
    link_workspace_id: workspace_id,
    sequence,
    salt,
    previous: stored,
    ...row
  } of rows) {
    if (broken.has(workspace_id)) continue;
    const head = heads.get(workspace_id);
    const before = head?.sequence === sequence - 1 ? head.hash : stored;
    const previous = sequence === 1 ? workspace_id : before;
    if (previous === null || row.id === null) {
      ctx.log.error('audit_log_broken', { of: workspace_id, sequence });
      broken.add(workspace_id);
      continue;
    }
    // When a person is replaced after the row was read, the link is marked, and the digest not compared.
    const personal = await personalDigest(row as AuditRow, { salt });
    const hash = await linkHash(previous, { sequence }, row as AuditRow, personal);
    hashes.push([workspace_id, sequence, hash, personal]);
    heads.set(workspace_id, { sequence, hash });
  }
  const sealed_at = ctx.now();
  const seals = [...heads].map(
    ([workspace_id, head]): Seal => ({ workspace_id, ...head, sealed_at }),
  );
  return { hashes, seals };
}
