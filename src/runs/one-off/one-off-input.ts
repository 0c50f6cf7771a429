import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { attachments } from '../../db/schema/sessions.ts';
import type { Draft } from '../draft.ts';
import type { RunRequest } from '../driver.ts';
import type { Overrides } from '../overrides.ts';
import type { Inputs } from '../prompt/instructions.ts';
import type { RunPrompt } from '../prompt/run-prompt.ts';

/** The kind of run that has no session. */
export const oneOffKind = 'one_off';

/** A file of a request: stored, and extracted if it is a document. */
export type RequestFile = typeof attachments.$inferSelect;

/** The request of a one-off run. */
export interface OneOffInput {
  /** Created with the request, since it names the host. */
  readonly run_id: string;
  readonly agent_id: string;
  /** A number, id or label; null for the active version. */
  readonly version: string | null;
  readonly text: string;
  readonly end_user_id: string | null;
  /** Its end user in experiments; without one, no experiment assigns the run. */
  readonly subject?: number | null;
  readonly inputs: Inputs;
  /** The caller's metadata. */
  readonly labels: Readonly<Record<string, unknown>>;
  readonly draft?: Draft;
  /** The messages that the model reads in place of the text. */
  readonly prompt?: readonly LanguageModelV4Message[] | undefined;
  readonly overrides?: Overrides;
  /** The prompt as a turn of a session has it; `prompt` then holds all of its messages, for the record. */
  readonly past?: Pick<RunPrompt, 'history' | 'given'>;
  /** The groups whose files the run may read; those of the caller unless given. */
  readonly groups?: readonly string[] | null;
  readonly request_files?: readonly RequestFile[];
  /** Data that a stream encoder or protocol needs to render the run again. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The request of a one-off run, for its own host. */
export const oneOffRequest = (input: OneOffInput): RunRequest<OneOffInput> => ({
  kind: oneOffKind,
  host: input.run_id,
  input,
});
