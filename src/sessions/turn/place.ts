import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { dropOtherSummaries, dropSummariesAfter } from '../background/summary-store.ts';
import type { MessageRow } from '../store/messages.ts';
import { historyLimit, readPath, type SessionState } from './session-state.ts';
import type { TurnInput } from './turn-input.ts';

/** The position of a turn in the tree of messages. */
export interface Place {
  readonly parent: MessageRow | null;
  /** The message to answer again; null for a new one. */
  readonly again: MessageRow | null;
  /** The branch before the message that is answered. */
  readonly path: readonly MessageRow[];
}

/** Finds where a turn continues. Throws `not_found`, and `conflict` for a message that is not the user's. */
export async function placeOf(
  ctx: Ctx,
  state: SessionState,
  { text, parent_id }: TurnInput,
): Promise<Place> {
  const path = parent_id === undefined ? state.path : await branchTo(ctx, state, parent_id);
  const leaf = path.at(-1) ?? null;
  if (parent_id !== undefined && (leaf?.id ?? null) !== parent_id) throw notFound('message');
  if (text !== null) return { parent: leaf, again: null, path };
  if (leaf?.role !== 'user')
    throw new Failure('conflict', 'Only a message of the user can be answered.');
  return { parent: null, again: leaf, path: path.slice(0, -1) };
}

async function branchTo(
  ctx: Ctx,
  { path, session, version }: SessionState,
  leaf: string | null,
): Promise<readonly MessageRow[]> {
  if (leaf === null) return [];
  const cached = path.slice(0, path.findIndex(({ id }) => id === leaf) + 1);
  // Only the cached branch that ends with the head is complete: further up, more messages may
  // belong to the history.
  const isWhole =
    cached[0]?.parent_id === null ||
    cached.length >= historyLimit(version?.config.memory.window_tokens ?? 0);
  return cached.length > 0 && isWhole ? cached : readPath(ctx, session.id, leaf, version);
}

/** Drops summaries of the branch that is left, where the turn does not continue from the head. */
export function leaveBranch(
  { db, workspace_id }: Ctx,
  { session, path }: SessionState,
  { parent, again, path: before }: Place,
): Statement[] {
  const leaf = again ?? parent;
  if ((leaf?.id ?? null) === session.head_id) return [];
  const last = before.at(-1);
  const isShown = last === undefined || path.some(({ id }) => id === last.id);
  return [
    isShown
      ? dropSummariesAfter(db, workspace_id, session.id, last?.depth ?? 0)
      : dropOtherSummaries(db, workspace_id, session.id),
  ];
}
