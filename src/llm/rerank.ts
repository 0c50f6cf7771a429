import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { estimateTokens } from '../shared/tokens.ts';
import { type Attribution, unknownTokens } from '../usage/index.ts';
import { CallMeter } from './meter.ts';
import { toCount } from './read-usage.ts';
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
        const { ranking: ranked, response } = await model.doRerank({
          query: call.query,
          documents: { type: 'text', values: [...call.documents] },
          abortSignal: signal,
        });
        return {
          value: ranked.map(({ index, relevanceScore }) => ({ index, score: relevanceScore })),
          tokens: { ...unknownTokens, ...reportedTokens(response?.body) },
          estimate: () => tokensOf(call),
        };
      },
    );
    checkRanking(call, ranking);
    return { ranking: ranking.sort((a, b) => b.score - a.score), usage: meter.close() };
  } catch (error) {
    meter.closeLater();
    throw error;
  }
}

/** The tokens that Voyage AI, Jina and vLLM report; Cohere counts searches. */
function reportedTokens(body: unknown) {
  const usage = (body as { usage?: { total_tokens?: unknown } | null } | undefined)?.usage;
  const input_tokens = toCount(usage?.total_tokens) || null;
  return input_tokens === null ? {} : { input_tokens, output_tokens: 0 };
}

/** Throws `provider_error` for a ranking of other documents. A server may leave out documents, which then have no score. */
function checkRanking({ model, documents }: RerankCall, ranking: readonly RerankedDocument[]) {
  const places = new Set(ranking.map(({ index }) => index));
  const isKnown = ranking.every(({ index }) => documents[index] !== undefined);
  if (!isKnown || places.size !== ranking.length || places.size === 0)
    throw new Failure('provider_error', `${model} returned a ranking of other documents.`);
}

/** Estimates the input tokens: the query is read once per document. */
const tokensOf = ({ query, documents }: RerankCall): number =>
  documents.reduce(
    (sum, document) => sum + estimateTokens(document),
    documents.length * estimateTokens(query),
  );
