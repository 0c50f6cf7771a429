import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { revisionActions } from '../../db/schema/datasets.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Name, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';
import type { CaseContent } from './case.ts';
import { Case, CaseInput, ExpectationOverrides, Tags } from './case-schema.ts';
import { caseFields } from './columns.ts';
import type { CaseRow, DatasetRow, RevisionRow } from './store.ts';

const Description = z.string().trim().max(2000);

export const CreateDataset = z
  .strictObject({
    name: Name(100),
    description: Description.default(''),
    agent_id: Id('agt')
      .nullable()
      .default(null)
      .describe(
        'The agent whose turns it may hold; null for turns of any agent. A key that is limited to agents needs one of them',
      ),
  })
  .openapi('CreateDataset', { example: { name: 'Opening hours' } as never });
export type CreateDataset = z.output<typeof CreateDataset>;

export const UpdateDataset = z
  .strictObject({ name: Name(100), description: Description })
  .partial()
  .openapi('UpdateDataset', { example: { name: 'Opening hours and prices' } });
export type UpdateDataset = z.output<typeof UpdateDataset>;

export const Dataset = z
  .object({
    id: Id('ds'),
    agent_id: Id('agt').nullable(),
    name: z.string(),
    description: z.string(),
    revision: z
      .int()
      .describe('Starts at 1 and increases with each change of the dataset or a case; the `ETag`'),
    case_count: z.int().describe('Cases of the newest revision'),
    erased_count: z
      .int()
      .describe('Cases that were erased from all revisions, with the turns they were made from'),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Dataset');
export type Dataset = z.output<typeof Dataset>;

export const toDataset = ({ workspace_id: _, deleted_at: __, ...row }: DatasetRow): Dataset => ({
  ...row,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const DatasetQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional().describe('Filter by agent: its id or slug'),
  q: z.string().min(1).max(100).optional().describe('Filter by a part of the name'),
});
export type DatasetQuery = z.output<typeof DatasetQuery>;

export const Revision = z
  .object({
    revision: z.int(),
    action: z.enum(revisionActions),
    added: z.int().describe('Cases that were added'),
    updated: z.int(),
    removed: z.int(),
    case_id: Id('case').nullable().describe('The case, for a change of one'),
    created_by: z.string().nullable().describe('The API key that made the change'),
    created_at: Time,
  })
  .openapi('DatasetRevision');
export type Revision = z.output<typeof Revision>;

export const toRevision = (row: RevisionRow): Revision => ({
  revision: row.revision,
  action: row.action,
  added: row.added,
  updated: row.updated,
  removed: row.removed,
  case_id: row.case_id,
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
});

const revision = z.coerce
  .number()
  .int()
  .min(1)
  .optional()
  .describe('Reads the dataset as it was at this revision')
  .openapi({ example: 1 });

export const RevisionQuery = z.strictObject({ revision });

const maxCasesPerRequest = 200;

export const CreateCases = z
  .strictObject({ data: z.array(CaseInput).min(1).max(maxCasesPerRequest) })
  .openapi('CreateCases', {
    example: {
      data: [
        {
          input: 'When does the shop open?',
          expected: { answer: 'At nine.' },
          tags: ['hours'],
        },
        { input: 'Who won the World Cup?', expected: { refuses: true } },
      ],
    } as never,
  });
export type CreateCases = z.output<typeof CreateCases>;

export const CreatedCases = z.object({ data: z.array(Case) }).openapi('Cases');

export const CaseQuery = z.strictObject({
  ...pageQuery,
  revision,
  q: z.string().min(1).max(200).optional().describe('Filter by a part of input or expected answer'),
  tag: z.string().min(1).max(64).optional().describe('Filter by tag'),
});
export type CaseQuery = z.output<typeof CaseQuery>;

/** `isWithheld` leaves out the content, for a reader who may not read messages. */
export function toCase(row: CaseRow, isWithheld: boolean): Case {
  const content = row.content as unknown as CaseContent;
  const shown: CaseContent = isWithheld ? { input: '', expected: {}, tags: content.tags } : content;
  return {
    id: row.id,
    dataset_id: row.dataset_id,
    revision: row.from_revision,
    input: shown.input,
    conversation: [...(shown.conversation ?? [])],
    inputs: { ...shown.inputs },
    expected: shown.expected as Case['expected'],
    tags: [...shown.tags],
    source: row.source,
    is_withheld: isWithheld,
    created_by: row.created_by,
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
  };
}

/** Bytes of the body of an import. */
export const maxImportBytes = 10 * 1024 * 1024;
const formats = ['csv', 'jsonl'] as const;

export const ImportCases = z
  .strictObject({
    format: z.enum(formats),
    content: z.string().min(1).describe('The table or the lines, as text'),
    columns: z
      .partialRecord(z.enum(caseFields), z.string().min(1).max(200))
      .openapi({ additionalProperties: false })
      .default({})
      .describe(
        'Names of the columns (CSV) or keys (JSON Lines) of each field. By default those with the name of the field; `question` or `prompt` for `input`, and `expected`, `expected_answer` or `reference` for `answer`',
      ),
  })
  .openapi('ImportCases', {
    example: {
      format: 'csv',
      content: 'Question,answer,tags\r\nWhen does the shop open on Sunday?,At ten.,hours\r\n',
      columns: { input: 'Question' },
    },
  });
export type ImportCases = z.output<typeof ImportCases>;

export const ImportedCases = z
  .object({
    revision: z.int().describe('The revision with the cases'),
    created_count: z.int(),
    duplicate_count: z
      .int()
      .describe('Cases that the dataset or the file has already; they are not added again'),
    ignored_columns: z.array(z.string()).describe('Columns or keys that were not read'),
  })
  .openapi('ImportedCases');
export type ImportedCases = z.output<typeof ImportedCases>;

export const ExportQuery = z.strictObject({
  format: z.enum(formats).default('jsonl').describe('`jsonl`: a case as JSON on each line'),
  revision,
});
export type ExportQuery = z.output<typeof ExportQuery>;

export const CaseOfTurn = z
  .strictObject({
    dataset: Id('ds'),
    expected: ExpectationOverrides.default({}),
    conversation: z
      .boolean()
      .default(true)
      .describe('Include the conversation before the question'),
    tags: Tags.default([]),
  })
  .openapi('CaseOfTurn', {
    example: { dataset: 'ds_01kajv2q5ve0mt8h2vj3c6x7ra', tags: ['hours'] } as never,
  });
export type CaseOfTurn = z.output<typeof CaseOfTurn>;
