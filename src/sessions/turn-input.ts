import type { AgentConfig } from '../agents/index.ts';
import type { BusyPolicy } from '../db/schema/sessions.ts';
import type { ToolPin } from '../tools/index.ts';
import type { SessionRow } from './store.ts';

/** What a run is started with. */
export interface TurnInput {
  /** The user's message; null to answer `parent_id`, a user's message, once more. */
  readonly text: string | null;
  /** The message it follows; absent for the newest of the branch that is shown. */
  readonly parent_id?: string | null;
  /** A number, id or label; null for the session's. */
  readonly version: string | null;
  /** null for the session's own policy. */
  readonly on_busy: BusyPolicy | null;
  /** Ids of attachments of the session that the message is sent with. */
  readonly attachments?: readonly string[];
  /** A draft that is tried in place of the version's configuration. */
  readonly draft?: { readonly config: AgentConfig; readonly tools: readonly ToolPin[] };
  /** A session that is made in the batch that starts the run. */
  readonly create?: SessionRow;
}
