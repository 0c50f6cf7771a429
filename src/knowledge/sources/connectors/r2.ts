import { documentName } from '../../../documents/index.ts';
import { isSelected, normalizePath } from '../../../web/index.ts';
import type { Connector } from '../connector.ts';
import { SourceFault } from '../fault.ts';

/** Objects of a bucket that is bound to the deployment. An object is read again when its ETag changes. */
export const r2: Connector<'r2'> = {
  keepsUnlisted: false,
  needsStart: false,
  async list(ctx, { settings }, cursor) {
    const { bucket, prefix } = settings;
    const listing = await ctx.buckets.list(bucket, { prefix, cursor });
    if (listing === null)
      throw new SourceFault(
        'not_found',
        `The operator of the deployment has not set up bucket ${bucket} for this workspace.`,
      );
    const pages = listing.objects
      .filter(({ key }) => nameOf(key) !== null && isSelected(normalizePath(`/${key}`), settings))
      .map(({ key, etag }) => ({ key, url: `r2://${bucket}/${key}`, title: key, version: etag }));
    return { pages, next: listing.next };
  },
  async read(ctx, { settings }, page, receive) {
    const name = nameOf(page.key);
    const object = await ctx.buckets.get(settings.bucket, page.key);
    if (object === null || name === null) return { kind: 'gone' };
    try {
      const body = { stream: object.body, media_type: '' };
      return await receive({ url: page.url, title: page.key, name, body });
    } finally {
      await object.body.cancel().catch(() => undefined);
    }
  },
};

/** File name of a key whose extension is that of a supported format; null for others, such as folders. */
const nameOf = (key: string): string | null => documentName(key.split('/').at(-1) ?? '', '');
