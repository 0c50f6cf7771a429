/** What the built-in architect knows about agents of one field. Texts are complete sentences for the instructions. */
export interface Domain {
  readonly id: string;
  /** What such an agent is, as in “You are the … of …”. */
  readonly role: string;
  /** Words of descriptions of such agents in several languages, separated by spaces; `_` is a space within one. */
  readonly words: string;
  readonly audiences: readonly string[];
  readonly tone: string;
  readonly workflow: readonly string[];
  readonly edge_cases: readonly string[];
  /** What such an agent leaves to others. */
  readonly refuse: readonly string[];
  /** Documents that such an agent needs. */
  readonly documents: readonly string[];
  /** Words in names and descriptions of tools that such an agent uses. */
  readonly tools: string;
  readonly starters: readonly string[];
  /** A question that such an agent has to decline. */
  readonly decline: string;
  /** Passages for the prompt: more where answers are put together from several documents. */
  readonly top_k: number;
}
