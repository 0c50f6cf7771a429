import { DocumentFault, extractOriginal } from '../../documents/index.ts';

import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { removeObjects, storeText } from '../../runs/index.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { type AttachmentRow, selectAttachment, settleAttachment } from './store.ts';

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

/**
 * Extracts and stores the text of a document. Idempotent. Returns a fault of the document as a
 * result.
 */
export async function extractAttachment(
  ctx: Ctx,
  { object_id, media_type }: Pick<AttachmentRow, 'object_id' | 'media_type'>,
): Promise<Extracted> {
  try {
    const document = await extractOriginal(ctx, { id: object_id, media_type });
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
  // No row was updated: the attachment was deleted, so its objects are removed, or another delivery
  // settled it first, so they are live.
  if (settled.length === 0) await removeObjects(ctx, [row?.object_id ?? attachment_id]);
}

const exhausted = failed(
  'internal',
  'The file could not be processed. Delete it and upload it again.',
);

/**
 * Exhausted removals need no action: the data is hidden already, and the dead letter informs an
 * operator.
 */
const ignoreExhausted = async () => undefined;

type AttachmentJob = 'attachment.extract' | 'attachment.delete';

export const attachmentJobs: { readonly [Type in AttachmentJob]: JobHandler<Type> } = {
  'attachment.extract': {
    isLarge: true,
    run: (ctx, { attachment_id }) => settle(ctx, attachment_id),
    onExhausted: async (ctx, { attachment_id }) => {
      await settleAttachment(ctx.db, ctx.workspace_id, attachment_id, {
        ...exhausted,
        updated_at: ctx.now(),
      }).all();
    },
  },
  'attachment.delete': {
    run: (ctx, { object_ids }) => removeObjects(ctx, object_ids),
    onExhausted: ignoreExhausted,
  },
};
