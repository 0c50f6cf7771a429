import type { OutboundCall } from '../../support/outbound-service.ts';

const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function hmac(key: ArrayBuffer, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey(
    'raw',
    key,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return crypto.subtle.sign('HMAC', imported, encoder.encode(text));
}

/** Computes the signature of a recorded request as the service does (AWS Signature Version 4) and compares it. */
export async function isSigned(
  { method, url, headers }: OutboundCall,
  secret: string,
): Promise<boolean> {
  const [, scope = '', names = '', signature = ''] =
    /Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const { host, pathname, searchParams } = new URL(url);
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const query = [...searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const lines = names
    .split(';')
    .map((name) => `${name}:${name === 'host' ? host : headers[name]}\n`);
  const canonical = [
    method,
    pathname,
    query,
    lines.join(''),
    names,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const digest = hex(await crypto.subtle.digest('SHA-256', encoder.encode(canonical)));
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  let key: ArrayBuffer = new Uint8Array(encoder.encode(`AWS4${secret}`)).buffer;
  for (const part of scope.split('/')) key = await hmac(key, part);
  return signature !== '' && hex(await hmac(key, text)) === signature;
}
