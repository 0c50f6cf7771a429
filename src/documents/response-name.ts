/** Returns the name of a response's file: that in `Content-Disposition`, else the last segment of the path. */
export function responseName({ headers, url }: Pick<Response, 'headers' | 'url'>): string {
  const disposition = headers.get('content-disposition') ?? '';
  const encoded = /filename\*\s*=\s*UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition);
  const path =
    URL.parse(url)
      ?.pathname.split('/')
      .findLast((segment) => segment !== '') ?? '';
  return decoded(encoded ?? plain?.[1] ?? plain?.[2] ?? path).trim() || 'document';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
