import type { JSONSchema7 } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import type { GeneratedFileRef } from '../db/schema/code.ts';
import type { InputForm, SignInPage } from '../db/schema/runs.ts';
import type { Ctx } from '../platform/context.ts';
import type { CodeInputFile } from '../platform/ports.ts';
import type { Account, Attribution } from '../usage/index.ts';
import type { PageRules, SearchOutcome, SearchQuery } from '../web/index.ts';
import type { Effect } from './definition.ts';

/** A tool of any kind, ready to be called. */
export interface CallableTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema (draft 2020-12) of the arguments, as sent to the model. */
  readonly input_schema: JSONSchema7;
  /** Effect of a call outside the run; approvals depend on it. */
  readonly effect: Effect;
  /** Identifies the definition of the tool: an approval is valid for this one only. */
  readonly revision: string | number;
  /** The result is computed by the deployment itself and holds no text of third parties. */
  readonly is_trusted?: boolean;
  /** Hosts that a call reaches; absent for a tool that reaches none. */
  hostsOf?(input: unknown): readonly string[];
  /** The hosts are the same for all calls, in earlier turns as well. */
  readonly has_fixed_hosts?: boolean;
  /** Returns the address that a call opens, if it sends nothing else. */
  opens?(input: unknown): string | null;
  /** False if the arguments hold no text that the model is free to choose. */
  readonly takes_text?: boolean;
  /** Runs one call. `input` is valid under `input_schema`. Does not throw for a fault of the tool. */
  run(ctx: Ctx, input: unknown, context: ToolContext): Promise<ToolOutcome>;
}

/** Context of one tool call: the run it belongs to, and the features of a higher rank it may use. */
export interface ToolContext {
  readonly tool_call_id: string;
  /** Usage of the call is attributed to this; its cost is added to the account. */
  readonly attribution: Attribution & { readonly account: Account };
  /** Aborts when the run is cancelled or out of time. */
  readonly signal: AbortSignal;
  readonly services: ToolServices;
  /** The run can wait for the input of a person. */
  readonly can_ask?: boolean;
  /** The answers of a person to an earlier attempt of the call. */
  readonly given?: GivenInput;
  /** Shows the progress of the call to those who follow the run. */
  report?(progress: ToolProgress): void;
}

/** Features of a higher rank, bound to the run that calls the tool. `execution` provides them. */
export interface ToolServices {
  /** Searches the knowledge bases of the agent. Returns null when the agent has none. */
  searchKnowledge(query: KnowledgeQuery): Promise<KnowledgeAnswer | null>;
  /** Searches the web within the domains of the agent. */
  searchWeb(query: WebQuery): Promise<SearchOutcome>;
  /** The rules of the agent for reading an address. */
  pageRules(address: string): PageRules;
  /** Reads the files that code names: attachments of the conversation, and files of the agent's knowledge that the caller may read. */
  readFiles(request: FileRequest): Promise<ReadFiles>;
  /** Runs another agent of the workspace on one message. */
  callAgent(call: { readonly agent: string; readonly message: string }): Promise<ToolOutcome>;
}

export type WebQuery = Pick<SearchQuery, 'query' | 'count' | 'freshness'>;
export interface FileRequest {
  /** Names of files of the agent's knowledge. */
  readonly names: readonly string[];
  /** The code; attachments that it does not mention are not read. */
  readonly code: string;
}

export type ReadFiles =
  | { readonly ok: true; readonly files: readonly CodeInputFile[] }
  | { readonly ok: false; readonly error: string };

export interface KnowledgeQuery {
  readonly query: string;
  /** Passages to return at most; the setting of the agent unless given. */
  readonly top_k?: number | undefined;
}

export interface KnowledgeAnswer {
  readonly hits: readonly FoundPassage[];
  readonly confidence: number;
  readonly coverage: 'full' | 'partial' | 'none';
  /** Usage rows of the search, to be stored with the step. */
  readonly usage: readonly Statement[];
}

/** A passage that an answer may cite: a search hit of `knowledge`, which has a higher rank. */
interface FoundPassage {
  readonly chunk_id: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly base_id: string;
  readonly text: string;
  readonly page: number | null;
  readonly start: number;
  readonly end: number;
  readonly attempt: number;
  readonly origin: 'extracted' | 'edited' | 'added';
  readonly revision: number;
  readonly heading: string | null;
  readonly title: string | null;
  readonly language: string | null;
  readonly tags: string[];
  readonly published_at: string | null;
  readonly score: number;
  readonly keyword_rank: number | null;
  readonly keyword_score: number | null;
  readonly vector_rank: number | null;
  readonly vector_score: number | null;
  readonly fused_score: number;
  readonly rerank_score: number | null;
}

/** A web page, or the part of it that was read, that an answer may cite. */
export interface FoundPage {
  readonly type: 'url';
  readonly url: string;
  readonly title: string;
  readonly text: string;
  readonly published_at: string | null;
}

export type FoundSource = FoundPassage | FoundPage;

export const isPage = (source: FoundSource): source is FoundPage => 'url' in source;

/** An image in a tool's result, in base64. */
export interface ToolImage {
  readonly media_type: string;
  readonly data: string;
}

/** How far a call is, as its server reports it. */
export interface ToolProgress {
  readonly progress: number;
  readonly total: number | null;
  readonly message: string | null;
}

/** The questions of a server to a person, before it completes a call. JSON, so that a run can wait for the answers. */
export interface AskedInput {
  readonly server_id: string;
  readonly server_name: string;
  /** At least one, each with the name that the server has given it. */
  readonly questions: readonly (InputForm & { readonly key: string })[];
  /** Opaque text that the server gets back. */
  readonly state?: string;
  /** How often the server has asked for this call. */
  readonly round: number;
}

export interface InputAnswer {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** Answers to all questions, in their order. */
export interface GivenInput {
  readonly asked: AskedInput;
  readonly answers: readonly InputAnswer[];
}

export type ToolOutcome =
  | {
      readonly ok: true;
      readonly output: unknown;
      /** Passages and pages that the answer may cite; the model reads them in place of the output. */
      readonly sources?: readonly FoundSource[];
      /** A remark on the sources, for the model. */
      readonly note?: string;
      /** Files for the user. */
      readonly files?: readonly GeneratedFileRef[];
      /** Images for models that see; `output` describes them for the others. */
      readonly images?: readonly ToolImage[];
      readonly usage?: readonly Statement[];
      /** Hosts that the result is from; those that the call reaches unless given. */
      readonly hosts?: readonly string[];
      /** Addresses that may be opened as they are: nothing that the model has read could be part of them. */
      readonly offers?: readonly string[];
      /** The result holds no text of third parties. */
      readonly is_trusted?: boolean;
    }
  /** `error` is read by the model. */
  | {
      readonly ok: false;
      readonly error: string;
      readonly usage?: readonly Statement[];
      readonly hosts?: readonly string[];
      /** Set if the call was not made, and can be once a person has signed in. A run that can wait waits for it. */
      readonly sign_in?: SignInPage;
      /** Set if the call can be completed once a person has answered. A run that can wait waits for it. */
      readonly asked?: AskedInput;
    };
