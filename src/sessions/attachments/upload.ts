import { batch } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import {
  type FilePart,
  type Received,
  readForm,
  receiveFile,
  textPart,
} from '../../knowledge/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { fingerprintBody, Replay } from '../../platform/idempotency.ts';
import {
  deleteAttachmentCleanups,
  insertAttachmentCleanup,
  removeObjects,
} from '../../runs/index.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { authorizeSession } from '../authorize-session.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';
import { extractAttachment, originalKey } from './extract.ts';
import { attachmentKind, attachmentType, isQuick } from './media.ts';
import {
  type AttachmentUpload,
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

/** Of one session. */
export const maxSessionAttachments = 100;
/** Two uploads that race for one content: the loser looks again. */
const commitAttempts = 5;

export type AttachmentSource = { readonly request: Request } | { readonly body: AttachmentUpload };

interface Stored extends Received {
  readonly id: string;
}

/**
 * Stores files for the next message of a session and takes their text, at once where that is quick.
 * The same content again is the same attachment. Either everything of a request is kept or nothing.
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
        ...(await receiveFile(ctx, originalKey(ctx.workspace_id, id), part, attachmentType)),
      };
    };
    const files =
      'body' in source
        ? [await receive(textPart(source.body))]
        : await readFiles(source.request, receive);
    const known =
      'body' in source
        ? ctx
        : await fingerprintBody(ctx, { files: files.map(({ id: _, ...file }) => file) });
    const reply = await commitUpload(known, session.id, files);
    const kept = new Set(reply.data.map(({ id }) => id));
    const unneeded = stored.filter((id) => !kept.has(id));
    if (unneeded.length > 0) ctx.defer(cleanUp(ctx, unneeded));
    return reply;
  } catch (error) {
    // Anything else may have been committed all the same: then the promised cleanup finds out.
    if (error instanceof Failure || error instanceof Replay) await cleanUp(ctx, stored);
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
  if (files.length === 0) throw invalid('/file', 'At least one part named file is needed.');
  return files;
}

/** Removes objects that no row speaks of, then the promise to do so. */
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

/** Reads what is there, takes the text of what is new, and writes; the unique index refuses what came meanwhile. */
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
  const kind = attachmentKind(file.media_type);
  const isInline = kind === 'image' || isQuick(file.media_type, file.byte_size);
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
