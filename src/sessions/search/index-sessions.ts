import { batch, type Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { SessionRow } from '../store/sessions.ts';
import {
  type IndexedMessage,
  indexMessages,
  indexTitle,
  markIndexed,
  selectTexts,
  selectUnindexed,
} from './index-store.ts';

/** Maximum sessions indexed per tick, messages read at once, and characters per statement. */
const sessionsAtOnce = 200;
const messagesAtOnce = 200;
const statementLength = 500_000;

/** Indexes waiting sessions: those older than the index, or whose index rows were lost with it. */
export async function indexSessions(ctx: Ctx): Promise<number> {
  const waiting = await selectUnindexed(ctx.db, sessionsAtOnce).all();
  for (const session of waiting) await indexSession(ctx, session);
  return waiting.length;
}

/** All rows of a session are written in one batch: it is indexed, or stays waiting. */
async function indexSession(ctx: Ctx, session: SessionRow): Promise<void> {
  const statements: Statement[] = [];
  let rows: IndexedMessage[] = [];
  let length = 0;
  for (let after = 0; ; ) {
    const texts = await selectTexts(ctx.db, session.id, after, messagesAtOnce).all();
    for (const { id, text } of texts) {
      rows.push({ id, text });
      length += text.length;
      if (length < statementLength) continue;
      statements.push(...indexMessages(ctx.db, rows));
      rows = [];
      length = 0;
    }
    after = texts.at(-1)?.seq ?? after;
    if (texts.length < messagesAtOnce) break;
  }
  statements.push(...indexMessages(ctx.db, rows));
  const title = indexTitle(ctx.db, session.workspace_id, session.id, session.title);
  await batch(ctx.db, [markIndexed(ctx.db, session), ...title, ...statements]);
}
