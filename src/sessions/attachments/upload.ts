import { batch } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import {
  type FilePart,
  formatOf,
  isExtractedInline,
  type ReceivedFile,
  readForm,
  receiveFile,
  textPart,
} from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { fingerprintBody, IdempotentReplay } from '../../platform/idempotency.ts';
import {
  deleteAttachmentCleanups,
  insertAttachmentCleanup,
  removeObjects,
} from '../../runs/index.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { authorizeSession } from '../authorize-session.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';
import { extractAttachment } from './extract.ts';
import {
  type AttachmentUpload,
  attachmentKinds,
  maxAttachments,
  toAttachment,
  toUploadedAttachments,
  type UploadedAttachments,
} from './schema.ts';
import {
  type AttachmentRow,
  countAttachments,
  insertAttachment,
  selectSameAttachments,
} from './store.ts';

/** Maximum number of attachments of a session. */
export const maxSessionAttachments = 100;
/** Attempts of uploads that race for one content. */
const commitAttempts = 5;

export type AttachmentSource = { readonly request: Request } | { readonly body: AttachmentUpload };

interface Stored extends ReceivedFile {
  readonly id: string;
}

/**
 * Stores files for the next messages of a session. Extracts small documents at once, others by a
 * job. Content that exists already returns the existing attachment. A request stores all of its
 * files or none.
 */
export async function uploadAttachments(
  ctx: Ctx,
  session_id: string,
  source: AttachmentSource,
): Promise<UploadedAttachments> {
  const session = await findOpenSession(ctx, session_id);
  const stored: string[] = [];
  try {
    const receive = async (part: FilePart): Promise<Stored> => {
      const id = ctx.newId('att');
      await insertAttachmentCleanup(ctx.db, ctx.workspace_id, id, ctx.now()).run();
      stored.push(id);
      return {
        id,
        ...(await receiveFile(ctx, id, part, attachmentKinds)),
      };
    };
    const files =
      'body' in source
        ? [await receive(textPart(source.body))]
        : await readFiles(source.request, receive);
    const existing =
      'body' in source
        ? ctx
        : await fingerprintBody(ctx, { files: files.map(({ id: _, ...file }) => file) });
    const reply = await commitUpload(existing, session.id, files);
    const kept = new Set(reply.data.map(({ id }) => id));
    const unneeded = stored.filter((id) => !kept.has(id));
    if (unneeded.length > 0) ctx.defer(cleanUp(ctx, unneeded));
    return reply;
  } catch (error) {
    // After any other error the batch may have been committed: the scheduled cleanup decides.
    if (error instanceof Failure || error instanceof IdempotentReplay) await cleanUp(ctx, stored);
    throw error;
  }
}

async function findOpenSession(ctx: Ctx, id: string): Promise<SessionRow> {
  const [sessions, counts] = await batch(ctx.db, [
    selectSession(ctx.db, ctx.workspace_id, id),
    countAttachments(ctx.db, ctx.workspace_id, id),
  ]);
  const session = authorizeSession(ctx, sessions);
  if (session.archived_at !== null) throw new Failure('session_closed', 'The session is archived.');
  if (session.expires_at !== null && session.expires_at <= ctx.now())
    throw new Failure('session_closed', 'The session has expired.');
  if ((counts[0]?.count ?? 0) >= maxSessionAttachments) {
    throw new Failure(
      'conflict',
      `A session may have at most ${maxSessionAttachments} attachments.`,
    );
  }
  return session;
}

async function readFiles(
  request: Request,
  receive: (part: FilePart) => Promise<Stored>,
): Promise<readonly Stored[]> {
  const { files } = await readForm(request, [], { files: maxAttachments, fieldSize: 1 }, receive);
  if (files.length === 0) throw invalid('/file', 'At least one part named `file` is required.');
  return files;
}

/** Removes objects without a row, then their scheduled cleanup. */
async function cleanUp(ctx: Ctx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  try {
    await removeObjects(ctx, ids);
    await deleteAttachmentCleanups(ctx.db, ctx.workspace_id, ids).run();
  } catch (error) {
    ctx.log.error('cleanup_left_to_the_sweep', { ids, error });
  }
}

async function commitUpload(
  ctx: Ctx,
  session_id: string,
  files: readonly Stored[],
): Promise<UploadedAttachments> {
  const rows = new Map<string, AttachmentRow>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryCommit(ctx, session_id, files, rows);
    } catch (error) {
      if (isGuardViolation(error, 'attachments.session_id')) throw notFound('session');
      if (
        !isUniqueViolation(error, 'attachments.session_id', 'attachments.sha256') ||
        attempt === commitAttempts
      )
        throw error;
    }
  }
}

/**
 * Reads existing attachments, extracts new ones and writes; a unique index refuses an outdated
 * plan.
 */
async function tryCommit(
  ctx: Ctx,
  session_id: string,
  files: readonly Stored[],
  made: Map<string, AttachmentRow>,
): Promise<UploadedAttachments> {
  const digests = files.map(({ sha256 }) => sha256);
  const there = await selectSameAttachments(ctx.db, ctx.workspace_id, session_id, digests).all();
  const rows = new Map(there.map((row) => [row.sha256, row]));
  const added: AttachmentRow[] = [];
  for (const file of files) {
    if (rows.has(file.sha256)) continue;
    const row = made.get(file.id) ?? (await newAttachment(ctx, session_id, file));
    made.set(file.id, row);
    rows.set(file.sha256, row);
    added.push(row);
  }
  const reply = toUploadedAttachments(
    files.flatMap(({ sha256 }) => rows.get(sha256) ?? []).map(toAttachment),
  );
  await commit(ctx, {
    statements: [
      ...added.map((row) => insertAttachment(ctx.db, row)),
      deleteAttachmentCleanups(
        ctx.db,
        ctx.workspace_id,
        added.map(({ id }) => id),
      ),
    ],
    jobs: added
      .filter(({ status }) => status === 'processing')
      .map(({ id }) => ({ type: 'attachment.extract', attachment_id: id })),
    audit: added.map(({ id }) => ({
      action: 'attachment.create',
      target_type: 'attachment',
      target_id: id,
      detail: { session_id },
    })),
    reply,
  });
  return reply;
}

async function newAttachment(ctx: Ctx, session_id: string, file: Stored): Promise<AttachmentRow> {
  const now = ctx.now();
  const { kind } = formatOf(file.media_type);
  const isInline = kind === 'image' || isExtractedInline(file.media_type, file.byte_size);
  const row: AttachmentRow = {
    ...file,
    workspace_id: ctx.workspace_id,
    session_id,
    message_id: null,
    object_id: file.id,
    kind,
    status: isInline ? 'ready' : 'processing',
    error_code: null,
    error_detail: null,
    page_count: null,
    token_count: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  return kind === 'document' && isInline ? { ...row, ...(await extractAttachment(ctx, row)) } : row;
}
