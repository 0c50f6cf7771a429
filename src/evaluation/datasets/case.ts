/** What a case of a dataset asks, and what is expected of the answer. */
export interface CaseContent {
  readonly input: string;
  /** The messages before the input, oldest first. */
  readonly conversation?: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
  readonly inputs?: Readonly<Record<string, string | number | boolean>>;
  readonly expected: Expected;
  readonly tags: readonly string[];
}

export interface Expected {
  readonly answer?: string;
  readonly facts?: readonly string[];
  readonly refuses?: boolean;
  readonly citations?: readonly ExpectedCitation[];
  readonly tool_calls?: readonly ExpectedToolCall[];
}

export interface ExpectedCitation {
  readonly file_id: string;
  readonly page?: number;
  readonly text?: string;
}

export interface ExpectedToolCall {
  readonly name: string;
  /** The arguments that matter; others may be added. */
  readonly arguments?: object;
}
