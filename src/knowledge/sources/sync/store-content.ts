import type { FileFields } from '../../../db/schema/knowledge.ts';
import { textPart } from '../../../documents/index.ts';
import type { Ctx } from '../../../platform/context.ts';
import { sha256 } from '../../../shared/digest.ts';
import { toWireTime } from '../../../shared/time.ts';
import { presentFields } from '../../fields/schema.ts';
import { uploadFile } from '../../upload/upload.ts';
import type { Content, Outcome } from '../connector.ts';
import { type QueuedPage, selectDuplicate } from '../page-store.ts';
import type { SourceRow } from '../source-store.ts';
import { faultOfFailure } from './fault-of-failure.ts';
import { fileName } from './file-name.ts';
import { removeFileOf } from './remove-file.ts';

const maxExternalId = 255;

/**
 * Stores the content of a page as the file of its address, unless another page of the source has it
 * already. The same content again changes nothing.
 */
export async function storeContent(
  ctx: Ctx,
  source: SourceRow,
  page: QueuedPage,
  content: Content,
): Promise<Outcome> {
  const { url, links = [], title = null } = content;
  const common = {
    url,
    title: title ?? page.title,
    etag: content.etag ?? null,
    last_modified: content.last_modified ?? null,
    stored_version: page.version,
    fetched_at: ctx.now(),
    error_code: null,
    error_detail: null,
    duplicate_of: null,
    ...(content.links === undefined ? {} : { links: boundedLinks(links) }),
  };
  const known_hash = typeof content.body === 'string' ? await sha256(content.body) : null;
  const [twin] = await selectDuplicate(ctx.db, page, url, known_hash).all();
  if (twin !== undefined) {
    await removeFileOf(ctx, page);
    const error = { error_code: 'duplicate', error_detail: `Same content as ${twin.url}.` };
    const changes = { ...common, ...error, state: 'skipped', duplicate_of: twin.id } as const;
    return { kind: 'stored', links, changes: { ...changes, file_id: null, content_hash: null } };
  }
  const about = {
    external_id: url.length <= maxExternalId ? url : `sha256:${await sha256(url)}`,
    metadata: {
      url: url.slice(0, 2000),
      ...(common.title === null ? {} : { title: common.title }),
      fetched_at: toWireTime(ctx.now()),
      source_id: source.id,
    },
    // Fields that a person has given to the file are kept, too.
    fields: {
      ...(page.has_file === 1 ? {} : source.file_fields),
      ...fieldsOf(content),
    },
    // Groups that a person has given to the file are kept with its new content.
    groups: page.has_file === 1 ? undefined : (source.groups ?? undefined),
  };
  const { file_id, content_hash } = await upload(ctx, source.base_id, content, about);
  if (page.file_id !== file_id) await removeFileOf(ctx, page);
  const isSame = page.has_file === 1 && page.content_hash === content_hash;
  const state = isSame ? 'unchanged' : page.has_file === 1 ? 'updated' : 'added';
  return { kind: 'stored', links, changes: { ...common, state, file_id, content_hash } };
}

/** Returns the fields that a page states itself, since the file has its text only. */
export const fieldsOf = ({ title, author, published_at }: Content): FileFields =>
  presentFields({ title, author, published_at });

/** Enough for any page of a site; a row of the database takes 2 MB. */
const maxStoredLinks = 2000;
const boundedLinks = (links: readonly string[]): string[] => {
  let chars = 0;
  return links.slice(0, maxStoredLinks).filter((link) => {
    chars += link.length;
    return chars <= 200_000;
  });
};

interface About {
  readonly external_id: string;
  readonly metadata: Record<string, string>;
  readonly fields: FileFields;
  readonly groups: string[] | undefined;
}

/** Stores the content; its hash is that of the stored bytes. */
async function upload(ctx: Ctx, base_id: string, { name, body }: Content, about: About) {
  const part =
    typeof body === 'string'
      ? textPart({ name: fileName(name), text: body })
      : { name: fileName(name), media_type: body.media_type, body: body.stream };
  try {
    const { id, sha256, replacement } = await uploadFile(ctx, base_id, {
      ...{ part, ...about },
      keeps_description: true,
    });
    return { file_id: id, content_hash: replacement?.sha256 ?? sha256 };
  } catch (error) {
    throw faultOfFailure(error);
  }
}
