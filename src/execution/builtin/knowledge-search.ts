import { searchKnowledge } from '../../knowledge/index.ts';
import type { Tool } from '../tool.ts';

/** Searches what the version searches, as it searches it. What is found can be cited. */
export const knowledgeSearch: Tool = {
  name: 'knowledge_search',
  description:
    "Searches the agent's documents and returns the passages that fit best. Use it before answering anything that the documents may tell; search again in other words when nothing fits.",
  input_schema: {
    type: 'object',
    properties: {
      query: {
        type: 'string',
        minLength: 1,
        maxLength: 2000,
        description: 'A question or key words',
      },
      top_k: { type: 'integer', minimum: 1, maximum: 20, description: 'How many passages at most' },
    },
    required: ['query'],
    additionalProperties: false,
  },
  effect: 'read',
  async run(ctx, { input, config, attribution }) {
    const { query, top_k } = input as { query: string; top_k?: number };
    const { base_ids, mode, min_score, reranker, top_k: usual } = config.knowledge;
    if (base_ids.length === 0) return { ok: false, error: 'This agent has no documents.' };
    // Named anew each time: a model may give two calls one id, and each has been paid for.
    const call_key = `${attribution.run_id ?? ctx.request_id}:${ctx.newId('use')}`;
    const search = { base_ids, query, mode, min_score, reranker, top_k: top_k ?? usual };
    const { hits, confidence, coverage, usage } = await searchKnowledge(ctx, search, {
      ...attribution,
      call_key,
    });
    const sources = coverage === 'none' ? [] : hits;
    if (sources.length === 0)
      return {
        ok: true,
        output: { passages: [], coverage, note: 'The documents say nothing about this.' },
        usage,
      };
    const passages = sources.map(({ file_name, page, heading, text }) => ({
      file_name,
      page,
      heading,
      text,
    }));
    return { ok: true, output: { passages, confidence, coverage }, sources, usage };
  },
};
