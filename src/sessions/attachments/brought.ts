import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { parseConfig } from '../../agents/index.ts';
import { batch, type Statement } from '../../db/client.ts';
import type { uploads } from '../../db/schema/openai.ts';
import type { AttachedFile } from '../../db/schema/runs.ts';
import { type FilePart, receiveFile } from '../../knowledge/index.ts';
import { capabilitiesOf } from '../../llm/index.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import {
  deleteAttachmentCleanups,
  insertAttachmentCleanup,
  mapReferences,
  referenceTo,
  selectVersionOfAgent,
} from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import type { SessionRow } from '../store/sessions.ts';
import type { TurnInput } from '../turn/turn-input.ts';
import { extractAttachment, originalKey } from './extract.ts';
import { attachmentKind, attachmentType } from './media.ts';
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
 * Stores a file that came with a request and reads it. Until a message has it, the outbox promises to remove it.
 * Throws `validation_failed`, 413 and 415, also for a document that cannot be read.
 */
export async function bringFile(ctx: Ctx, part: FilePart): Promise<AttachmentRow> {
  const id = ctx.newId('att');
  await insertAttachmentCleanup(ctx.db, ctx.workspace_id, id, ctx.now()).run();
  const file = await receiveFile(ctx, originalKey(ctx.workspace_id, id), part, attachmentType);
  const kind = attachmentKind(file.media_type);
  const read = { id, object_id: id, kind, ...file, page_count: null, token_count: null };
  if (kind === 'image') return toRow(ctx, read);
  const { status, error_detail, page_count, token_count } = await extractAttachment(ctx, read);
  if (status === 'failed')
    throw new Failure('unsupported_media_type', `${file.name} could not be read: ${error_detail}`);
  return toRow(ctx, { ...read, page_count, token_count });
}

/** An upload as a file of a message: it shares the object. */
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

/** Files of a session, by their objects, as files of another message: they share the objects. */
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

/** What a message takes of the files that came with it. */
export interface Brought {
  readonly files: (message_id: string) => AttachedFile[];
  /** For the batch that stores the message, before the message and after its session. */
  readonly statements: (message_id: string) => Statement[];
  /** What became of each that was brought, by its object: the same content may be in the session already. */
  readonly taken: ReadonlyMap<string, AttachmentRow>;
}

export const noFiles: Brought = { files: () => [], statements: () => [], taken: new Map() };

/** Throws `validation_failed` for images that the model is known not to take, `conflict` where the session has too many files. */
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
  const model =
    draft?.config.model ??
    (versions[0] === undefined ? null : parseConfig(versions[0].config).model);
  if (
    model !== null &&
    capabilitiesOf(model).images === false &&
    brought.some(({ kind }) => kind === 'image')
  )
    throw invalid('/model', `The model ${model} does not take images.`);
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
  const own = [...added.values()];
  return {
    taken,
    files: (message_id) =>
      [...new Set(taken.values())].map((row) => toAttachedFile(row, message_id)),
    statements: (message_id) => [
      ...own.map((row) => insertAttachment(ctx.db, { ...row, message_id })),
      deleteAttachmentCleanups(
        ctx.db,
        ctx.workspace_id,
        own.filter(({ id, object_id }) => id === object_id).map(({ id }) => id),
      ),
    ],
  };
}

/** A prompt that refers to what was taken in place of what was brought. */
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
