import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { AttachedFile } from '../../db/schema/runs.ts';
import type { Fact } from './facts.ts';
import type { HistoryMessage, Summary } from './history.ts';
import type { Inputs } from './instructions.ts';

/** The question of a run with its history and files, from which the prompt is written. */
export interface RunPrompt {
  readonly question: string;
  /** The messages that the model reads in place of the question; null for the question itself. */
  readonly given: readonly LanguageModelV4Message[] | null;
  /** The messages before the question, oldest first, as far as they were read. */
  readonly history: readonly HistoryMessage[];
  /** The summary of older messages. */
  readonly summary: Summary | null;
  /** Facts about the end user, newest first; absent for nothing. */
  readonly facts?: readonly Fact[];
  /** Values of the agent's form fields. */
  readonly inputs: Inputs;
  /** The summary of the time in which a person has handled the conversation. Absent without one. */
  readonly note?: string | null;
  /** The files of the question and of the messages before it. */
  readonly files: readonly AttachedFile[];
}

/** Returns a prompt of one question without history. */
export const onlyQuestion = (question: string, inputs: Inputs = {}): RunPrompt => ({
  question,
  given: null,
  history: [],
  summary: null,
  inputs,
  files: [],
});
