import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { estimateTokens } from '../shared/tokens.ts';
import { type Attribution, unknownTokens } from '../usage/index.ts';
import { CallMeter } from './meter.ts';
import { request } from './request.ts';

export interface RerankCall extends Attribution {
  /** `provider/model`, such as `workers-ai/@cf/baai/bge-reranker-base`. */
  readonly model: string;
  readonly query: string;
  readonly documents: readonly string[];
  readonly operation: 'rerank';
  readonly call_key: string;
}

export interface RerankedDocument {
  /** Index of the document in `documents`. */
  readonly index: number;
  /** Score on the model's own scale. Comparable only within one call. */
  readonly score: number;
}

/** Calls a reranking model and meters the call. Returns the documents, best first. Throws the failure of the provider. */
export async function rerank(
  ctx: Ctx,
  call: RerankCall,
): Promise<{ ranking: RerankedDocument[]; usage: Statement[] }> {
  const meter = new CallMeter(ctx, call);
  try {
    const ranking = await request(
      ctx,
      meter,
      call.model,
      'reranking',
      () => tokensOf(call),
      async ({ provider, settings }, signal) => {
        const model = await (provider.reranking as NonNullable<typeof provider.reranking>)(
          settings,
        );
        const { ranking: ranked } = await model.doRerank({
          query: call.query,
          documents: { type: 'text', values: [...call.documents] },
          abortSignal: signal,
        });
        return {
          value: ranked.map(({ index, relevanceScore }) => ({ index, score: relevanceScore })),
          tokens: unknownTokens,
          estimate: () => tokensOf(call),
        };
      },
    );
    return { ranking, usage: meter.close() };
  } catch (error) {
    meter.closeLater();
    throw error;
  }
}

/** Estimates the input tokens: the query is read once per document. */
const tokensOf = ({ query, documents }: RerankCall): number =>
  documents.reduce(
    (sum, document) => sum + estimateTokens(document),
    documents.length * estimateTokens(query),
  );
