import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { AgentConfig } from '../../agents/index.ts';
import type { BusyPolicy } from '../../db/schema/sessions.ts';
import type { ToolPin } from '../../tools/index.ts';
import type { AttachmentRow } from '../attachments/store.ts';
import type { SessionRow } from '../store.ts';
import type { Overrides } from './overrides.ts';

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
  readonly attachments?: readonly string[] | undefined;
  /** Files that came with the request, stored and read; they become attachments of the session with the message. */
  readonly brought?: readonly AttachmentRow[];
  /** Items of a conversation that this run reads, and that are no longer waiting to be read then. */
  readonly takes_items?: readonly string[];
  /** A draft that is tried in place of the version's configuration. */
  readonly draft?: { readonly config: AgentConfig; readonly tools: readonly ToolPin[] };
  /** What the model reads in place of the text: a conversation that the caller brought along, results of its tools. */
  readonly prompt?: readonly LanguageModelV4Message[] | undefined;
  readonly overrides?: Overrides;
  /** What a wire format has to show again when it is asked for the run. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** A session that is made in the batch that starts the run. */
  readonly create?: SessionRow;
}
