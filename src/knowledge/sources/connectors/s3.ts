import { AwsV4Signer } from 'aws4fetch';
import { documentName, maxBytes } from '../../../documents/index.ts';
import { isSelected, normalizePath } from '../../../web/index.ts';
import type { Connector, SourceContext } from '../connector.ts';
import { SourceFault } from '../fault.ts';
import { faultOfStatus } from '../remote.ts';
import { inTurn, userAgent } from '../web/polite-request.ts';

const keysPerPart = '1000';
const listLimits = { redirects: 0, deadline_ms: 30_000, max_bytes: 5_000_000 };
const readLimits = {
  redirects: 0,
  first_byte_ms: 20_000,
  idle_ms: 10_000,
  max_bytes: maxBytes.document,
};
/** Signed requests may follow one another at once. */
const politeness = { delay_ms: 0, obeysRobots: false };

/** Objects of a bucket, by ListObjectsV2 and GetObject of the API of S3. An object is read again when its ETag changes. */
export const s3: Connector<'s3'> = {
  keepsUnlisted: false,
  needsStart: false,
  async list(ctx, source, cursor) {
    const { settings } = source;
    const url = objectUrl(source, '');
    const query = { 'list-type': '2', prefix: settings.prefix, 'max-keys': keysPerPart };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (cursor !== null) url.searchParams.set('continuation-token', cursor);
    return inTurn(ctx, url.href, politeness, async () => {
      const headers = await signed(source, url);
      const response = await ctx.egress.request(url.href, { headers }, listLimits);
      if (response.status === 404)
        throw new SourceFault('not_found', `Bucket ${settings.bucket} does not exist.`);
      if (!response.ok) throw faultOfStatus(response, ctx.now());
      // Loaded when needed: its parser would delay the start of the Worker.
      const { readObjects } = await import('./s3-listing.ts');
      const listing = readObjects(await response.text());
      if (listing === null)
        throw new SourceFault('no_listing', 'The service returned no list of objects.');
      const wanted = listing.objects.filter(
        ({ key }) => nameOf(key) !== null && isSelected(normalizePath(`/${key}`), settings),
      );
      const pages = wanted.map(({ key, etag }) => ({
        key,
        url: `s3://${settings.bucket}/${key}`,
        version: etag,
      }));
      return { pages, next: listing.next };
    });
  },
  read(ctx, source, page, receive) {
    const url = objectUrl(source, page.key);
    return inTurn(ctx, url.href, politeness, async () => {
      const headers = await signed(source, url);
      const response = await ctx.egress.stream(url.href, { headers }, readLimits);
      const { body, status } = response;
      try {
        if (status === 404) return { kind: 'gone' };
        if (!response.ok) throw faultOfStatus(response, ctx.now());
        const name = nameOf(page.key);
        if (name === null || body === null)
          throw new SourceFault('empty_document', 'The object is empty.');
        const content = { stream: body, media_type: '' };
        return await receive({ url: page.url, title: page.key, name, body: content });
      } finally {
        await body?.cancel().catch(() => undefined);
      }
    });
  },
};

/** File name of a key whose extension is that of a supported format; null for others, such as folders. */
const nameOf = (key: string): string | null => documentName(key.split('/').at(-1) ?? '', '');

/** The bucket is part of the path, which every service supports. */
function objectUrl({ settings }: SourceContext<'s3'>, key: string): URL {
  const path = key.split('/').map(encodeSegment).join('/');
  return new URL(
    `/${settings.bucket}/${path}`.replace(/\/$/, key === '' ? '' : '/'),
    settings.endpoint,
  );
}

/** RFC 3986: signatures also encode what `encodeURIComponent` leaves. A URL would drop `.` and `..`. */
function encodeSegment(segment: string): string {
  if (segment === '.' || segment === '..')
    throw new SourceFault(
      'unreadable',
      'The key has a segment `.` or `..`, which a URL cannot address.',
    );
  return encodeURIComponent(segment.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

async function signed({ settings, credentials }: SourceContext<'s3'>, url: URL): Promise<Headers> {
  const { access_key_id = '', secret_access_key = '', session_token } = credentials;
  const signer = new AwsV4Signer({
    url: url.href,
    service: 's3',
    region: settings.region,
    accessKeyId: access_key_id,
    secretAccessKey: secret_access_key,
    ...(session_token === undefined ? {} : { sessionToken: session_token }),
  });
  const { headers } = await signer.sign();
  headers.set('user-agent', userAgent);
  return headers;
}
