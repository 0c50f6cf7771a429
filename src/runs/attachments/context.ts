import type { LanguageModelV4FilePart } from '@ai-sdk/provider';
import type { AttachedFile } from '../../db/schema/runs.ts';
import { originalKey } from '../../documents/index.ts';
import { capabilitiesOf, contextWindowOf } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { readText } from './objects.ts';
import { pickPassages } from './passages.ts';

/** The part of an attachment that goes into a prompt. */
export interface Included {
  readonly file: AttachedFile;
  /** True for the whole attachment, false for passages that were chosen for the question. */
  readonly isWhole: boolean;
  readonly passages: readonly { readonly page: number | null; readonly text: string }[];
  readonly image: LanguageModelV4FilePart | null;
}

/** The use of an attachment in a run. */
interface AttachmentUse {
  readonly id: string;
  readonly included: 'whole' | 'passages' | 'image' | 'none';
  /** Estimated. */
  readonly tokens: number;
  /** The reason why it was not sent. */
  readonly reason: 'budget' | 'too_many_images' | 'images_unsupported' | 'gone' | null;
}

export interface AttachmentContext {
  readonly included: readonly Included[];
  readonly uses: readonly AttachmentUse[];
  readonly tokens: number;
}

export const noAttachments: AttachmentContext = { included: [], uses: [], tokens: 0 };

/** Maximum tokens of documents in a prompt; a quarter of it where the context window is not known. */
const maxTokens = 32_000;
/** Minimum tokens of a document; one that would get less is left out. */
const minTokens = 200;
/** Maximum bytes of all images before base64; the lowest limit of a provider's request is 20 MB (Google, "Image understanding"). */
const maxImageBytes = 12_000_000;
const maxImages = 10;
/** Estimated tokens of an image: the maximum of most providers (Anthropic, "Vision"). */
const imageTokens = 1600;
/** Returns the tokens available for documents: at most half of the model's context window. */
async function documentBudget(model: string): Promise<number> {
  const window = await contextWindowOf(model);
  return window === null ? maxTokens / 4 : Math.min(maxTokens, Math.floor(window / 2));
}

interface GatherInput {
  /** The files of the message that is answered, in their order. */
  readonly files: readonly AttachedFile[];
  readonly model: string;
  readonly question: string;
}

type Plan = AttachmentUse & { readonly file: AttachedFile };

/**
 * Reads the attachments for a prompt. Files of the newest message come first, in their order. A document is included
 * whole when it fits into the remaining budget, or else with its best passages for the question, up to half of it.
 * Images are included up to a number and size.
 */
export async function gatherAttachments(
  ctx: Ctx,
  { files, model, question }: GatherInput,
): Promise<AttachmentContext> {
  if (files.length === 0) return noAttachments;
  const gathered: (readonly [Included | null, AttachmentUse])[] = [];
  // Sequentially, so that a large text can be released before the next is read.
  for (const plan of await planOf(newestFirst(files), model))
    gathered.push(await gather(ctx, plan, question));
  const uses = gathered.map(([, use]) => use);
  return {
    included: gathered.flatMap(([included]) => included ?? []),
    uses,
    tokens: uses.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

/** Orders files by message, newest first; files of one message keep their order. */
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

async function planOf(files: readonly AttachedFile[], model: string): Promise<Plan[]> {
  let tokens = await documentBudget(model);
  let bytes = maxImageBytes;
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
    if (!isWhole && taken < minTokens) return leftOut(file, 'budget');
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

/** Returns true if the prompt has an image: then fallback models must support images, too. */
export const hasImages = ({ included }: AttachmentContext): boolean =>
  included.some(({ image }) => image !== null);
