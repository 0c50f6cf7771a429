import { eq, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { price_overrides } from '../db/schema/models.ts';
import type { TokenPrices } from './price.ts';

export type PriceOverrideRow = typeof price_overrides.$inferSelect;

export const selectPriceOverrides = (db: Db, workspace_id: string) =>
  db
    .select()
    .from(price_overrides)
    .where(eq(price_overrides.workspace_id, workspace_id))
    .orderBy(price_overrides.model);

/** Replaces all price overrides of a workspace. */
export const replacePriceOverrides = (
  db: Db,
  workspace_id: string,
  rows: readonly PriceOverrideRow[],
): Statement[] => [
  db.delete(price_overrides).where(eq(price_overrides.workspace_id, workspace_id)),
  db.insert(price_overrides).select(
    sql`select ${workspace_id}, value ->> 'model', value ->> 'input', value ->> 'output', value ->> 'cache_read', value ->> 'cache_write', value ->> 'updated_at'
    from json_each(${JSON.stringify(rows)})`,
  ),
];

export const toTokenPrices = ({
  input,
  output,
  cache_read,
  cache_write,
}: PriceOverrideRow): TokenPrices => ({
  input,
  output,
  cache_read,
  cache_write,
});
