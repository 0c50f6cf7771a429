import { batch, type Statement } from '../../../db/client.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Connector, Listed, SourceContext } from '../connector.ts';
import { listPages, type NewPage } from '../page-store.ts';
import type { SourceRow } from '../source-store.ts';
import type { Step } from './step.ts';

/** Reads the next part of the listing. */
export async function readListingPart(
  ctx: Ctx,
  source: SourceRow,
  connector: Connector,
  context: SourceContext,
): Promise<Step> {
  const { pages, next } = await connector.list(ctx, context, source.cursor);
  const max_pages = maxPagesOf(source);
  const limits = { depth: 0, max_pages, now: ctx.now() };
  const listed = newPages(ctx, pages.slice(0, max_pages));
  await batch(ctx.db, listPages(ctx.db, source, listed, limits) as unknown as Statement[]);
  return { changes: { cursor: next, is_listed: next === null, failures: 0 }, next: 'now' };
}

/** A source of one page has no limit of its own. */
export const maxPagesOf = ({ settings }: SourceRow): number =>
  'max_pages' in settings ? Number(settings.max_pages) : 1;

export const newPages = (ctx: Ctx, pages: readonly Listed[]): NewPage[] =>
  pages.map(({ key, url, title = null, version = null }) => ({
    id: ctx.newId('page'),
    key,
    url,
    title,
    version,
  }));
