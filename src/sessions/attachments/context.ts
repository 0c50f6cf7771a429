import type { LanguageModelV4FilePart } from '@ai-sdk/provider';
import type { AttachedFile } from '../../db/schema/sessions.ts';
import { originalKey } from '../../documents/index.ts';
import { capabilitiesOf, contextWindowOf } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { readText } from './extract.ts';
import { pickPassages } from './passages.ts';

/** Content of one attachment in a prompt. */
export interface Included {
  readonly file: AttachedFile;
  /** True for the whole file, false for passages selected for the question. */
  readonly isWhole: boolean;
  readonly passages: readonly { readonly page: number | null; readonly text: string }[];
  readonly image: LanguageModelV4FilePart | null;
}

/** Use of an attachment, as a run reports it. */
export interface AttachmentUse {
  readonly id: string;
  readonly included: 'whole' | 'passages' | 'image' | 'none';
  /** Estimated tokens. */
  readonly tokens: number;
  /** Reason why nothing was sent; null if something was. */
  readonly reason: 'budget' | 'too_many_images' | 'images_unsupported' | 'gone' | null;
}

export interface AttachmentContext {
  readonly included: readonly Included[];
  readonly uses: readonly AttachmentUse[];
  readonly tokens: number;
}

export const noAttachments: AttachmentContext = { included: [], uses: [], tokens: 0 };

/**
 * Maximum tokens of documents in a prompt; a quarter of that if the model's context window is
 * unknown.
 */
const maxDocumentTokens = 32_000;
/** A document with a smaller share of tokens is omitted. */
const minDocumentTokens = 200;
/**
 * Maximum bytes of all images before base64. The smallest request limit of a provider is 20 MB
 * (Google, "Image understanding").
 */
const maxTotalImageBytes = 12_000_000;
const maxImages = 10;
/** Estimated tokens of an image: the maximum with most providers (Anthropic, "Vision"). */
const imageTokens = 1600;
/** Returns the token budget of documents: at most half of the model's context window. */
export function documentBudget(model: string): number {
  const window = contextWindowOf(model);
  return window === null
    ? maxDocumentTokens / 4
    : Math.min(maxDocumentTokens, Math.floor(window / 2));
}

interface Asked {
  /** Files of the message to answer, in their order. */
  readonly files: readonly AttachedFile[];
  readonly model: string;
  readonly question: string;
}

type Plan = AttachmentUse & { readonly file: AttachedFile };

/**
 * Selects the content of attachments for a prompt. Files of the newest message come first, each in
 * the order sent. A document is included whole if it fits into the remaining budget, else its best
 * passages for the question, up to half of what remains. Images are included up to their limits.
 */
export async function gatherAttachments(
  ctx: Ctx,
  { files, model, question }: Asked,
): Promise<AttachmentContext> {
  if (files.length === 0) return noAttachments;
  const gathered: (readonly [Included | null, AttachmentUse])[] = [];
  // Sequentially, so that only one large text is in memory.
  for (const plan of planOf(newestFirst(files), model))
    gathered.push(await gather(ctx, plan, question));
  const uses = gathered.map(([, use]) => use);
  return {
    included: gathered.flatMap(([included]) => included ?? []),
    uses,
    tokens: uses.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

/** Orders files by message, newest first, then as sent. */
function newestFirst(files: readonly AttachedFile[]): AttachedFile[] {
  const messages = [...new Set(files.map(({ message_id }) => message_id))].reverse();
  return messages.flatMap((id) => files.filter(({ message_id }) => message_id === id));
}

const leftOut = (file: AttachedFile, reason: AttachmentUse['reason']): Plan => ({
  file,
  id: file.id,
  included: 'none',
  tokens: 0,
  reason,
});

function planOf(files: readonly AttachedFile[], model: string): Plan[] {
  let tokens = documentBudget(model);
  let bytes = maxTotalImageBytes;
  let images = maxImages;
  return files.map((file) => {
    if (file.kind === 'image') {
      if (capabilitiesOf(model).images === false) return leftOut(file, 'images_unsupported');
      if (images === 0 || file.byte_size > bytes) return leftOut(file, 'too_many_images');
      images -= 1;
      bytes -= file.byte_size;
      return { file, id: file.id, included: 'image', tokens: imageTokens, reason: null };
    }
    const needed = file.tokens ?? 0;
    const isWhole = needed <= tokens;
    const taken = isWhole ? needed : Math.floor(tokens / 2);
    if (!isWhole && taken < minDocumentTokens) return leftOut(file, 'budget');
    tokens -= taken;
    return {
      file,
      id: file.id,
      included: isWhole ? 'whole' : 'passages',
      tokens: taken,
      reason: null,
    };
  });
}

async function gather(
  ctx: Ctx,
  { file, ...use }: Plan,
  question: string,
): Promise<[Included | null, AttachmentUse]> {
  if (use.included === 'none') return [null, use];
  const gone: [null, AttachmentUse] = [
    null,
    { ...use, included: 'none', tokens: 0, reason: 'gone' },
  ];
  if (use.included === 'image') {
    const object = await ctx.files.get(originalKey(ctx.workspace_id, file.object_id));
    if (object === null) return gone;
    const data = new Uint8Array(await new Response(object.body).arrayBuffer());
    return [
      {
        file,
        isWhole: true,
        passages: [],
        image: { type: 'file', mediaType: file.media_type, data: { type: 'data', data } },
      },
      use,
    ];
  }
  const document = await readText(ctx, file.object_id);
  if (document === null) return gone;
  if (use.included === 'whole')
    return [
      { file, isWhole: true, passages: [{ page: null, text: document.text }], image: null },
      use,
    ];
  const passages = pickPassages(document, question, use.tokens);
  const tokens = passages.reduce((sum, passage) => sum + passage.tokens, 0);
  return [
    { file, isWhole: false, passages, image: null },
    { ...use, tokens },
  ];
}

/** True when the prompt contains images: fallback models must then support them. */
export const hasImages = ({ included }: AttachmentContext): boolean =>
  included.some(({ image }) => image !== null);
