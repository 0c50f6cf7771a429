import { z } from '@hono/zod-openapi';
import { batchStatuses, batchTypes, entryStates } from '../../db/schema/batches.ts';
import { FileName } from '../../documents/index.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { fieldInputs, type GivenFields, presentFields, splitFields } from '../fields/schema.ts';
import { ExternalId, FileGroups, FileMetadata } from '../file-schema.ts';
import { sourceFaultCodes } from '../sources/fault.ts';
import type { BatchRow } from './batch-store.ts';
import type { EntryRow } from './entry-store.ts';

/** Maximum number of entries of a batch. */
export const maxEntries = 10_000;
/** Maximum bytes of an uploaded archive: what Cloudflare accepts as a request. */
export const maxArchiveBytes = 100_000_000;

/** Codes of entries and batches. */
const batchFaultCodes = [
  ...sourceFaultCodes,
  'corrupt',
  'unsupported',
  'hidden_file',
  'manifest',
  'invalid_manifest',
] as const;
export type BatchFaultCode = (typeof batchFaultCodes)[number];

const about = {
  name: FileName.optional().describe('Name of the file; by default the last part of the address'),
  external_id: ExternalId.optional(),
  metadata: FileMetadata.optional(),
  groups: FileGroups.optional(),
  ...fieldInputs,
};

/** Values of the files of a batch that are not given others. */
export const Defaults = z
  .strictObject({
    metadata: FileMetadata,
    groups: FileGroups,
    language: fieldInputs.language,
    tags: fieldInputs.tags,
  })
  .partial()
  .describe('For files that are not given a value of their own; keys of `metadata` one by one')
  .openapi('FileBatchDefaults', { example: { tags: ['standards'] } });
export type Defaults = z.output<typeof Defaults>;

export const ListedFile = z
  .strictObject({
    url: z.url().max(2000).optional().describe('Address on a public host'),
    bucket: z.string().max(60).optional().describe('Name of a bucket binding of the deployment'),
    key: z.string().min(1).max(1024).optional().describe('Key of an object in the bucket'),
    ...about,
  })
  .refine(
    ({ url, bucket, key }) =>
      url === undefined
        ? bucket !== undefined && key !== undefined
        : bucket === undefined && key === undefined,
    'Give either `url`, or `bucket` and `key`.',
  )
  .openapi('BatchFile');
export type ListedFile = z.output<typeof ListedFile>;

/** A line of the manifest in an archive. */
export const ManifestLine = z.strictObject({ path: z.string().min(1).max(1000), ...about });
export type ManifestLine = z.output<typeof ManifestLine>;

export const CreateBatch = z
  .strictObject({ files: z.array(ListedFile).min(1).max(1000), defaults: Defaults.optional() })
  .openapi('CreateFileBatch', {
    example: {
      files: [{ url: 'https://www.iana.org/about', title: 'About' }],
      defaults: { tags: ['standards'], metadata: { team: 'people' } },
    },
  });
export type CreateBatch = z.output<typeof CreateBatch>;

export const BatchForm = z
  .strictObject({
    file: z
      .string()
      .openapi({ format: 'binary' })
      .describe(
        `An archive (\`.zip\`, \`.tar\`, \`.tar.gz\`) of at most 100 MB, or a list of addresses (\`.jsonl\`, \`.csv\`) of at most 5 MB; ${maxEntries} entries at most`,
      ),
    defaults: z
      .string()
      .optional()
      .describe('JSON object, as `defaults` of a list')
      .openapi({ example: '{"tags":["standards"],"metadata":{"team":"people"}}' }),
  })
  .openapi('FileBatchForm');

const count = (what: string) => z.int().describe(what);
const BatchError = z.object({ code: z.enum(batchFaultCodes), detail: z.string() });

const shape = {
  id: Id('batch'),
  base_id: Id('kb'),
  type: z.enum(batchTypes).describe('`archive`, or a `list` of addresses'),
  name: z.string().nullable().describe('Name of the uploaded file'),
  status: z
    .enum(batchStatuses)
    .describe(
      '`completed` when every entry is handled, including those that were skipped or failed; files are processed in the background',
    ),
  defaults: Defaults,
  error: BatchError.nullable().describe('Why the batch failed'),
  counts: z.object({
    pending: count('Entries that are still to be read'),
    stored: count('Entries that became files'),
    duplicate: count('Entries whose content the knowledge base has already'),
    skipped: count('Entries that are not documents of a supported format'),
    failed: count('Entries that could not be read'),
    cancelled: count('Entries that were pending when the batch was cancelled'),
  }),
  created_at: Time,
  updated_at: Time,
  completed_at: Time.nullable(),
};

export const FileBatch = z.object(shape).openapi('FileBatch');
export type FileBatch = z.output<typeof FileBatch>;

export const FileBatchProgress = z
  .object({
    ...shape,
    files: z
      .object({
        processing: z.int(),
        ready: z.int(),
        failed: z.int(),
        deleted: z.int(),
      })
      .describe('Files of the batch by their state, duplicates included'),
  })
  .openapi('FileBatchProgress');
export type FileBatchProgress = z.output<typeof FileBatchProgress>;

export const BatchQuery = z.strictObject(pageQuery);

export const BatchEntry = z
  .object({
    path: z.string().describe('Path in the archive, address, or key'),
    state: z.enum(entryStates),
    error: BatchError.nullable().describe(
      'Why the entry failed or was skipped; of a pending one, why it is tried again',
    ),
    external_id: z.string().nullable(),
    file_id: z.string().nullable().describe('The file; of a duplicate, the existing one'),
  })
  .openapi('FileBatchEntry');
export type BatchEntry = z.output<typeof BatchEntry>;

export const EntryQuery = z.strictObject({
  ...pageQuery,
  state: z.enum(entryStates).optional().describe('Filter by state'),
});
export type EntryQuery = z.output<typeof EntryQuery>;

type Faulty = Pick<EntryRow, 'error_code' | 'error_detail'>;

const errorOf = ({ error_code, error_detail }: Faulty) =>
  error_code === null ? null : { code: error_code as BatchFaultCode, detail: error_detail ?? '' };

/** Returns the defaults as they are stored. */
export function fromDefaults(given: Defaults | undefined): BatchRow['defaults'] {
  const { fields, rest } = splitFields(given ?? {});
  const present = presentFields(fields);
  return {
    ...definedFields(rest),
    ...(Object.keys(present).length === 0 ? {} : { fields: present }),
  };
}

const toDefaults = ({ fields, ...rest }: BatchRow['defaults']): Defaults =>
  ({ ...rest, ...fields }) as Defaults;

/** Returns the values that are given for a file, as they are stored. */
export function aboutFile(given: GivenFields & { groups?: string[] | null | undefined }) {
  const { fields, rest } = splitFields(given);
  return { ...definedFields({ groups: rest.groups }), fields: definedFields(fields) };
}

export function toBatch(row: BatchRow): FileBatch {
  const { pending = 0, stored = 0, duplicate = 0 } = row.counts;
  const { skipped = 0, failed = 0, cancelled = 0 } = row.counts;
  return {
    id: row.id,
    base_id: row.base_id,
    type: row.type,
    name: row.name,
    status: row.status,
    defaults: toDefaults(row.defaults),
    error: errorOf(row),
    counts: { pending, stored, duplicate, skipped, failed, cancelled },
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
    completed_at: toWireTimeOrNull(row.completed_at),
  };
}

export const toEntry = (row: EntryRow): BatchEntry => ({
  path: row.path,
  state: row.state,
  error: errorOf(row),
  external_id: row.external_id,
  file_id: row.file_id,
});
