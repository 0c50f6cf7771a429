import type { z } from '@hono/zod-openapi';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { invalid, notFound, validationFailed } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import { presentFields } from '../fields/schema.ts';
import { sealCredentials } from './credentials.ts';
import { credentialsOf } from './credentials-schema.ts';
import { type Source, toSource, type UpdateSource } from './schema.ts';
import { findSource } from './service.ts';
import { Settings } from './settings.ts';
import {
  deleteCredentials,
  regroupFiles,
  type SourceRow,
  updateSource as updateSourceRow,
} from './source-store.ts';

/** Changes a source; settings apply from the next synchronization. Throws `validation_failed` for settings of another type. */
export async function updateSource(ctx: Ctx, id: string, input: UpdateSource): Promise<Source> {
  const source = await findSource(ctx, id);
  if (Object.keys(input).length === 0) return toSource(source);
  const { name, refresh_interval_s, groups, language, tags, credentials, ...changed } = input;
  const fields = definedFields({ language, tags });
  const settings = checkSettings({ ...source.settings, ...definedFields(changed) });
  const sealed =
    credentials === undefined
      ? { statements: [], shown: source.credentials }
      : await replaceCredentials(ctx, source, credentials);
  const [rows] = await commit(ctx, {
    statements: [
      updateSourceRow(ctx.db, ctx.workspace_id, id, {
        ...definedFields({ name, refresh_interval_s, groups }),
        ...(refresh_interval_s === undefined ? {} : rescheduled(ctx, source, refresh_interval_s)),
        settings,
        ...(Object.keys(fields).length === 0
          ? {}
          : { file_fields: presentFields({ ...source.file_fields, ...fields }) }),
        credentials: sealed.shown,
        updated_at: ctx.now(),
      }),
      ...sealed.statements,
      ...(groups === undefined ? [] : [regroupFiles(ctx.db, ctx.workspace_id, id)]),
    ],
    audit: [
      {
        action: 'source.update',
        target_type: 'source',
        target_id: id,
        detail: {
          ...definedFields({ name, refresh_interval_s, groups }),
          ...fields,
          ...changed,
          ...(credentials === undefined ? {} : { credentials: Object.keys(credentials) }),
        },
      },
    ],
  });
  const [row] = rows;
  if (row === undefined) throw notFound('source');
  return toSource(row);
}

/** A running synchronization schedules the next one itself. */
function rescheduled(
  ctx: Ctx,
  { status, synced_at }: SourceRow,
  refresh_interval_s: number | null,
) {
  if (status === 'queued' || status === 'syncing') return {};
  const next_sync_at =
    refresh_interval_s === null ? null : (synced_at ?? ctx.now()) + refresh_interval_s * second;
  return { next_sync_at };
}

/** Throws `validation_failed` for credentials of another type. */
async function replaceCredentials(ctx: Ctx, source: SourceRow, credentials: object) {
  const schemas: Readonly<Record<string, z.ZodType<Record<string, string | undefined>>>> =
    credentialsOf;
  const schema = schemas[source.type];
  const parsed = schema?.safeParse(credentials);
  if (parsed?.success !== true)
    throw invalid(
      '/credentials',
      schema === undefined
        ? `A source of type \`${source.type}\` has no credentials.`
        : `Requires the credentials of type \`${source.type}\`.`,
    );
  const sealed = await sealCredentials(ctx, source, definedFields(parsed.data));
  const removal = deleteCredentials(ctx.db, source);
  return { statements: [removal, ...sealed.statements], shown: sealed.shown };
}

function checkSettings(settings: Record<string, unknown>): Settings {
  const parsed = Settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw validationFailed(
    parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            pointer: `/${key}`,
            detail: `A source of type \`${settings.type}\` does not have this setting.`,
          }))
        : [{ pointer: `/${issue.path.join('/')}`, detail: issue.message }],
    ),
  );
}
