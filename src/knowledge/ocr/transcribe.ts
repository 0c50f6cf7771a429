import { batch } from '../../db/client.ts';
import {
  cleanText,
  DocumentFault,
  type ExtractedDocument,
  type Scan,
} from '../../documents/index.ts';
import { transcribePage } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Failure } from '../../shared/failure.ts';
import { type FileRow, originalIdOf } from '../file-store.ts';
import { insertTranscripts } from './insert-transcripts.ts';
import { readTranscript, storeTranscript, transcriptKey } from './transcript-cache.ts';

/** Scanned pages of one file. */
const maxPages = 1000;
/** Bytes of the pictures of one page, of which providers refuse more. */
const maxPageBytes = 20 * 1024 * 1024;
/** Pages transcribed at a time. */
const concurrency = 4;
/** Pages transcribed in one run of the job, which has 15 minutes; another continues. */
const pagesPerRun = 64;

/** More pages are to be transcribed than in one run; what was transcribed is stored. */
export class UnfinishedTranscriptError extends Error {
  override readonly name = 'UnfinishedTranscriptError';
}

interface Transcription {
  readonly model: string;
  readonly agent_id: string | null;
  /** Stores the share of pages that are done, from 0 to 1. Throws when the attempt has been superseded. */
  readonly progress: (share: number) => Promise<void>;
}

/**
 * Transcribes the scanned pages of a document and inserts their text. A page is paid for once: its
 * transcript is stored with the original. Throws `DocumentFault` when a page cannot be transcribed,
 * and `UnfinishedTranscriptError`.
 */
export async function transcribeScans(
  ctx: Ctx,
  file: FileRow,
  document: ExtractedDocument,
  { model, agent_id, progress }: Transcription,
): Promise<ExtractedDocument> {
  const { scans = [] } = document;
  if (scans.length === 0) return insertTranscripts(document, new Map());
  check(scans);
  const transcripts = new Map<number, string>();
  let paid = 0;
  for (let start = 0; start < scans.length; start += concurrency) {
    if (paid >= pagesPerRun) throw new UnfinishedTranscriptError();
    const results = await Promise.allSettled(
      scans.slice(start, start + concurrency).map(async (scan) => {
        const key = await transcriptKey(ctx, originalIdOf(file), model, scan);
        const stored = await readTranscript(ctx, key);
        if (stored === null) paid += 1;
        const call_key = `${file.id}:${file.attempt}:ocr:${scan.page}`;
        const text = stored ?? (await readPage(ctx, key, { model, agent_id, call_key }, scan));
        transcripts.set(scan.page, text);
      }),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    await progress(Math.min(1, (start + concurrency) / scans.length));
  }
  const whole = insertTranscripts(document, transcripts);
  if (!/\S/.test(whole.text))
    throw new DocumentFault('empty_document', 'The pictures of the document show no text.');
  return whole;
}

function check(scans: readonly Scan[]): void {
  if (scans.length > maxPages)
    throw new DocumentFault(
      'too_many_pages',
      `The document has ${scans.length} scanned pages. At most ${maxPages} are transcribed.`,
    );
  const large = scans.find(
    ({ images }) => images.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) > maxPageBytes,
  );
  if (large !== undefined)
    throw new DocumentFault(
      'too_large',
      `The pictures of page ${large.page} have more than 20 MB. Reduce their resolution.`,
    );
}

async function readPage(
  ctx: Ctx,
  key: string,
  call: { readonly model: string; readonly agent_id: string | null; readonly call_key: string },
  { page, images }: Scan,
): Promise<string> {
  const { text, failure, usage } = await transcribePage(ctx, { ...call, images });
  const [first, ...rest] = usage;
  if (first !== undefined) await batch(ctx.db, [first, ...rest]);
  if (failure !== null) throw faultOf(failure, page);
  const clean = cleanText(text);
  await storeTranscript(ctx, key, clean);
  return clean;
}

const passing: ReadonlySet<string> = new Set([
  ...['rate_limited', 'provider_timeout', 'unavailable', 'workspace_suspended'],
]);

/** Failures that pass by themselves are thrown as they are, so that the job is retried. */
function faultOf(failure: Failure, page: number): Error {
  const { code, message } = failure;
  if (passing.has(code)) return failure;
  return new DocumentFault(
    code === 'budget_exceeded' ? code : 'ocr_failed',
    `Page ${page} could not be transcribed: ${message} Process the file again to continue; pages that were transcribed are not paid for again.`,
    failure,
  );
}
