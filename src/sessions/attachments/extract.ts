import {
  DocumentFault,
  extractDocument,
  kindOfMediaType,
  originalKey,
} from '../../knowledge/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { removeObjects, storeText } from '../../runs/index.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { type AttachmentRow, selectAttachment, settleAttachment } from './store.ts';

export { originalKey };

type Extracted = Pick<
  AttachmentRow,
  'status' | 'error_code' | 'error_detail' | 'page_count' | 'token_count'
>;

const failed = (code: string, detail: string): Extracted => ({
  status: 'failed',
  error_code: code,
  error_detail: detail,
  page_count: null,
  token_count: null,
});

/** Takes the text of a stored document and stores it; the same bytes always give the same text. A fault of the document is an answer. */
export async function extractAttachment(
  ctx: Ctx,
  { object_id, media_type }: Pick<AttachmentRow, 'object_id' | 'media_type'>,
): Promise<Extracted> {
  try {
    const object = await ctx.files.get(originalKey(ctx.workspace_id, object_id));
    if (object === null)
      throw new DocumentFault('gone', 'The original file is not there any more. Upload it again.');
    const bytes = new Uint8Array(await new Response(object.body).arrayBuffer());
    const document = await extractDocument(kindOfMediaType(media_type), bytes, ctx);
    await storeText(ctx, object_id, document);
    const page_count = document.pages?.length ?? null;
    return {
      status: 'ready',
      error_code: null,
      error_detail: null,
      page_count,
      token_count: estimateTokens(document.text),
    };
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    ctx.log.info('attachment_failed', {
      attachment_id: object_id,
      code: error.code,
      cause: error.cause,
    });
    return failed(error.code, error.message);
  }
}

async function settle(ctx: Ctx, attachment_id: string): Promise<void> {
  const row = await selectAttachment(ctx.db, ctx.workspace_id, attachment_id).get();
  if (row !== undefined && row.status !== 'processing') return;
  const changes =
    row === undefined ? null : { ...(await extractAttachment(ctx, row)), updated_at: ctx.now() };
  const settled =
    changes === null
      ? []
      : await settleAttachment(ctx.db, ctx.workspace_id, attachment_id, changes).all();
  // Deleted meanwhile, perhaps before the text was there to be removed; or another delivery was first, and then it lives.
  if (settled.length === 0) await removeObjects(ctx, [row?.object_id ?? attachment_id]);
}

const gaveUp = failed('internal', 'The file could not be processed. Delete it and send it again.');

/** Nobody waits for a removal: what is removed is out of sight already, and the dead letter tells an operator. */
const noted = async () => undefined;

type AttachmentJob = 'attachment.extract' | 'attachment.delete';

export const attachmentJobs: { readonly [Type in AttachmentJob]: JobHandler<Type> } = {
  'attachment.extract': {
    run: (ctx, { attachment_id }) => settle(ctx, attachment_id),
    onExhausted: async (ctx, { attachment_id }) => {
      await settleAttachment(ctx.db, ctx.workspace_id, attachment_id, {
        ...gaveUp,
        updated_at: ctx.now(),
      }).all();
    },
  },
  'attachment.delete': {
    run: (ctx, { object_ids }) => removeObjects(ctx, object_ids),
    onExhausted: noted,
  },
};
