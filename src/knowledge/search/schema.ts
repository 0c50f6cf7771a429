import { z } from '@hono/zod-openapi';
import { Groups, Id } from '../../http/schema.ts';
import { isRerankingModel, rerankingProviders } from '../../models/index.ts';
import { shownFields } from '../fields/schema.ts';
import { located } from '../pages/schema.ts';
import { SearchFilter } from './filter.ts';

export const searchModes = ['hybrid', 'vector', 'keyword'] as const;
export type SearchMode = (typeof searchModes)[number];

/** The reranker that needs no model. */
export const builtinReranker = 'builtin/lexical';

export const Reranker = z
  .string()
  .max(200)
  .refine((name) => name === builtinReranker || isRerankingModel(name), {
    error: `Must be \`${builtinReranker}\` or a reranking model of ${rerankingProviders.join(', ')}.`,
  })
  .openapi({ example: builtinReranker });

/** Options of a search and of an agent's knowledge. */
export const diversity = z
  .number()
  .min(0)
  .max(1)
  .describe(
    'Prefers hits that differ from the better ones: 0 orders by relevance alone, 1 by difference alone. Above 0, hits that repeat the text of a better one are left out',
  );
export const context_tokens = z
  .int()
  .min(0)
  .max(4000)
  .describe(
    'Extends the text of each hit by the text before and after it in the same section and page, up to this number of tokens; `start` and `end` are those of the extended text. Hits inside the text of a better one are left out. 0 returns chunks as they are',
  );

export const SearchQuery = z
  .strictObject({
    query: z.string().trim().min(1).max(4000),
    mode: z.enum(searchModes).default('hybrid'),
    top_k: z.int().min(1).max(50).default(8),
    min_score: z.number().min(0).max(1).default(0).describe('Omits hits with a lower `score`'),
    reranker: Reranker.nullable()
      .default(null)
      .describe(
        '`builtin/lexical`, or a reranking model such as `cohere/rerank-v3.5`; null for none',
      ),
    diversity: diversity.default(0),
    context_tokens: context_tokens.default(0),
    filter: SearchFilter.nullable().default(null),
    groups: Groups.nullable()
      .default(null)
      .describe(
        'Searches only what an end user with these groups may read. An end user’s own groups limit every search of theirs',
      ),
    revision: z
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe('Revision of the base that is searched; null for the latest'),
    boxes: z
      .boolean()
      .default(false)
      .describe('Adds `page_size` and `boxes` to the hits: where each stands on its page'),
  })
  .openapi('SearchQuery', { example: { query: 'How many days of leave do I have?' } as never });
export type SearchQuery = z.output<typeof SearchQuery>;

const rank = (retriever: string) =>
  z.int().nullable().describe(`Rank in the ${retriever} search, from 1; null if not found by it`);

const { author: _, ...fieldsOfHit } = shownFields;

export const SearchHit = z
  .object({
    chunk_id: Id('chk'),
    file_id: Id('file'),
    file_name: z.string(),
    base_id: Id('kb'),
    text: z.string(),
    page: z.int().nullable(),
    start: z.int().describe('Offset in the extracted text, in UTF-16 code units'),
    end: z.int(),
    heading: z.string().nullable(),
    ...fieldsOfHit,
    revision: z
      .int()
      .describe(
        'Revision of the base at which the hit was found. Reads of the file with `?revision=` return its text and pages as they were then',
      ),
    page_size: located.page_size.optional(),
    boxes: located.boxes.optional(),
    score: z
      .number()
      .min(0)
      .max(1)
      .describe(
        'Relevance of the hit. Vector mode: its cosine similarity. Other modes: the larger of similarity and of the probability that it answers the query, relative to a perfect match, which has all words of the query in a sentence or two; lowered by rank, and averaged with `rerank_score` if there is one. Never lower than the score of a later hit',
      ),
    keyword_rank: rank('keyword'),
    keyword_score: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe(
        'How close the words of the hit come to a perfect match; null if the keyword search did not find it',
      ),
    vector_rank: rank('vector'),
    vector_score: z.number().nullable().describe('Cosine similarity'),
    fused_score: z
      .number()
      .min(0)
      .max(1)
      .describe(
        'Reciprocal rank fusion of both searches: 1 for the first hit of each. Hits of a search without a semantic embedding model are then ordered by their words',
      ),
    rerank_score: z.number().nullable(),
  })
  .openapi('SearchHit');
export type SearchHit = z.output<typeof SearchHit>;

export const SearchResult = z
  .object({
    hits: z.array(SearchHit),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .describe('Estimated probability that the best hits answer the query; 0 without hits'),
    coverage: z
      .enum(['full', 'partial', 'none'])
      .describe(
        'Confidence from 0.6, from 0.33, and below. `none`: the documents do not seem to hold the answer. A query without a subject is at most `partial`, with a confidence of at most 0.2',
      ),
  })
  .openapi('SearchResult');
export type SearchResult = z.output<typeof SearchResult>;
