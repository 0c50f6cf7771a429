import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { briefs } from './briefs.ts';
import { newDesign, withModel, writes } from './support.ts';

interface Preview {
  readonly passed: boolean;
  readonly question: string;
  readonly answer: string;
}

const failed = ({ previews }: { previews: readonly Preview[] }) =>
  previews.filter(({ passed }) => !passed).map(({ question, answer }) => [question, answer]);

const ask = async (workspace: Workspace, agent: string, message: string) =>
  (await workspace.post(`/agents/${agent}/runs`, { message })).body;

describe('the built-in architect', () => {
  it.each(briefs)(
    'makes an agent that answers its own test questions: $language',
    async (brief) => {
      const workspace = await newWorkspace();
      const design = await newDesign(workspace);
      const session = await design.sayAll(brief.purpose, 'skip', brief.knowledge, 'done');
      expect([session.by, session.open, session.findings]).toEqual(['builtin', [], []]);
      const { draft } = session;
      expect(draft.config.instructions).toMatch(brief.domain);
      expect(draft.config.instructions).toContain(brief.purpose.slice(0, 12));
      const expected = draft.test_questions.map(({ expects }: { expects: string }) => expects);
      expect([expected.length > 2, expected.at(-1)]).toEqual([true, 'decline']);
      const tested = (await design.test()).body;
      expect(failed(tested)).toEqual([]);
      expect(tested.previews[0]).toMatchObject({ cost_usd: 0, error: null });

      const { status, body: agent } = await workspace.post(`${design.path}/create-agent`, {});
      expect([status, agent.config.starter_questions.length > 1]).toEqual([201, true]);
      expect(agent.config.knowledge.base_ids).toEqual([agent.base_id, session.base_id]);
      const golden = await workspace.get(`/knowledge-bases/${session.base_id}/golden-questions`);
      expect(golden.body.data).toHaveLength(draft.test_questions.length);
      expect((await ask(workspace, agent.id, brief.question)).text).toContain(brief.answer);
    },
  );
});

describe('an architect with a model', () => {
  it.each(briefs)(
    'makes an agent that answers its own test questions: $language',
    async (brief) => {
      const written = {
        reply: 'Here is a draft.',
        suggestions: ['Create it'],
        name: brief.purpose.slice(0, 40),
        description: brief.purpose,
        instructions: `You help people. ${brief.purpose} If you do not know the answer, say so. Answer only from the documents.`,
        scope: 'only',
        no_answer: 'I do not know that.',
        starter_questions: [brief.question],
        test_questions: [
          { question: brief.question, expects: 'answer' },
          { question: 'xyzzy plugh qwertz?', expects: 'decline' },
        ],
        open: ['tone'],
        keep_message_as_document: true,
      };
      const answered = {
        text: [`It says: ${brief.answer} [1].`],
        usage: { input_tokens: 10, output_tokens: 5 },
      };
      const { workspace } = await withModel({ rounds: [writes(written), answered], repeat: true });
      const design = await newDesign(workspace);
      const session = await design.sayAll(`${brief.purpose}\n\n${brief.knowledge}`);
      expect(session).toMatchObject({
        by: 'openai-compatible/scripted',
        open: [{ topic: 'tone' }],
      });
      expect(session.base_id).toMatch(/^kb_/);
      const tested = (await design.test()).body;
      expect(failed(tested)).toEqual([]);
      expect(tested.previews[0].cost_usd).toBeGreaterThan(0);
      const { body: agent } = await workspace.post(`${design.path}/create-agent`, {});
      const { text } = await ask(workspace, agent.id, brief.question);
      expect(text).toContain(brief.answer);
    },
  );
});
