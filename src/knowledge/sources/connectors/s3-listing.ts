import { SaxesParser } from 'saxes';

interface S3Object {
  readonly key: string;
  readonly etag: string | null;
}

/** Reads the response of ListObjectsV2; null for anything else. */
export function readObjects(
  xml: string,
): { readonly objects: readonly S3Object[]; readonly next: string | null } | null {
  const objects: S3Object[] = [];
  const path: string[] = [];
  let fields: Record<string, string> = {};
  let next: string | null = null;
  let text = '';
  const parser = new SaxesParser({ xmlns: false });
  parser.on('opentag', ({ name }) => {
    path.push(name);
    text = '';
    if (name === 'Contents') fields = {};
  });
  parser.on('text', (piece) => {
    text += piece;
  });
  parser.on('closetag', ({ name }) => {
    path.pop();
    const parent = path.at(-1);
    if (parent === 'Contents') fields[name] = text;
    else if (name === 'NextContinuationToken' && text !== '') next = text;
    else if (name === 'Contents' && fields.Key !== undefined && fields.Key !== '')
      objects.push({ key: fields.Key, etag: fields.ETag?.replaceAll('"', '') ?? null });
  });
  try {
    parser.write(xml).close();
  } catch {
    return null;
  }
  return /<ListBucketResult[\s>]/.test(xml.slice(0, 2000)) ? { objects, next } : null;
}
