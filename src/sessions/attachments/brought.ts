import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { batch, type Statement } from '../../db/client.ts';
import type { uploads } from '../../db/schema/openai.ts';
import type { AttachedFile } from '../../db/schema/runs.ts';
import { type FilePart, formatOf, receiveFile } from '../../documents/index.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import {
  deleteAttachmentCleanups,
  insertAttachmentCleanup,
  mapReferences,
  referenceTo,
  selectVersionOfAgent,
} from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import type { SessionRow } from '../store/sessions.ts';
import type { TurnInput } from '../turn/turn-input.ts';
import { extractAttachment } from './extract.ts';
import { requireImageSupport } from './image-support.ts';
import { attachmentKinds } from './schema.ts';
import { toAttachedFile } from './send.ts';
import {
  type AttachmentRow,
  countAttachments,
  insertAttachment,
  selectAttachmentsByObjects,
  selectSameAttachments,
} from './store.ts';
import { maxSessionAttachments } from './upload.ts';

type Read = Pick<
  AttachmentRow,
  | 'id'
  | 'object_id'
  | 'name'
  | 'kind'
  | 'media_type'
  | 'byte_size'
  | 'sha256'
  | 'page_count'
  | 'token_count'
>;

/**
 * Stores a file of a request and extracts its text. A scheduled cleanup deletes it unless a message
 * adopts it. Throws `validation_failed`, 413 and 415, also for a document that cannot be read.
 */
export async function bringFile(ctx: Ctx, part: FilePart): Promise<AttachmentRow> {
  const id = ctx.newId('att');
  await insertAttachmentCleanup(ctx.db, ctx.workspace_id, id, ctx.now()).run();
  const file = await receiveFile(ctx, id, part, attachmentKinds);
  const kind = formatOf(file.media_type).kind;
  const read = { id, object_id: id, kind, ...file, page_count: null, token_count: null };
  if (kind === 'image') return toRow(ctx, read);
  const { status, error_detail, page_count, token_count } = await extractAttachment(ctx, read);
  if (status === 'failed')
    throw new Failure('unsupported_media_type', `${file.name} could not be read: ${error_detail}`);
  return toRow(ctx, { ...read, page_count, token_count });
}

/** Returns an upload as an attachment that shares its object. */
export const bringUpload = (ctx: Ctx, upload: typeof uploads.$inferSelect): AttachmentRow => {
  const {
    id: object_id,
    name,
    kind,
    media_type,
    byte_size,
    sha256,
    page_count,
    token_count,
  } = upload;
  return toRow(ctx, {
    id: ctx.newId('att'),
    object_id,
    name,
    kind,
    media_type,
    byte_size,
    sha256,
    page_count,
    token_count,
  });
};

/**
 * Returns files of a session, by their objects, as attachments of another message that share the
 * objects.
 */
export async function bringAttached(
  ctx: Ctx,
  session_id: string,
  object_ids: readonly string[],
): Promise<AttachmentRow[]> {
  if (object_ids.length === 0) return [];
  const rows = await selectAttachmentsByObjects(
    ctx.db,
    ctx.workspace_id,
    session_id,
    object_ids,
  ).all();
  return rows.map(
    ({ object_id, name, kind, media_type, byte_size, sha256, page_count, token_count }) =>
      toRow(ctx, {
        id: ctx.newId('att'),
        object_id,
        name,
        kind,
        media_type,
        byte_size,
        sha256,
        page_count,
        token_count,
      }),
  );
}

const toRow = (ctx: Ctx, read: Read): AttachmentRow => ({
  ...read,
  workspace_id: ctx.workspace_id,
  session_id: '',
  message_id: null,
  status: 'ready',
  error_code: null,
  error_detail: null,
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
  updated_at: ctx.now(),
});

/** Files that a message adopts from its request. */
export interface Brought {
  readonly files: (message_id: string) => AttachedFile[];
  /**
   * Statements for the batch that stores the message: after those of its session, before the
   * message.
   */
  readonly statements: (message_id: string) => Statement[];
  /** Adopted attachment per object: an existing one of the session if it has the same content. */
  readonly taken: ReadonlyMap<string, AttachmentRow>;
}

export const noFiles: Brought = { files: () => [], statements: () => [], taken: new Map() };

/**
 * Adopts the files of a request into a session. Throws `validation_failed` for images if the model
 * does not support them, `conflict` when the session has too many files.
 */
export async function takeBrought(
  ctx: Ctx,
  session: SessionRow,
  { brought = [], version, create, draft }: TurnInput,
): Promise<Brought> {
  if (brought.length === 0) return noFiles;
  const digests = brought.map(({ sha256 }) => sha256);
  const [same, [counted], versions] = await batch(ctx.db, [
    selectSameAttachments(ctx.db, ctx.workspace_id, session.id, digests),
    countAttachments(ctx.db, ctx.workspace_id, session.id),
    selectVersionOfAgent(
      ctx.db,
      ctx.workspace_id,
      session.agent_id,
      version ?? (create ?? session).version,
    ),
  ]);
  requireImageSupport('/model', brought, draft, versions[0]);
  const unread = same.find(({ status }) => status !== 'ready');
  if (unread !== undefined)
    throw new Failure('conflict', `${unread.name} is still being processed. Retry.`, {
      retryAfter: 1,
    });
  const known = new Map(same.map((row) => [row.sha256, row]));
  const added = new Map<string, AttachmentRow>();
  for (const row of brought)
    if (!known.has(row.sha256) && !added.has(row.sha256))
      added.set(row.sha256, { ...row, session_id: session.id });
  if ((counted?.count ?? 0) + added.size > maxSessionAttachments)
    throw new Failure(
      'conflict',
      `A session may have at most ${maxSessionAttachments} attachments.`,
    );
  const taken = new Map(
    brought.map((row) => [row.object_id, known.get(row.sha256) ?? added.get(row.sha256) ?? row]),
  );
  return {
    taken,
    files: (message_id) =>
      [...new Set(taken.values())].map((row) => toAttachedFile(row, message_id)),
    statements: (message_id) => insertAdopted(ctx, [...added.values()], message_id),
  };
}

/** Inserts the attachments of a message. Cancels the cleanup of objects that are not shared. */
const insertAdopted = (
  ctx: Ctx,
  rows: readonly AttachmentRow[],
  message_id: string,
): Statement[] => [
  ...rows.map((row) => insertAttachment(ctx.db, { ...row, message_id })),
  deleteAttachmentCleanups(
    ctx.db,
    ctx.workspace_id,
    rows.filter(({ id, object_id }) => id === object_id).map(({ id }) => id),
  ),
];

/** Returns the prompt with references to the adopted attachments. */
export const withTaken = (
  prompt: readonly LanguageModelV4Message[] | undefined,
  { taken }: Brought,
) =>
  prompt?.map((message) =>
    mapReferences(message, (object_id, part) => {
      const row = taken.get(object_id);
      return [row === undefined ? part : referenceTo(row)];
    }),
  );
