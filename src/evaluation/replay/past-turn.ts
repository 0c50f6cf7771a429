import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { AttachedFile } from '../../db/schema/runs.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  callsOf,
  type HistoryMessage,
  type RequestFile,
  type RunRow,
  selectRun,
  selectRunContent,
  selectSpans,
} from '../../runs/index.ts';
import { readBranchTo, selectMessage, selectSession } from '../../sessions/index.ts';
import type { CaseContent } from '../datasets/case.ts';

/** A turn as it was, with all that another version needs to answer it again. */
export interface PastTurn {
  readonly run: RunRow;
  readonly question: string;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly history: readonly HistoryMessage[];
  /** The messages that the model read in place of the question. */
  readonly given: readonly LanguageModelV4Message[] | null;
  readonly files: readonly AttachedFile[];
  readonly calls: ReturnType<typeof callsOf>;
}

/** Reads a past turn; null when it was erased. */
export async function readPastTurn(ctx: Ctx, run_id: string): Promise<PastTurn | null> {
  const { db, workspace_id } = ctx;
  const run = await selectRun(db, workspace_id, run_id).get();
  if (run === undefined) return null;
  const asked = run.session_id === null ? await askedAlone(ctx, run) : await askedIn(ctx, run);
  if (asked === null || asked.question.trim() === '') return null;
  return { ...asked, run, calls: callsOf(await selectSpans(db, workspace_id, run_id).all()) };
}

type Asked = Omit<PastTurn, 'run' | 'calls'>;

async function askedAlone({ db, workspace_id }: Ctx, run: RunRow): Promise<Asked | null> {
  const content = await selectRunContent(db, workspace_id, run.id).get();
  if (content === undefined) return null;
  const { question, inputs, prompt, files } = content;
  return { question, inputs, given: prompt, files, history: [] };
}

async function askedIn(ctx: Ctx, run: RunRow): Promise<Asked | null> {
  const { db, workspace_id } = ctx;
  const { session_id, input_message_id } = run;
  if (session_id === null || input_message_id === null) return null;
  const question = await selectMessage(db, workspace_id, input_message_id).get();
  const session = await selectSession(db, workspace_id, session_id).get();
  if (question === undefined || session === undefined || question.session_id !== session_id)
    return null;
  const path = await readBranchTo(ctx, session_id, question.id);
  return {
    question: question.text,
    inputs: session.inputs,
    given: question.prompt,
    files: question.attachments,
    history: path.slice(0, -1),
  };
}

/** The turn as a judge reads it: nothing is expected of it. */
export const contentOf = ({ question, history, inputs, given }: PastTurn): CaseContent => ({
  input: question,
  conversation: [...history, ...(given ?? []).slice(0, -1).flatMap(toText)].map(
    ({ role, text }) => ({
      role,
      text,
    }),
  ),
  inputs,
  expected: {},
  tags: [],
});

function toText({ role, content }: LanguageModelV4Message) {
  if (role !== 'user' && role !== 'assistant') return [];
  const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
  return text === '' ? [] : [{ role, text }];
}

/** Characters of earlier messages that the record of a run keeps; its model reads what fits into its context. */
const maxRecorded = 300_000;

/** The newest messages of the turn, for the record of the run that answers it again. */
export const promptOf = ({ history, given, question }: PastTurn): LanguageModelV4Message[] => [
  ...newestOf(history).flatMap(({ role, text, prompt }): readonly LanguageModelV4Message[] => {
    if (prompt != null) return prompt;
    return text === '' ? [] : [{ role, content: [{ type: 'text', text }] }];
  }),
  ...(given ?? [{ role: 'user' as const, content: [{ type: 'text' as const, text: question }] }]),
];

function newestOf(history: PastTurn['history']): PastTurn['history'] {
  let chars = 0;
  const last = history.findLastIndex(({ text, prompt }) => {
    chars += text.length + (prompt == null ? 0 : JSON.stringify(prompt).length);
    return chars > maxRecorded;
  });
  return history.slice(last + 1);
}

/** The files of the turn for a run without a session, which shares their objects. */
export const requestFilesOf = (ctx: Ctx, { files, run }: PastTurn): RequestFile[] =>
  files.map(({ object_id, name, kind, media_type, byte_size, tokens }) => ({
    ...{ object_id, name, kind, media_type, byte_size, token_count: tokens },
    id: ctx.newId('att'),
    workspace_id: ctx.workspace_id,
    session_id: run.session_id ?? '',
    message_id: null,
    // Files with one object are equal.
    sha256: object_id,
    status: 'ready',
    ...{ error_code: null, error_detail: null, page_count: null, created_by: null },
    created_at: run.created_at,
    updated_at: run.created_at,
  }));
