import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { batch, type Statement } from '../../db/client.ts';
import type { AttachedFile } from '../../db/schema/runs.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  deleteAttachmentCleanups,
  mapReferences,
  referenceTo,
  selectVersionOfCaller,
} from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import type { SessionRow } from '../store/sessions.ts';
import type { TurnInput } from '../turn/turn-input.ts';
import { requireImageSupport } from './image-support.ts';
import { toAttachedFile } from './send.ts';
import {
  type AttachmentRow,
  countAttachments,
  insertAttachment,
  selectSameAttachments,
} from './store.ts';
import { maxSessionAttachments } from './upload.ts';

/** Files that a message adopts from its request. */
export interface AdoptedFiles {
  readonly files: (message_id: string) => AttachedFile[];
  /**
   * Statements for the batch that stores the message: after those of its session, before the
   * message.
   */
  readonly statements: (message_id: string) => Statement[];
  /** Adopted attachment per object: an existing one of the session if it has the same content. */
  readonly adopted: ReadonlyMap<string, AttachmentRow>;
}

export const noAdoptedFiles: AdoptedFiles = {
  files: () => [],
  statements: () => [],
  adopted: new Map(),
};

/**
 * Adopts the files of a request into a session. Throws `validation_failed` for images if the model
 * does not support them, `conflict` when the session has too many files.
 */
export async function adoptFiles(
  ctx: Ctx,
  session: SessionRow,
  { request_files = [], version, create, draft }: TurnInput,
): Promise<AdoptedFiles> {
  if (request_files.length === 0) return noAdoptedFiles;
  const digests = request_files.map(({ sha256 }) => sha256);
  const [same, [counted], versions] = await batch(ctx.db, [
    selectSameAttachments(ctx.db, ctx.workspace_id, session.id, digests),
    countAttachments(ctx.db, ctx.workspace_id, session.id),
    selectVersionOfCaller(ctx.db, ctx.workspace_id, {
      ...session,
      version: version ?? (create ?? session).version,
    }),
  ]);
  requireImageSupport('/model', request_files, draft, versions[0]);
  const unread = same.find(({ status }) => status !== 'ready');
  if (unread !== undefined)
    throw new Failure('conflict', `${unread.name} is still being processed. Retry.`, {
      retryAfter: 1,
    });
  const existing = new Map(same.map((row) => [row.sha256, row]));
  const added = new Map<string, AttachmentRow>();
  for (const row of request_files)
    if (!existing.has(row.sha256) && !added.has(row.sha256))
      added.set(row.sha256, { ...row, session_id: session.id });
  if ((counted?.count ?? 0) + added.size > maxSessionAttachments)
    throw new Failure(
      'conflict',
      `A session may have at most ${maxSessionAttachments} attachments.`,
    );
  const adopted = new Map(
    request_files.map((row) => [
      row.object_id,
      existing.get(row.sha256) ?? added.get(row.sha256) ?? row,
    ]),
  );
  return {
    adopted,
    files: (message_id) =>
      [...new Set(adopted.values())].map((row) => toAttachedFile(row, message_id)),
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
export const withAdopted = (
  prompt: readonly LanguageModelV4Message[] | undefined,
  { adopted }: AdoptedFiles,
) =>
  prompt?.map((message) =>
    mapReferences(message, (object_id, part) => {
      const row = adopted.get(object_id);
      return [row === undefined ? part : referenceTo(row)];
    }),
  );
