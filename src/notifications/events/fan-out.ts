import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { publishEvents } from './publish.ts';
import { readQueue, toEvent } from './snapshots.ts';
import { removeQueued } from './store.ts';

/** Events of one batch, and batches of one tick. */
const pageSize = 200;
const maxPages = 50;

/**
 * Publishes the events that triggers have queued, oldest first. Concurrent calls publish each event
 * once.
 */
export const fanOutEvents = (ctx: Ctx): Promise<number> =>
  repeatBounded(maxPages, pageSize, async () => {
    const page = await readQueue(ctx.db, ctx.now(), pageSize);
    const events = page.events.map((queued) => ({ queued, event: toEvent(queued, page) }));
    await publishEvents(
      ctx,
      events.flatMap(({ event }) => event ?? []),
    );
    const erased = events.flatMap(({ queued, event }) => (event === null ? [queued.seq] : []));
    if (erased.length > 0) await batch(ctx.db, [removeQueued(ctx.db, erased)]);
    return page.events.length;
  });
