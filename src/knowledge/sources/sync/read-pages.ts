import { batch, type Statement } from '../../../db/client.ts';
import type { Ctx } from '../../../platform/context.ts';
import { minute, second } from '../../../shared/time.ts';
import type { Connector, Outcome, SourceContext } from '../connector.ts';
import { SourceFault, type SourceFaultCode } from '../fault.ts';
import {
  listPages,
  type PageRow,
  type QueuedPage,
  requeueDuplicates,
  selectQueue,
  updatePage,
} from '../page-store.ts';
import { regroupFile, type SourceRow } from '../source-store.ts';
import { maxPagesOf, newPages } from './list-pages.ts';
import { removeFileOf } from './remove-file.ts';
import type { Step } from './step.ts';
import { storeContent } from './store-content.ts';

/** Limits of one step, which is one job. */
const pagesPerStep = 25;
const stepFor = 15 * second;

/** Attempts to read a page within one synchronization, and the pause before the second and third. */
const maxTries = 3;
const pauseBetweenTries = minute;
/** Consecutive temporary failures after which the source pauses, and after which the synchronization fails. */
const failuresUntilPause = 5;
const maxFailures = 15;

/** Codes of pages that are not read on purpose. */
const skipCodes: ReadonlySet<SourceFaultCode> = new Set([
  'robots_disallowed',
  'redirected',
  'unsupported_media_type',
]);

/** Reads the next pages; null when there is none left. */
export async function readPages(
  ctx: Ctx,
  source: SourceRow,
  connector: Connector,
  context: SourceContext,
): Promise<Step | null> {
  const queue = await selectQueue(ctx.db, source, pagesPerStep).all();
  const [first] = queue;
  if (first === undefined) return null;
  const pause = first.page.tries === 0 ? 0 : first.page.updated_at + pauseBetweenTries - ctx.now();
  if (pause > 0) return { changes: {}, next: { delay_ms: pause } };
  const started = ctx.now();
  let { failures } = source;
  for (const { page, has_file } of queue) {
    if (ctx.now() - started > stepFor) break;
    const fault = await readPage(ctx, source, connector, context, { ...page, has_file });
    if (fault === null || !fault.isTemporary) failures = 0;
    else failures += 1;
    if (failures >= maxFailures && fault !== null) throw new SourceFault(fault.code, fault.message);
    if (fault?.isTemporary && (fault.retryAfter_ms !== null || failures % failuresUntilPause === 0))
      return { changes: { failures }, next: { delay_ms: fault.retryAfter_ms ?? 5 * minute } };
  }
  return { changes: { failures }, next: 'now' };
}

/** Reads one page and records the result. Returns the fault that it met. */
async function readPage(
  ctx: Ctx,
  source: SourceRow,
  connector: Connector,
  context: SourceContext,
  page: QueuedPage,
): Promise<SourceFault | null> {
  try {
    const outcome: Outcome = isCurrent(page)
      ? { kind: 'unchanged' }
      : await connector.read(ctx, context, withLiveFile(page), (content) =>
          storeContent(ctx, source, page, content),
        );
    await recordOutcome(ctx, source, page, outcome);
    return null;
  } catch (error) {
    if (!(error instanceof SourceFault) || error.code === 'quota_exceeded') throw error;
    await recordFault(ctx, source, page, error);
    return error;
  }
}

/** True when the listing shows that the stored content is the latest. */
const isCurrent = ({ has_file, version, stored_version }: QueuedPage) =>
  has_file === 1 && version !== null && version === stored_version;

/** A page whose file has been deleted is read as if it were new. */
const withLiveFile = (page: QueuedPage): PageRow =>
  page.has_file === 1 ? page : { ...page, file_id: null };

async function recordOutcome(
  ctx: Ctx,
  source: SourceRow,
  page: QueuedPage,
  outcome: Outcome,
): Promise<void> {
  const done = { handled_sync: source.sync, tries: 0, updated_at: ctx.now() };
  const cleared = { error_code: null, error_detail: null };
  if (outcome.kind === 'stored')
    return record(ctx, source, page, { ...outcome.changes, ...done }, outcome.links);
  if (outcome.kind === 'unchanged')
    return record(ctx, source, page, { state: 'unchanged', ...cleared, ...done }, page.links ?? []);
  await removeFileOf(ctx, page);
  const gone = { state: 'removed', file_id: null, content_hash: null, links: null } as const;
  await batch(ctx.db, [
    updatePage(ctx.db, page.id, { ...gone, ...cleared, ...done }),
    requeueDuplicates(ctx.db, page, source.sync),
  ]);
}

function recordFault(ctx: Ctx, source: SourceRow, page: QueuedPage, fault: SourceFault) {
  const tries = page.tries + 1;
  const error = { error_code: fault.code, error_detail: fault.message, updated_at: ctx.now() };
  if (fault.isTemporary && tries < maxTries)
    return batch(ctx.db, [updatePage(ctx.db, page.id, { ...error, tries })]);
  const state = skipCodes.has(fault.code) ? ('skipped' as const) : ('failed' as const);
  // Its links cannot be read now, so the pages that they lead to are kept.
  const changes = { ...error, state, tries, handled_sync: source.sync };
  return record(ctx, source, page, changes, page.links ?? []);
}

/** Writes the result of a page and lists the pages that it links to. */
async function record(
  ctx: Ctx,
  source: SourceRow,
  page: PageRow,
  changes: Partial<PageRow>,
  links: readonly string[],
): Promise<void> {
  const isNew = changes.file_id != null && changes.file_id !== page.file_id;
  const statements: Statement[] = [
    updatePage(ctx.db, page.id, changes),
    ...(isNew ? [regroupFile(ctx.db, source, changes.file_id as string)] : []),
  ];
  const { settings } = source;
  if (settings.type === 'crawl' && page.depth < Number(settings.max_depth)) {
    const pages = newPages(
      ctx,
      links.map((url) => ({ key: url, url })),
    );
    const limits = { depth: page.depth + 1, max_pages: maxPagesOf(source), now: ctx.now() };
    statements.push(...(listPages(ctx.db, source, pages, limits) as unknown as Statement[]));
  }
  await batch(ctx.db, statements);
}
