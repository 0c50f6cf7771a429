import { isGuardViolation, isUniqueViolation } from '../db/errors.ts';
import { Metadata } from '../http/schema.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx, payingKey } from '../platform/context.ts';
import { fingerprintBody, Replay } from '../platform/idempotency.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import { findBase } from './bases.ts';
import { encodingOf } from './extract/encoding.ts';
import { type FilePart, readForm } from './multipart.ts';
import { originalKey } from './objects.ts';
import { type Received, receiveFile, textPart } from './receive.ts';
import { ExternalId, type FileUpload, toFile, toUploaded, type Uploaded } from './schema.ts';
import {
  deleteCleanups,
  type FileRow,
  insertCleanup,
  insertFile,
  markFileDeleted,
  selectTwins,
  updateFile,
} from './store.ts';

const maxFilesPerRequest = 20;
const maxFieldBytes = 20_000;
/** Two requests that race for one content or external id: the loser looks again. */
const commitAttempts = 10;
const longestPause = 400;

export type UploadSource = { readonly request: Request } | { readonly body: FileUpload };

interface Stored extends Received {
  readonly id: string;
}

interface Upload {
  readonly files: readonly Stored[];
  readonly external_id: string | null;
  readonly encoding: string | null;
  readonly metadata: Record<string, unknown>;
}

/**
 * Stores files and promises to read them. The same content again is the same file; the same
 * `external_id` replaces the file that has it. Either everything of a request is kept or nothing.
 */
export async function uploadFiles(
  ctx: Ctx,
  base_id: string,
  source: UploadSource,
): Promise<Uploaded> {
  await findBase(ctx, base_id);
  const stored: string[] = [];
  try {
    const receive = async (part: FilePart) => {
      const id = ctx.newId('file');
      await insertCleanup(ctx.db, ctx.workspace_id, id, ctx.now()).run();
      stored.push(id);
      return storePart(ctx, id, part);
    };
    const upload =
      'body' in source
        ? await readBody(source.body, receive)
        : await readRequest(source.request, receive);
    const known = 'body' in source ? ctx : await fingerprintBody(ctx, identityOf(upload));
    const reply = await commitUpload(known, base_id, upload);
    const kept = new Set(reply.data.map((file) => file.id));
    const unneeded = stored.filter((id) => !kept.has(id));
    if (unneeded.length > 0) ctx.defer(cleanUp(ctx, unneeded));
    return reply;
  } catch (error) {
    // Anything else may have been committed all the same: then the promised cleanup finds out.
    if (error instanceof Failure || error instanceof Replay) await cleanUp(ctx, stored);
    throw error;
  }
}

/** What makes two uploads the same request: everything but the ids. */
const identityOf = ({ files, ...rest }: Upload) => ({
  ...rest,
  files: files.map(({ id: _, ...file }) => file),
});

/** Removes objects that no row speaks of, then the promise to do so. */
async function cleanUp(ctx: Ctx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  try {
    await ctx.files.remove(ids.map((id) => originalKey(ctx.workspace_id, id)));
    await deleteCleanups(ctx.db, ctx.workspace_id, ids).run();
  } catch (error) {
    ctx.log.error('cleanup_left_to_the_sweep', { ids, error });
  }
}

type Receive = (part: FilePart) => Promise<Stored>;

async function readBody(
  { name, text, external_id, metadata = {} }: FileUpload,
  receive: Receive,
): Promise<Upload> {
  const file = await receive(textPart({ name, text }));
  return { files: [file], external_id: external_id ?? null, encoding: null, metadata };
}

async function readRequest(request: Request, receive: Receive): Promise<Upload> {
  const limits = { files: maxFilesPerRequest, fieldSize: maxFieldBytes };
  const { files, fields } = await readForm(
    request,
    ['external_id', 'encoding', 'metadata'],
    limits,
    receive,
  );
  if (files.length === 0) throw invalid('/file', 'At least one part named file is needed.');
  const external_id = fields.external_id ?? null;
  if (external_id !== null && files.length > 1)
    throw invalid('/external_id', 'An external_id goes with one file only.');
  if (external_id !== null && !isText(external_id, ExternalId))
    throw invalid('/external_id', 'Must be 1 to 255 characters of well-formed text.');
  const encoding = fields.encoding === undefined ? null : readEncoding(fields.encoding);
  return {
    files,
    external_id,
    encoding,
    metadata: fields.metadata === undefined ? {} : readMetadata(fields.metadata),
  };
}

function readEncoding(label: string): string {
  const encoding = encodingOf(label);
  if (encoding === null)
    throw invalid(
      '/encoding',
      'Unknown encoding. Use a label of the WHATWG Encoding Standard, such as windows-1250.',
    );
  return encoding;
}

const isText = (text: string, schema: { safeParse: (value: unknown) => { success: boolean } }) =>
  text.isWellFormed() && !text.includes('\0') && schema.safeParse(text).success;

function readMetadata(text: string): Record<string, unknown> {
  try {
    const result = Metadata.safeParse(JSON.parse(text));
    if (result.success && text.isWellFormed() && !/\\u0000|\0/.test(text)) return result.data;
  } catch {
    // Not JSON: the same answer as another shape.
  }
  throw invalid('/metadata', 'Must be a JSON object of at most 50 short values.');
}

const storePart = async (ctx: Ctx, id: string, part: FilePart): Promise<Stored> => ({
  id,
  ...(await receiveFile(ctx, originalKey(ctx.workspace_id, id), part)),
});

async function commitUpload(ctx: Ctx, base_id: string, upload: Upload): Promise<Uploaded> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryCommit(ctx, base_id, upload);
    } catch (error) {
      if (isGuardViolation(error, 'files.base_id')) throw notFound('knowledge base');
      const isRace =
        isUniqueViolation(error, 'files.base_id', 'files.sha256') ||
        isUniqueViolation(error, 'files.base_id', 'files.external_id');
      if (!isRace) throw error;
      if (attempt === commitAttempts)
        throw new Failure('conflict', 'The file is being replaced by others again and again.', {
          retryAfter: 1,
          cause: error,
        });
      // Those that lost together must not meet again.
      const pause = Math.random() * Math.min(longestPause, 10 * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Reads what is there, decides, and writes; the unique indexes refuse when that was not so any more. */
async function tryCommit(ctx: Ctx, base_id: string, upload: Upload): Promise<Uploaded> {
  const digests = upload.files.map((file) => file.sha256);
  const twins = await selectTwins(
    ctx.db,
    ctx.workspace_id,
    base_id,
    digests,
    upload.external_id,
  ).all();
  const plan = upload.files.reduce<Plan>(
    (sum, file) => planFile(ctx, base_id, upload, file, twins, sum),
    {
      rows: [],
      statements: [],
      jobs: [],
      audit: [],
    },
  );
  const reply = toUploaded(plan.rows.map(toFile));
  await commit(ctx, { statements: plan.statements, jobs: plan.jobs, audit: plan.audit, reply });
  return reply;
}

interface Plan {
  readonly rows: readonly FileRow[];
  readonly statements: Parameters<typeof commit>[1]['statements'];
  readonly jobs: NonNullable<Parameters<typeof commit>[1]['jobs']>;
  readonly audit: NonNullable<Parameters<typeof commit>[1]['audit']>;
}

function planFile(
  ctx: Ctx,
  base_id: string,
  upload: Upload,
  file: Stored,
  twins: readonly FileRow[],
  plan: Plan,
): Plan {
  const { external_id } = upload;
  const named =
    external_id === null ? undefined : twins.find((row) => row.external_id === external_id);
  const same = [...twins, ...plan.rows].filter((row) => row.sha256 === file.sha256);
  if (named !== undefined && named.sha256 === file.sha256)
    return merge(plan, readAgain(ctx, named, upload.encoding));
  const twin = same.find((row) => external_id === null || row.external_id === null);
  const replaced = named === undefined ? nothing : replaceFile(ctx, named);
  if (twin !== undefined)
    return merge(
      plan,
      replaced,
      external_id === null
        ? readAgain(ctx, twin, upload.encoding)
        : adopt(ctx, twin, external_id, upload.encoding),
    );
  const row = newFile(ctx, base_id, upload, file);
  return merge(plan, replaced, {
    rows: [row],
    statements: [insertFile(ctx.db, row), deleteCleanups(ctx.db, ctx.workspace_id, [row.id])],
    jobs: [{ type: 'file.ingest', file_id: row.id, api_key_id: payingKey(ctx.actor) }],
    audit: [
      {
        action: 'file.create',
        target_type: 'file',
        target_id: row.id,
        detail: { base_id, name: row.name },
      },
    ],
  });
}

const nothing: Plan = { rows: [], statements: [], jobs: [], audit: [] };

const merge = (...plans: readonly Plan[]): Plan => ({
  rows: plans.flatMap((plan) => plan.rows),
  statements: plans.flatMap((plan) => plan.statements),
  jobs: plans.flatMap((plan) => plan.jobs),
  audit: plans.flatMap((plan) => plan.audit),
});

/** The content is there already without a name of the caller's: it gets this one. */
const adopt = (ctx: Ctx, twin: FileRow, external_id: string, encoding: string | null): Plan => {
  const again = readAgain(ctx, twin, encoding);
  const row = { ...twin, ...again.rows[0], external_id, updated_at: ctx.now() };
  return merge(
    { ...again, rows: [] },
    {
      ...nothing,
      rows: [row],
      statements: [
        updateFile(ctx.db, ctx.workspace_id, twin.id, { external_id, updated_at: row.updated_at }),
      ],
      audit: [
        { action: 'file.update', target_type: 'file', target_id: twin.id, detail: { external_id } },
      ],
    },
  );
};

/** The content is there already; where the caller names another encoding than before, it is read once more. */
function readAgain(ctx: Ctx, row: FileRow, encoding: string | null): Plan {
  if (encoding === null || encoding === row.encoding) return { ...nothing, rows: [row] };
  const changes = {
    encoding,
    status: 'queued',
    progress: 0,
    error_code: null,
    error_detail: null,
    updated_at: ctx.now(),
  } as const;
  return {
    rows: [{ ...row, ...changes }],
    statements: [updateFile(ctx.db, ctx.workspace_id, row.id, changes)],
    jobs: [{ type: 'file.ingest', file_id: row.id, api_key_id: payingKey(ctx.actor) }],
    audit: [
      { action: 'file.update', target_type: 'file', target_id: row.id, detail: { encoding } },
    ],
  };
}

const replaceFile = (ctx: Ctx, old: FileRow): Plan => ({
  ...nothing,
  statements: [markFileDeleted(ctx.db, ctx.workspace_id, old.id, ctx.now())],
  jobs: [{ type: 'file.delete', file_id: old.id }],
  audit: [{ action: 'file.replace', target_type: 'file', target_id: old.id }],
});

function newFile(
  ctx: Ctx,
  base_id: string,
  { external_id, encoding, metadata }: Upload,
  file: Stored,
): FileRow {
  const now = ctx.now();
  return {
    ...file,
    workspace_id: ctx.workspace_id,
    base_id,
    external_id,
    encoding,
    metadata,
    status: 'queued',
    progress: 0,
    attempt: 0,
    error_code: null,
    error_detail: null,
    page_count: null,
    char_count: null,
    token_count: null,
    chunk_count: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
    ready_at: null,
    deleted_at: null,
  };
}
