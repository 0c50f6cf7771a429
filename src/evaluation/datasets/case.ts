/** One turn of the conversation before the input of a case. */
interface CaseTurn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export interface ExpectedCitation {
  readonly file_id: string;
  readonly page?: number | undefined;
  /** A passage that is cited; any passage of the file or page if absent. */
  readonly text?: string | undefined;
}

export interface ExpectedToolCall {
  readonly name: string;
  /** Arguments that the call must have, among others. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
}

/** What an answer is compared with. A scorer whose part is absent does not apply to the case. */
interface CaseExpectation {
  readonly answer?: string | undefined;
  readonly facts?: readonly string[] | undefined;
  readonly refuses?: boolean | undefined;
  readonly citations?: readonly ExpectedCitation[] | undefined;
  readonly tool_calls?: readonly ExpectedToolCall[] | undefined;
}

/** A case of a dataset: a message to an agent, and what its answer is compared with. */
export interface CaseContent {
  /** The message that the agent answers. */
  readonly input: string;
  /** Messages before it, oldest first. */
  readonly conversation?: readonly CaseTurn[] | undefined;
  /** Values of the agent's form fields. */
  readonly inputs?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly expected: CaseExpectation;
  readonly tags: readonly string[];
}
