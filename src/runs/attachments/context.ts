import type { LanguageModelV4FilePart } from '@ai-sdk/provider';
import type { AttachedFile } from '../../db/schema/runs.ts';
import { originalKey } from '../../knowledge/index.ts';
import { capabilitiesOf, contextWindowOf } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { readText } from './objects.ts';
import { pickPassages } from './passages.ts';

/** What one attachment gives to a prompt. */
export interface Included {
  readonly file: AttachedFile;
  /** All of it, or parts that were chosen for the question. */
  readonly isWhole: boolean;
  readonly passages: readonly { readonly page: number | null; readonly text: string }[];
  readonly image: LanguageModelV4FilePart | null;
}

/** What a run tells of an attachment. */
interface AttachmentUse {
  readonly id: string;
  readonly included: 'whole' | 'passages' | 'image' | 'none';
  /** Estimated. */
  readonly tokens: number;
  /** Why nothing of it was sent. */
  readonly reason: 'budget' | 'too_many_images' | 'images_unsupported' | 'gone' | null;
}

export interface AttachmentContext {
  readonly included: readonly Included[];
  readonly uses: readonly AttachmentUse[];
  readonly tokens: number;
}

export const noAttachments: AttachmentContext = { included: [], uses: [], tokens: 0 };

/** Most tokens of documents in a prompt; where the context of the model is not known, a quarter of that. */
const mostTokens = 32_000;
/** A document that would get less than this is left out. */
const leastTokens = 200;
/** Together, before base64; the least that a provider takes in a request is 20 MB (Google, "Image understanding"). */
const mostImageBytes = 12_000_000;
const mostImages = 10;
/** What an image costs at most with most providers (Anthropic, "Vision"); an estimate, for the account. */
const imageTokens = 1600;
/** Tokens that documents may take: half of the model's context at most. */
function documentBudget(model: string): number {
  const window = contextWindowOf(model);
  return window === null ? mostTokens / 4 : Math.min(mostTokens, Math.floor(window / 2));
}

interface Asked {
  /** Of the message that is answered, in their order. */
  readonly files: readonly AttachedFile[];
  readonly model: string;
  readonly question: string;
}

type Plan = AttachmentUse & { readonly file: AttachedFile };

/**
 * What of the attachments goes into a prompt. Files of the newest message come first, each in the
 * order it was sent. A document takes what it needs: whole where it fits into what is left, else its
 * best passages for the question, up to half of what is left. Images are sent while they are few.
 */
export async function gatherAttachments(
  ctx: Ctx,
  { files, model, question }: Asked,
): Promise<AttachmentContext> {
  if (files.length === 0) return noAttachments;
  const gathered: (readonly [Included | null, AttachmentUse])[] = [];
  // One after the other: a large text is let go before the next is read.
  for (const plan of planOf(newestFirst(files), model))
    gathered.push(await gather(ctx, plan, question));
  const uses = gathered.map(([, use]) => use);
  return {
    included: gathered.flatMap(([included]) => included ?? []),
    uses,
    tokens: uses.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

/** Messages from the newest; within one, the order of its files. */
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
  let bytes = mostImageBytes;
  let images = mostImages;
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
    if (!isWhole && taken < leastTokens) return leftOut(file, 'budget');
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

/** Whether any of it is an image: then the models that stand in must take images, too. */
export const hasImages = ({ included }: AttachmentContext): boolean =>
  included.some(({ image }) => image !== null);
