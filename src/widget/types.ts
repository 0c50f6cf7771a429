/** A passage that an answer cites. */
export interface Citation {
  readonly type: 'file' | 'url';
  readonly number: number;
  readonly file_name?: string;
  readonly page?: number | null;
  readonly url?: string;
  readonly title?: string;
  readonly quote: string;
}

export interface Message {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly attachments: readonly { readonly name: string }[];
  /** The person who has written a reply; null for the agent and the visitor. */
  readonly author: { readonly name: string | null } | null;
  readonly status: 'done' | 'streaming' | 'failed' | 'cancelled';
  readonly rating: 'up' | 'down' | null;
}

export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly status: 'uploading' | 'processing' | 'ready' | 'failed';
  readonly error: string | null;
  /** True for a file that did not arrive, and that can be uploaded again. */
  readonly canRetry: boolean;
}

/** A page of a cited document. */
export interface CitedPage {
  readonly file_name: string;
  readonly page: number | null;
  readonly page_count: number | null;
  readonly text: string;
  /** Offsets of the quote in `text`. */
  readonly start: number;
  readonly end: number;
  /** A link to the document; null if the visitor may not open it. */
  readonly document: { readonly url: string; readonly is_shown: boolean } | null;
}

/** Everything that is shown. */
export interface State {
  readonly phase: 'loading' | 'verify' | 'ready' | 'closed';
  readonly title: string;
  readonly welcome: string | null;
  readonly starters: readonly string[];
  readonly messages: readonly Message[];
  readonly attachments: readonly Attachment[];
  /** What the visitor has written and not sent. */
  readonly draft: string;
  /** True while an answer is generated. */
  readonly isBusy: boolean;
  readonly isOffline: boolean;
  /** True while a person answers instead of the agent. */
  readonly isHuman: boolean;
  /** True after a person has handed the conversation back, until the next message. */
  readonly wasHuman: boolean;
  /** True while an answer stands still until somebody has approved what it wants to do. */
  readonly isAwaited: boolean;
  /** True if the visitor may ask for a person. */
  readonly canAskPerson: boolean;
  readonly error: string | null;
  /** True if the rest of an answer can be read once the server can be reached. */
  readonly canResume: boolean;
  /** The address to which a code was sent; null before. */
  readonly email: string | null;
  /** The open page of a citation; null for none. */
  readonly cited: CitedPage | null;
}
