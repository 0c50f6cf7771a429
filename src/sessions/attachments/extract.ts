import {
  DocumentFault,
  type ExtractedDocument,
  extractOriginal,
  originalKey,
  streamOf,
} from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { JobMessage } from '../../platform/job.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import {
  type AttachmentRow,
  selectAttachment,
  selectLiveObjects,
  settleAttachment,
} from './store.ts';

/**
 * Key of the extracted text with its pages as JSON: too long for a D1 row (2 MB), and read only
 * when needed.
 */
export const textKey = (workspace_id: string, object_id: string): string =>
  `${workspace_id}/${object_id}/text`;

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

const storeText = (ctx: Ctx, object_id: string, document: ExtractedDocument) =>
  ctx.files.put(textKey(ctx.workspace_id, object_id), streamOf(JSON.stringify(document)), {
    media_type: 'application/json',
    limit: Number.POSITIVE_INFINITY,
  });

/** Returns the extracted text; null when it has been deleted. */
export async function readText(ctx: Ctx, object_id: string): Promise<ExtractedDocument | null> {
  const object = await ctx.files.get(textKey(ctx.workspace_id, object_id));
  return object === null ? null : new Response(object.body).json<ExtractedDocument>();
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

/** Removes objects that no attachment or upload references. */
export async function removeObjects(ctx: Ctx, object_ids: readonly string[]): Promise<void> {
  const live = new Set(
    (await selectLiveObjects(ctx.db, object_ids).all()).map(({ object_id }) => object_id),
  );
  const dead = object_ids.filter((id) => !live.has(id));
  await ctx.files.remove(
    dead.flatMap((id) => [originalKey(ctx.workspace_id, id), textKey(ctx.workspace_id, id)]),
  );
}

/** Sends the job inserted by `eraseAttachments`, if any, without waiting for the sweep. */
export function sendErasure(ctx: Ctx, rows: unknown): void {
  const jobs = (rows as { id: string; workspace_id: string; job: string }[]).map((row) =>
    JobMessage.parse({ ...row, job: JSON.parse(row.job) }),
  );
  if (jobs.length > 0) ctx.defer(ctx.jobs.send(jobs));
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
    run: (ctx, { attachment_id }) => settle(ctx, attachment_id),
    giveUp: async (ctx, { attachment_id }) => {
      await settleAttachment(ctx.db, ctx.workspace_id, attachment_id, {
        ...exhausted,
        updated_at: ctx.now(),
      }).all();
    },
  },
  'attachment.delete': {
    run: (ctx, { object_ids }) => removeObjects(ctx, object_ids),
    giveUp: ignoreExhausted,
  },
};
