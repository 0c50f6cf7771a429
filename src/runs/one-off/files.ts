import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { parseConfig } from '../../agents/index.ts';
import type { Statement } from '../../db/client.ts';
import type { AttachedFile } from '../../db/schema/runs.ts';
import { capabilitiesOf } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { deleteAttachmentCleanups } from '../attachments/objects.ts';
import { mapReferences, referenceTo } from '../attachments/references.ts';
import { insertRunFiles } from '../store/contents.ts';
import { selectVersionOfCaller } from '../store/versions.ts';
import type { OneOffInput, RequestFile } from './one-off-input.ts';

/** Maximum number of files of a one-off run. */
const maxFiles = 100;

/** The files of a one-off run; equal files are kept once. */
export interface RunFiles {
  readonly files: readonly AttachedFile[];
  /** The prompt, with references to the adopted files. */
  readonly prompt: readonly LanguageModelV4Message[] | null;
  /** Statements that store the files, after the run. */
  readonly statements: readonly Statement[];
}

/**
 * Adopts the files of a request. Throws `validation_failed` for images that the model does not
 * support, and `conflict` for too many files.
 */
export async function adoptRunFiles(
  ctx: Ctx,
  input: OneOffInput,
  question_id: string,
): Promise<RunFiles> {
  const { request_files = [], prompt = null, run_id } = input;
  if (request_files.length === 0) return { files: [], prompt, statements: [] };
  await checkImages(ctx, input, request_files);
  const byContent = new Map<string, RequestFile>();
  for (const file of request_files)
    if (!byContent.has(file.sha256)) byContent.set(file.sha256, file);
  if (byContent.size > maxFiles)
    throw new Failure('conflict', `A run may have at most ${maxFiles} files.`);
  const adopted = [...byContent.values()];
  const byObject = new Map(
    request_files.map((file) => [file.object_id, byContent.get(file.sha256)]),
  );
  const replaced = prompt?.map((message) =>
    mapReferences(message, (object_id, part) => {
      const file = byObject.get(object_id);
      return [file === undefined ? part : referenceTo(file)];
    }),
  );
  const rows = adopted.map(({ id, object_id, byte_size }) => ({
    ...{ id, run_id, object_id, byte_size },
    workspace_id: ctx.workspace_id,
  }));
  const own = adopted.filter(({ id, object_id }) => id === object_id).map(({ id }) => id);
  return {
    files: adopted.map((file) => toAttachedFile(file, question_id)),
    prompt: replaced ?? null,
    statements: [
      ...insertRunFiles(ctx.db, rows),
      deleteAttachmentCleanups(ctx.db, ctx.workspace_id, own),
    ],
  };
}

async function checkImages(
  ctx: Ctx,
  { agent_id, version, subject = null, draft }: OneOffInput,
  request_files: readonly RequestFile[],
): Promise<void> {
  const caller = { agent_id, version, subject, created_at: ctx.now() };
  const row = await selectVersionOfCaller(ctx.db, ctx.workspace_id, caller).get();
  const config = draft?.config ?? (row === undefined ? null : parseConfig(row.config));
  const isRefused = config !== null && capabilitiesOf(config.model).images === false;
  if (isRefused && request_files.some(({ kind }) => kind === 'image'))
    throw invalid('/model', `Model ${config.model} does not support images.`);
}

const toAttachedFile = (file: RequestFile, message_id: string): AttachedFile => ({
  id: file.id,
  message_id,
  object_id: file.object_id,
  name: file.name,
  kind: file.kind,
  media_type: file.media_type,
  byte_size: file.byte_size,
  tokens: file.token_count,
});
