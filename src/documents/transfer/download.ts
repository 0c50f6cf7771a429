/** A stored original, never to be shown by a browser: attachment, sandboxed, as nothing that runs. */
export const asDownload = (object: Original, name: string, served_as: string): Response =>
  new Response(object.body, {
    headers: {
      'content-type': served_as,
      'content-length': String(object.byte_size),
      'content-disposition': dispositionOf(name),
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    },
  });

interface Original {
  readonly body: ReadableStream<Uint8Array>;
  readonly byte_size: number;
}

/** RFC 6266: a plain ASCII name for old clients, the real one in RFC 8187's encoding. */
function dispositionOf(name: string): string {
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^\x20-\x7e]|["\\%;/]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
