import { type AgentConfig, parseConfig } from '../../agents/index.ts';
import { batchWithModels } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { notFound } from '../../shared/failure.ts';
import type { ToolPin } from '../../tools/index.ts';
import {
  headOf,
  type MessageRow,
  type SessionRow,
  selectPath,
  selectSession,
  selectVersionOfSession,
  type TurnVersionRow,
} from '../store.ts';

/** A version as a run uses it. */
export interface TurnVersion {
  readonly id: string;
  readonly number: number;
  readonly config: AgentConfig;
  /** The tools of the version, as they were when it was made. */
  readonly tools: readonly ToolPin[];
  /** The workspace's, for titles and summaries; null for the rules. */
  readonly background_model: string | null;
}

export const toTurnVersion = ({
  version_id: id,
  number,
  config,
  tools,
  background_model,
}: TurnVersionRow): TurnVersion => ({
  id,
  number,
  config: parseConfig(config),
  tools,
  background_model,
});

/** Messages that are read with the session: as many as the default window may hold. A larger one costs a long session one more trip. */
const firstRead = 25;
const mostMessages = 400;

/** How many messages a window of history may hold at most: short ones must not make a turn read a whole session. */
export const historyLimit = (window_tokens: number): number =>
  Math.min(mostMessages, Math.max(firstRead, Math.ceil(window_tokens / 333)));

/** What a host knows of its session between turns. D1 is the record: what is known here is checked by the batch that starts a run. */
export interface Memory {
  readonly session: SessionRow;
  /** null where the version that was asked for does not exist. */
  readonly version: TurnVersion | null;
  /** The branch that is shown, oldest first, as far as the history may reach. */
  readonly path: readonly MessageRow[];
}

/** Reads a session in one trip, with what its next model call will need. Throws `not_found`. */
export async function readMemory(
  ctx: Ctx,
  session_id: string,
  requested: string | null,
): Promise<Memory> {
  const { db, workspace_id } = ctx;
  const [sessions, versions, newest] = await batchWithModels(ctx, [
    selectSession(db, workspace_id, session_id),
    selectVersionOfSession(db, workspace_id, session_id, requested),
    selectPath(db, workspace_id, session_id, headOf(workspace_id, session_id), firstRead),
  ]);
  const [session] = sessions;
  if (session === undefined) throw notFound('session');
  const version = versions[0] === undefined ? null : toTurnVersion(versions[0]);
  return { session, version, path: await lengthen(ctx, session_id, newest, version) };
}

/** The branch that ends with a message, as far as the history may reach. Empty where there is no such message. */
export async function readPath(
  ctx: Ctx,
  session_id: string,
  leaf: string,
  version: TurnVersion | null,
): Promise<MessageRow[]> {
  const newest = await selectPath(ctx.db, ctx.workspace_id, session_id, leaf, firstRead).all();
  return lengthen(ctx, session_id, newest, version);
}

async function lengthen(
  ctx: Ctx,
  session_id: string,
  newest: readonly MessageRow[],
  version: TurnVersion | null,
): Promise<MessageRow[]> {
  const limit = historyLimit(version?.config.memory.window_tokens ?? 0);
  const before = newest.at(-1)?.parent_id ?? null;
  const isAll = limit <= firstRead || newest.length < firstRead || before === null;
  const older = isAll
    ? []
    : await selectPath(ctx.db, ctx.workspace_id, session_id, before, limit - firstRead).all();
  return [...newest, ...older].reverse();
}

/** The branch with the messages of a turn, no longer than the history may reach. */
export const lengthened = (
  path: readonly MessageRow[],
  { config }: TurnVersion,
  ...more: readonly MessageRow[]
): MessageRow[] => [...path, ...more].slice(-historyLimit(config.memory.window_tokens));
