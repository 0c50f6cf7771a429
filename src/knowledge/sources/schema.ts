import { z } from '@hono/zod-openapi';
import { pageStates, sourceStatuses, sourceTypes } from '../../db/schema/sources.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Flag, Groups, Id, Name, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { fieldInputs, shownFields } from '../fields/schema.ts';
import {
  GithubCredentials,
  GoogleDriveCredentials,
  NotionCredentials,
  S3Credentials,
} from './credentials-schema.ts';
import { sourceFaultCodes } from './fault.ts';
import type { PageRow } from './page-store.ts';
import {
  CrawlSettings,
  FeedSettings,
  GithubSettings,
  GoogleDriveSettings,
  NotionSettings,
  R2Settings,
  S3Settings,
  SitemapSettings,
  UrlSettings,
  updatableSettings,
} from './settings.ts';
import type { SourceRow } from './source-store.ts';

const name = Name(100).openapi({ example: 'Documentation' });
const refresh_interval_s = z
  .int()
  .min(300)
  .max(31_536_000)
  .nullable()
  .describe(
    'Seconds from the end of a synchronization to the next, which starts within the minute; null for on request only',
  )
  .openapi({ example: 86_400 });

const groups = Groups.nullable().describe(
  '`groups` of its files. A change applies to all of them at once; null for those of the base',
);

/** Fields of new files. */
const fileDefaults = {
  language: fieldInputs.language.describe(
    '`language` of new files; null to determine it from their text',
  ),
  tags: fieldInputs.tags.describe('`tags` of new files'),
};

const common = {
  name: name.optional().describe('Defaults to the address'),
  refresh_interval_s: refresh_interval_s.default(null),
  groups: groups.default(null),
  ...fileDefaults,
};

export const CreateSource = z
  .discriminatedUnion('type', [
    UrlSettings.extend(common),
    SitemapSettings.extend(common),
    CrawlSettings.extend(common),
    FeedSettings.extend(common),
    S3Settings.extend({ ...common, credentials: S3Credentials }),
    R2Settings.extend(common),
    GithubSettings.extend({ ...common, credentials: GithubCredentials.optional() }),
    NotionSettings.extend({ ...common, credentials: NotionCredentials }),
    GoogleDriveSettings.extend({ ...common, credentials: GoogleDriveCredentials }),
  ])
  .openapi('CreateKnowledgeSource', {
    example: { type: 'sitemap', url: 'https://www.iana.org/sitemap.xml' } as never,
  });
export type CreateSource = z.output<typeof CreateSource>;

export const UpdateSource = z
  .strictObject({ name, refresh_interval_s, groups, ...updatableSettings })
  .partial()
  .extend(fileDefaults)
  .openapi('UpdateKnowledgeSource', { example: { refresh_interval_s: 86_400 } });
export type UpdateSource = z.output<typeof UpdateSource>;

const count = (what: string) => z.int().describe(what);

const SourceError = z.object({ code: z.enum(sourceFaultCodes), detail: z.string() });

export const Source = z
  .object({
    id: Id('src'),
    base_id: Id('kb'),
    type: z.enum(sourceTypes),
    name: z.string(),
    settings: z
      .record(z.string(), z.unknown())
      .describe('Settings of the type, as given at creation, with their defaults')
      .openapi({ example: { url: 'https://www.iana.org/sitemap.xml', max_pages: 1000 } }),
    credentials: z
      .record(z.string(), z.string().nullable())
      .describe('Stored credentials with their last four characters; null for short ones'),
    refresh_interval_s: z.int().nullable(),
    groups,
    language: shownFields.language.describe('`language` of new files'),
    tags: shownFields.tags.describe('`tags` of new files'),
    status: z
      .enum(sourceStatuses)
      .describe('`ready` and `failed` are the results of the last synchronization'),
    error: SourceError.nullable().describe(
      'Why the last synchronization failed. What earlier ones have stored is kept',
    ),
    counts: z.object({
      pending: count('Pages that the current synchronization has still to read'),
      added: count('New pages'),
      updated: count('Pages whose content has changed'),
      unchanged: count('Pages whose content is the same'),
      removed: count('Pages that no longer exist; their files are deleted'),
      skipped: count('Pages that are not read on purpose, such as duplicates'),
      failed: count('Pages that could not be read; their files, if any, are kept'),
    }),
    sync_started_at: Time.nullable(),
    synced_at: Time.nullable().describe('End of the last synchronization that succeeded'),
    next_sync_at: Time.nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('KnowledgeSource');
export type Source = z.output<typeof Source>;

export const SourceQuery = z.strictObject(pageQuery);

export const DeleteSourceQuery = z.strictObject({
  keep_files: Flag.optional().describe('`true` keeps the files; by default they are deleted'),
});

export function toSource(row: SourceRow): Source {
  const { type: _, ...settings } = row.settings;
  const { pending = 0, added = 0, updated = 0, unchanged = 0 } = row.counts;
  const { removed = 0, skipped = 0, failed = 0 } = row.counts;
  return {
    id: row.id,
    base_id: row.base_id,
    type: row.type,
    name: row.name,
    settings,
    credentials: row.credentials,
    refresh_interval_s: row.refresh_interval_s,
    groups: row.groups,
    language: row.file_fields.language ?? null,
    tags: [...(row.file_fields.tags ?? [])],
    status: row.status,
    error: errorOf(row),
    counts: { pending, added, updated, unchanged, removed, skipped, failed },
    sync_started_at: toWireTimeOrNull(row.sync_started_at),
    synced_at: toWireTimeOrNull(row.synced_at),
    next_sync_at: toWireTimeOrNull(row.next_sync_at),
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
  };
}

const errorOf = ({ error_code, error_detail }: Pick<PageRow, 'error_code' | 'error_detail'>) =>
  error_code === null
    ? null
    : { code: error_code as (typeof sourceFaultCodes)[number], detail: error_detail ?? '' };

export const SourcePage = z
  .object({
    id: Id('page'),
    url: z.string(),
    title: z.string().nullable(),
    state: z.enum(pageStates).describe('Result of the last synchronization that handled the page'),
    error: SourceError.nullable().describe(
      'Why the page failed or was skipped; of a pending page, why it is tried again',
    ),
    depth: z.int().describe('Number of links from the start page of a crawl'),
    file_id: z.string().nullable().describe('File with the content; null for none'),
    fetched_at: Time.nullable().describe('When its content was last received'),
  })
  .openapi('KnowledgeSourcePage');
export type SourcePage = z.output<typeof SourcePage>;

export const SourcePageQuery = z.strictObject({
  ...pageQuery,
  state: z.enum(pageStates).optional().describe('Filter by state'),
});
export type SourcePageQuery = z.output<typeof SourcePageQuery>;

export const toSourcePage = (row: PageRow): SourcePage => ({
  id: row.id,
  url: row.url,
  title: row.title,
  state: row.state,
  error: errorOf(row),
  depth: row.depth,
  file_id: row.file_id,
  fetched_at: toWireTimeOrNull(row.fetched_at),
});
