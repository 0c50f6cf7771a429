import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { type SpanRow, selectSpans } from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { readTurn, type Turn } from '../read-turn.ts';
import type { CaseContent, ExpectedCitation, ExpectedToolCall } from './case.ts';
import {
  type Case,
  CaseInput,
  type ExpectationOverrides,
  maxCaseChars,
  toContent,
} from './case-schema.ts';
import { newRows } from './cases.ts';
import { changeDataset, findDataset } from './change.ts';
import { checkFiles, storedDigests, withDigests } from './check-cases.ts';
import { type CaseOfTurn, toCase } from './schema.ts';
import { insertCases } from './store.ts';

/** Characters that the conversation of a case may have. */
const maxConversationChars = maxCaseChars / 2;
const maxTurns = 200;
const maxItems = 50;

/** Adds the turn of an answer to a dataset. Throws `not_found`, `validation_failed`, and `conflict` for a case that is there. */
export async function createCaseOfMessage(
  ctx: Ctx,
  message_id: string,
  input: CaseOfTurn,
): Promise<Case> {
  const turn = await readTurn(ctx, message_id);
  if (turn.answer === null || turn.message_id !== message_id)
    throw new Failure('conflict', 'Name the answer of the turn; this is a message of the user.');
  return addTurn(ctx, turn, input);
}

/** Where a case of a turn comes from besides the turn. */
interface Origin {
  /** Expectations that precede those of the turn. */
  readonly expected: ExpectationOverrides;
  readonly review_item_id: string;
  /** Changes that are made together with the case. */
  readonly statements: (case_id: string) => readonly Statement[];
}

/** Adds a turn to a dataset. Throws what `createCaseOfMessage` throws. */
export async function addTurn(
  ctx: Ctx,
  turn: Turn,
  input: CaseOfTurn,
  origin: Origin | null = null,
): Promise<Case> {
  const { run } = turn;
  const dataset = await findDataset(ctx, input.dataset);
  if (dataset.agent_id !== null && dataset.agent_id !== run.agent_id)
    throw new Failure('conflict', 'The dataset holds turns of another agent.');
  if (turn.question.trim() === '')
    throw new Failure('conflict', 'The question of this turn has no text, or is erased.');
  const kept = input.conversation ? keptOf(turn.conversation) : [];
  const expected = { ...(await expectationOf(ctx, turn)), ...origin?.expected, ...input.expected };
  const content = contentOf(turn, input, kept, expected);
  const [given] = await withDigests([content]);
  if (given === undefined) throw new Error('a case has one digest');
  // Files that the turn cites may be deleted by now.
  if (input.expected.citations != null) await checkFiles(ctx, content);
  const from = {
    source: {
      agent_id: run.agent_id,
      version_id: run.version_id,
      session_id: turn.session_id,
      run_id: run.id,
      message_id: turn.message_id,
      omitted_messages: input.conversation ? turn.conversation.length - kept.length : 0,
      review_item_id: origin?.review_item_id ?? null,
    },
    source_run_id: run.id,
    source_session_id: turn.session_id,
    source_run_ids: [...new Set([run.id, ...kept.map(({ run_id }) => run_id)])],
  };
  return changeDataset(ctx, dataset.id, async (row, revision) => {
    const known = (await storedDigests(ctx, row.id, [given])).get(given.digest);
    if (known !== undefined)
      throw new Failure('conflict', `The dataset has this case already: ${known}.`);
    const rows = newRows(ctx, row, revision, [given], from);
    const [added] = rows;
    if (added === undefined) throw new Error('a turn is one case');
    return {
      action: 'cases_added' as const,
      added: 1,
      case_id: added.id,
      statements: [...insertCases(ctx.db, rows), ...(origin?.statements(added.id) ?? [])],
      audit: 'dataset_case.create',
      reply: toCase(added, false),
    };
  });
}

/** The newest messages for which a case has room. */
function keptOf(conversation: Turn['conversation']): Turn['conversation'] {
  let chars = 0;
  const from = conversation.findLastIndex(({ text }, index) => {
    chars += text.length;
    return chars > maxConversationChars || conversation.length - index > maxTurns;
  });
  return conversation.slice(from + 1);
}

function contentOf(
  { question, inputs }: Turn,
  { tags }: CaseOfTurn,
  kept: Turn['conversation'],
  expected: ExpectationOverrides,
): CaseContent {
  const parsed = CaseInput.safeParse({
    input: question,
    conversation: kept.map(({ role, text }) => ({ role, text })),
    inputs,
    expected: Object.fromEntries(
      Object.entries(expected).filter(([, value]) => value !== null && value !== undefined),
    ),
    tags,
  });
  if (parsed.success) return toContent(parsed.data);
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw invalid(
    '',
    `The turn does not fit into a case${place === '' ? '' : ` (\`${place}\`)`}: ${issue?.message}`,
  );
}

/** What the turn gave: answer, cited passages and calls of tools. */
async function expectationOf(ctx: Ctx, turn: Turn): Promise<ExpectationOverrides> {
  const spans = await selectSpans(ctx.db, ctx.workspace_id, turn.run.id).all();
  return {
    ...(turn.answer === null || turn.answer.trim() === '' ? {} : { answer: turn.answer }),
    citations: citationsOf(turn.citations).slice(0, maxItems),
    tool_calls: spans.flatMap(toolCallOf).slice(0, maxItems),
  };
}

/** Cited passages of files; a case does not expect web pages. */
function citationsOf(citations: Turn['citations']): ExpectedCitation[] {
  const passages = citations.flatMap(({ file_id, page, quote }): ExpectedCitation[] => {
    if (typeof file_id !== 'string') return [];
    return [
      {
        file_id,
        ...(typeof page === 'number' ? { page } : {}),
        ...(typeof quote === 'string' && quote.trim() !== '' && quote.length <= 8000
          ? { text: quote }
          : {}),
      },
    ];
  });
  return [...new Map(passages.map((one) => [JSON.stringify(one), one])).values()];
}

/** A call of a tool of the agent itself. The trace may lack the arguments, or have them cut. */
function toolCallOf({ type, parent_id, name, input }: SpanRow): ExpectedToolCall[] {
  if (type !== 'tool' || parent_id !== null) return [];
  const isWhole =
    typeof input === 'object' && input !== null && !Array.isArray(input) && !('cut' in input);
  const json = isWhole ? JSON.stringify(input) : '';
  return [
    isWhole && json.length <= 16_000
      ? { name, arguments: input as Record<string, unknown> }
      : { name },
  ];
}
