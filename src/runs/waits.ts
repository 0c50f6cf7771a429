import type { Ctx } from '../platform/context.ts';
import type { RunEvent } from './events.ts';
import type { Message } from './schema/message.ts';
import { isOpen, type RunRow } from './store/runs.ts';
import { decodeEvents } from './stream/event-log.ts';
import { fromParts, type SuspendedState } from './suspension/state.ts';
import { selectSuspension } from './suspension/store.ts';
import { withheldRuns } from './withheld.ts';

/** A run in parts: each but the last ends where the run began to wait for actions. */
export interface Waits {
  /** The answer so far at the end of each part, with all actions that were required. */
  readonly messages: readonly Message[];
  /** How often the run was resumed: the number of its last part, from 0. */
  readonly resumed: number;
}

function waitsOf(events: readonly RunEvent[]): Waits {
  const messages: Message[] = [];
  let resumed = 0;
  for (const event of events) {
    if (event.type === 'resume') resumed += 1;
    // A partial submission requires the rest again.
    if (event.type === 'requires-action' && messages.length === resumed)
      messages.push(event.message);
  }
  return { messages, resumed };
}

/** Returns where a run has waited; null when it has, and its events are not stored or may not be read. */
export async function readWaits(
  ctx: Ctx,
  { row, suspended }: { readonly row: RunRow; readonly suspended: SuspendedState | null },
): Promise<Waits | null> {
  if (suspended !== null) return waitsOf(suspended.events);
  if (row.answered_actions === null) return { messages: [], resumed: 0 };
  if (row.events !== null) return waitsOf(decodeEvents(row.events));
  if (!isOpen(row) || (await withheldRuns(ctx, [row.id])).has(row.id)) return null;
  const state = fromParts(await selectSuspension(ctx.db, ctx.workspace_id, row.id).all());
  if (state === null) return null;
  const { messages } = waitsOf(state.events);
  // The run has been resumed after the last event of the state.
  return { messages, resumed: messages.length };
}
