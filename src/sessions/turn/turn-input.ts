import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { BusyPolicy } from '../../db/schema/runs.ts';
import type { Ctx } from '../../platform/context.ts';
import { authorizeVersion, type Draft, type Overrides, type RunRequest } from '../../runs/index.ts';
import type { AttachmentRow } from '../attachments/store.ts';
import type { SessionRow } from '../store/sessions.ts';

/** The kind of run that is a turn of a session. */
export const turnKind = 'turn';

/** The request of a turn. */
export interface TurnInput {
  /** The id of the run, for a caller that starts it once however often it tries. */
  readonly run_id?: string;
  /** The user's message; null to answer `parent_id`, a message of the user, again. */
  readonly text: string | null;
  /** The message that it follows; absent for the head of the active branch. */
  readonly parent_id?: string | null;
  /** A number, id or label; null for the session's version. */
  readonly version: string | null;
  /** Null for the policy of the session. */
  readonly on_busy: BusyPolicy | null;
  /** Ids of attachments of the session that are sent with the message. */
  readonly attachments?: readonly string[] | undefined;
  /** Files that came with the request. They become attachments of the session together with the message. */
  readonly request_files?: readonly AttachmentRow[];
  /** Items of an OpenAI conversation that this run reads; they are removed from the pending items. */
  readonly takes_items?: readonly string[];
  readonly draft?: Draft;
  /** The messages that the model reads in place of the text: a history sent by the caller, results of its tools. */
  readonly prompt?: readonly LanguageModelV4Message[] | undefined;
  readonly overrides?: Overrides;
  /** Data that a stream encoder or protocol needs to render the run again. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** A session that is created in the batch that starts the run. */
  readonly create?: SessionRow;
}

/** A turn as it travels to the host of its session. */
export interface HostedTurn {
  readonly session_id: string;
  readonly input: TurnInput;
}

/** Returns the input for a session that has been created in the meantime. */
export const withoutCreate = ({ create: _, ...input }: TurnInput): TurnInput => input;

/** The request of a turn, for the host of the session. Throws `forbidden` for a version that the caller may not choose. */
export function turnRequest(
  ctx: Ctx,
  session_id: string,
  input: TurnInput,
): RunRequest<HostedTurn> {
  authorizeVersion(ctx, input.version);
  return {
    kind: turnKind,
    host: session_id,
    input: { session_id, input },
    ...(input.create === undefined
      ? {}
      : {
          rejoin: (run) => ({
            session_id: run.session_id ?? session_id,
            input: withoutCreate(input),
          }),
        }),
  };
}
