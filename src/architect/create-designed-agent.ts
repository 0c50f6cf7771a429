import { type Agent, CreateAgent, createAgent } from '../agents/index.ts';
import { isGuardViolation } from '../db/errors.ts';
import type { Draft, TestQuestion } from '../db/schema/architect.ts';
import { planGoldenQuestions } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { readCatalog } from './catalog.ts';
import { withSession } from './claim.ts';
import { checkDraft } from './draft.ts';
import type { CreateDesignedAgent } from './schema.ts';
import { keptFor } from './sessions.ts';
import { type SessionRow, updateSession } from './store.ts';
import { basesOf } from './turn.ts';

/**
 * Creates the agent of a draft as a whole: configuration, knowledge bases, tools, starter questions, and its test questions as golden
 * questions; those whose file is not known are in the metadata of the version. Throws `conflict` for a session whose agent exists, and for
 * a draft without instructions.
 */
export const createDesignedAgent = (
  ctx: Ctx,
  id: string,
  given: CreateDesignedAgent,
): Promise<Agent> =>
  withSession(ctx, id, async (session) => {
    const { draft } = await checkDraft(ctx, session.draft, await readCatalog(ctx));
    if (draft.config.instructions === undefined || draft.config.instructions === '')
      throw new Failure(
        'conflict',
        'The draft has no instructions yet. Describe the purpose first.',
      );
    try {
      return await create(ctx, session, draft, given, await planQuestions(ctx, session, draft));
    } catch (error) {
      // A base is full, or was changed in the meantime: the questions are kept with the agent.
      if (!guarded.some((column) => isGuardViolation(error, column))) throw error;
      return create(ctx, session, draft, given, { kept: new Set(), statements: () => [] });
    }
  });

const guarded = [
  'golden_questions.base_id',
  'golden_questions.expected',
  'golden_questions.question',
];

type Golden = Awaited<ReturnType<typeof planGoldenQuestions>>;

const planQuestions = (ctx: Ctx, session: SessionRow, draft: Draft): Promise<Golden> =>
  planGoldenQuestions(
    ctx,
    basesWithDocuments(session),
    draft.test_questions.flatMap((one) => {
      const file_ids = filesOf(one, session);
      return file_ids === null ? [] : [{ question: one.question, file_ids }];
    }),
  );

function create(
  ctx: Ctx,
  session: SessionRow,
  { name, description, config, test_questions }: Draft,
  given: CreateDesignedAgent,
  golden: Golden,
): Promise<Agent> {
  const left = test_questions.filter(({ question }) => !golden.kept.has(question));
  const input = CreateAgent.parse({
    name: given.name ?? name,
    description,
    ...(given.slug === undefined ? {} : { slug: given.slug }),
    config: { ...config, metadata: { ...(config.metadata as object), ...asMetadata(left) } },
  });
  const now = ctx.now();
  return createAgent(ctx, input, {
    keepsOwnBase: true,
    statementsFor: (agent) => [
      updateSession(ctx.db, session, {
        agent_id: agent.id,
        updated_at: now,
        expires_at: now + keptFor,
      }),
      ...golden.statements(),
    ],
    audit: { architect_session: session.id },
  });
}

/** The base of the session comes first, since questions without files are kept there. */
const basesWithDocuments = ({ base_id, draft }: SessionRow): string[] => [
  ...new Set([...(base_id === null ? [] : [base_id]), ...basesOf(draft)]),
];

/**
 * Returns the files that answer a question: the known one, or those that the draft has cited; none for a question to
 * decline, and null if they are not known.
 */
function filesOf(
  { question, expects, file_id }: TestQuestion,
  { previews }: SessionRow,
): string[] | null {
  if (expects === 'decline') return [];
  if (file_id !== undefined) return [file_id];
  const cited =
    previews.find((one) => one.question === question && one.passed)?.cited_file_ids ?? [];
  return cited.length > 0 ? cited.slice(0, 20) : null;
}

const asMetadata = (questions: readonly TestQuestion[]) =>
  Object.fromEntries(
    questions.map(({ question, expects }, index) => [
      `test_question_${index + 1}`,
      expects === 'decline' ? `[decline] ${question}` : question,
    ]),
  );
