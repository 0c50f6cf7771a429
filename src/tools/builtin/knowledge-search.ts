import { z } from '@hono/zod-openapi';
import { defineBuiltIn } from './define.ts';

/**
 * Searches the knowledge bases of the agent with the settings of its version. The passages found
 * can be cited.
 */
export const knowledgeSearch = defineBuiltIn({
  name: 'knowledge_search',
  description:
    "Searches the agent's documents and returns the best matching passages. Use it before answering anything that the documents may cover; search again with other words when no passage matches.",
  input: z.strictObject({
    query: z.string().min(1).max(2000).describe('A question or keywords'),
    top_k: z.int().min(1).max(20).describe('Maximum number of passages').optional(),
  }),
  effect: 'read',
  revision: 1,
  async run(_ctx, input, { services }) {
    const answer = await services.searchKnowledge(input);
    if (answer === null) return { ok: false, error: 'This agent has no documents.' };
    const { hits: sources, confidence, coverage, usage } = answer;
    if (sources.length === 0)
      return {
        ok: true,
        output: { passages: [], coverage, note: 'No passage matches the query.' },
        usage,
        is_trusted: true,
      };
    const passages = sources.map(({ file_name, page, heading, text }) => ({
      file_name,
      page,
      heading,
      text,
    }));
    return { ok: true, output: { passages, confidence, coverage }, sources, usage };
  },
});
