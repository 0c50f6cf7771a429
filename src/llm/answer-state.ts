import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { ModelCallContent } from './content.ts';
import type { ThinkTags } from './think-tags.ts';

export type FinishPart = Extract<LanguageModelV4StreamPart, { type: 'finish' }>;

/** The part of an answer received so far. It is metered even when the caller stops reading. */
export interface AnswerState {
  readonly content: ModelCallContent;
  /** Reads reasoning from the text; null for providers that separate the two. */
  tags: ThinkTags | null;
  /** The last part of the stream; null until it arrives. */
  end: FinishPart | null;
  /** Time at which the first event was ready; null before it. */
  first_at: number | null;
}

export const newAnswerState = (): AnswerState => ({
  content: new ModelCallContent(),
  tags: null,
  end: null,
  first_at: null,
});
