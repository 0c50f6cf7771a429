import { type ExtractedDocument, extractOriginal } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { type FileRow, originalIdOf } from '../file-store.ts';
import { transcribeScans } from '../ocr/transcribe.ts';
import { updateFileOf } from './attempt.ts';
import type { BaseOfFile } from './embed-chunks.ts';

/** Extracts the text of a file, and transcribes its scanned pages if the base has a model for them. */
export async function readDocument(
  ctx: Ctx,
  file: FileRow,
  { ocr_model: model, agent_id }: BaseOfFile,
): Promise<ExtractedDocument> {
  const options = { layout: true, scans: model !== null };
  const document = await extractOriginal(ctx, { ...file, id: originalIdOf(file) }, options);
  if (model === null) return document;
  const progress = (share: number) => updateFileOf(ctx, file, { progress: share });
  return transcribeScans(ctx, file, document, { model, agent_id, progress });
}
