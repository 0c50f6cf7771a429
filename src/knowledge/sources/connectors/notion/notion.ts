import type { Connector, Listing } from '../../connector.ts';
import { SourceFault } from '../../fault.ts';
import { type CallNotion, withNotion } from './notion-client.ts';
import { toMarkdown } from './notion-markdown.ts';
import { type Block, BlockList, fieldOf, NotionPage, PageList, titleOf } from './notion-objects.ts';
import { propertyLines } from './notion-properties.ts';

const perRequest = 100;
const maxDepth = 20;
const maxBlocks = 10_000;
const maxDataSources = 1000;

/** The part of the workspace that is listed next: pages, then databases, then the rows of each database. */
interface Cursor {
  readonly part: 'pages' | 'data_sources' | 'rows';
  readonly start: string | null;
  /** Databases whose rows are still to be listed. */
  readonly waiting: readonly string[];
}

/**
 * Pages that are shared with an integration, by Notion's API. Search does not promise every page at once, so the rows
 * of databases are listed by themselves as well. A page is read again when it was edited.
 */
export const notion: Connector<'notion'> = {
  keepsUnlisted: false,
  needsStart: false,
  list(ctx, source, cursor): Promise<Listing> {
    const start: Cursor = { part: 'pages', start: null, waiting: [] };
    return withNotion(ctx, source, (call) =>
      listPart(call, cursor === null ? start : JSON.parse(cursor)),
    );
  },
  async read(ctx, source, page, receive) {
    const content = await withNotion(ctx, source, (call) => readPage(call, page.key));
    return content === null
      ? { kind: 'gone' }
      : receive({ url: page.url, name: `${content.title || 'Untitled'}.md`, ...content });
  },
};

async function listPart(call: CallNotion, cursor: Cursor): Promise<Listing> {
  const { part, start, waiting } = cursor;
  const paging = { page_size: perRequest, ...(start === null ? {} : { start_cursor: start }) };
  const value = part === 'pages' ? 'page' : 'data_source';
  const found =
    part === 'rows'
      ? await call(`/data_sources/${waiting[0]}/query`, PageList, paging)
      : await call('/search', PageList, {
          ...paging,
          filter: { property: 'object', value },
          sort: { timestamp: 'last_edited_time', direction: 'ascending' },
        });
  // A database that is gone by now has no rows.
  const { results, has_more, next_cursor } = found ?? { results: [], has_more: false };
  const live = results.filter((one) => !one.in_trash && !one.is_archived);
  const next = nextOf(
    cursor,
    has_more ? (next_cursor ?? null) : null,
    part === 'data_sources' ? live.map(({ id }) => id) : [],
  );
  const pages = part === 'data_sources' ? [] : live.filter(({ object }) => object === 'page');
  return {
    pages: pages.map((page) => ({
      key: page.id,
      url: page.url,
      title: titleOf(page).slice(0, 300) || null,
      version: page.last_edited_time ?? null,
    })),
    next: next === null ? null : JSON.stringify(next),
  };
}

function nextOf(
  { part, waiting }: Cursor,
  start: string | null,
  found: readonly string[],
): Cursor | null {
  const all = [...waiting, ...found];
  if (all.length > maxDataSources)
    throw new SourceFault('too_large', `The workspace has more than ${maxDataSources} databases.`);
  if (start !== null) return { part, start, waiting: all };
  if (part === 'pages') return { part: 'data_sources', start: null, waiting: all };
  const rest = part === 'rows' ? all.slice(1) : all;
  return rest.length === 0 ? null : { part: 'rows', start: null, waiting: rest };
}

/** Reads a page as Markdown; null when it is gone, or in the trash. */
async function readPage(call: CallNotion, id: string) {
  const page = await call(`/pages/${id}`, NotionPage);
  if (page === null || page.in_trash || page.is_archived) return null;
  const title = titleOf(page);
  const blocks = await readBlocks(call, id, 0, { left: maxBlocks });
  const properties = propertyLines(page).join('\n');
  const body = [title === '' ? '' : `# ${title}`, properties, toMarkdown(blocks)]
    .filter((part) => part.trim() !== '')
    .join('\n\n')
    .toWellFormed()
    .replaceAll('\0', '');
  if (body === '') throw new SourceFault('empty_document', 'The page is empty.');
  return { title: title || null, body };
}

async function readBlocks(
  call: CallNotion,
  id: string,
  depth: number,
  budget: { left: number },
): Promise<Block[]> {
  const blocks: Block[] = [];
  let start: string | null = null;
  do {
    const query: string = start === null ? '' : `&start_cursor=${encodeURIComponent(start)}`;
    const found = await call(`/blocks/${id}/children?page_size=${perRequest}${query}`, BlockList);
    // The original of a synced block may not be shared with the integration.
    if (found === null) return blocks;
    budget.left -= found.results.length;
    if (budget.left < 0)
      throw new SourceFault('too_large', `The page has more than ${maxBlocks} blocks.`);
    for (const block of found.results) {
      const hasOwn = block.has_children && !documents.has(block.type);
      if (hasOwn && depth >= maxDepth)
        throw new SourceFault('too_large', 'The blocks of the page are nested too deeply.');
      const original = fieldOf(block, 'synced_block', 'synced_from', 'block_id');
      const below = typeof original === 'string' ? original : block.id;
      blocks.push({
        ...block,
        children: hasOwn ? await readBlocks(call, below, depth + 1, budget) : [],
      });
    }
    start = found.has_more ? (found.next_cursor ?? null) : null;
  } while (start !== null);
  return blocks;
}

/** Blocks that are documents of their own. */
const documents = new Set(['child_page', 'child_database']);
