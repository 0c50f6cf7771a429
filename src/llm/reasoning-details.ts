import type { MetadataExtractor } from '@ai-sdk/openai-compatible';
import { ofMessage } from './content.ts';

interface Detail {
  readonly type?: unknown;
  readonly index?: unknown;
  readonly id?: unknown;
  readonly [field: string]: unknown;
}

/** Fields that are streamed in pieces. */
const streamed = ['text', 'summary', 'data', 'signature'];

/**
 * Keeps the `reasoning_details` of an answer, signed or encrypted. The model requires them back,
 * unchanged and in order, with the results of its tool calls
 * (https://openrouter.ai/docs/use-cases/reasoning-tokens).
 */
export const reasoningDetails: MetadataExtractor = {
  extractMetadata: async ({ parsedBody }) => toMetadata(detailsIn(parsedBody, 'message')),
  createStreamExtractor: () => {
    const details: Detail[] = [];
    return {
      processChunk(chunk) {
        for (const detail of detailsIn(chunk, 'delta')) addDetail(details, detail);
      },
      buildMetadata: () => toMetadata(details),
    };
  },
};

const toMetadata = (details: readonly Detail[]) =>
  details.length === 0 ? undefined : { [ofMessage]: { reasoning_details: details as never } };

function detailsIn(data: unknown, field: 'delta' | 'message'): readonly Detail[] {
  const choice = (
    data as
      | { choices?: readonly Record<string, { reasoning_details?: unknown } | undefined>[] }
      | undefined
  )?.choices?.[0];
  const details = choice?.[field]?.reasoning_details;
  return Array.isArray(details)
    ? details.filter((detail) => typeof detail === 'object' && detail !== null)
    : [];
}

/** Appends a piece to the detail before it when type, id and index match; otherwise adds a detail. */
function addDetail(details: Detail[], detail: Detail): void {
  const last = details.at(-1);
  const isPiece =
    last !== undefined &&
    last.type === detail.type &&
    detail.index !== undefined &&
    last.index === detail.index &&
    (detail.id == null || last.id == null || last.id === detail.id);
  if (!isPiece) {
    details.push(detail);
    return;
  }
  const joined: Record<string, unknown> = { ...last };
  for (const [name, value] of Object.entries(detail)) {
    const before = last[name];
    if (streamed.includes(name) && typeof before === 'string' && typeof value === 'string')
      joined[name] = before + value;
    else if (value !== null && value !== undefined) joined[name] = value;
  }
  details[details.length - 1] = joined;
}
