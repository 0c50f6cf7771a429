import { downloadOriginal, isPassive } from '../../documents/index.ts';
import { resumeEndUser } from '../../identity/index.ts';
import { type Original, originalSince } from '../../knowledge/index.ts';
import { type Ctx, isVisitor } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { toWireTime } from '../../shared/time.ts';
import { sealReader, unsealReader } from './document-link.ts';
import { type Citation, findCitation } from './find-citation.ts';
import type { CitedPage } from './schema.ts';
import { selectOpensDocuments } from './store.ts';

/**
 * Returns the document of a citation that the caller has read, with a link by which a browser opens it; null unless the caller
 * is an end user who may, and the file is the one that was cited.
 */
export async function documentOf(
  ctx: Ctx,
  message: string,
  citation: Citation,
  origin: string,
): Promise<CitedPage['document']> {
  const { actor, config } = ctx;
  if (actor.type !== 'end_user' || config.encryption_keys.size === 0) return null;
  const original = await openable(ctx, citation);
  if (original === null) return null;
  const { number } = citation;
  const { link, expires_at } = await sealReader(ctx, actor, message, number);
  const { media_type } = original;
  return {
    url: `${origin}/api/v1/messages/${message}/citations/${number}/document?${new URLSearchParams({ link })}`,
    ...{ media_type, is_shown: isPassive(media_type) },
    expires_at: toWireTime(expires_at),
  };
}

/** Returns the original of a citation that the end user of the context may open. */
async function openable(ctx: Ctx, { file_id, revision }: Citation): Promise<Original | null> {
  const { actor, db, workspace_id } = ctx;
  if (revision === null) return null;
  if (isVisitor(actor) && actor.type === 'end_user') {
    const link = await selectOpensDocuments(db, workspace_id, actor.api_key_id).get();
    if (link?.open_documents !== true) return null;
  }
  return originalSince(ctx, file_id, revision);
}

/**
 * Responds with the document of a citation for everybody who has its link, as far as the end user it was made for may still read
 * it. Throws `forbidden`, `not_found` and `range_not_satisfiable`.
 */
export async function openDocument(
  ctx: Ctx,
  message: string,
  number: number,
  link: string | undefined,
  { headers }: Request,
): Promise<Response> {
  if (link === undefined) throw notFound('message');
  const reader = await unsealReader(ctx, link, message, number);
  const resumed = reader === null ? null : await resumeEndUser(ctx, reader);
  if (resumed === null)
    throw new Failure('forbidden', 'The link is not valid, or has expired. Open the source again.');
  const original = await openable(resumed, await findCitation(resumed, message, number));
  const response =
    original && (await downloadOriginal(resumed, original, { ...original, headers }, true));
  if (response === null) throw notFound('document');
  return response;
}
