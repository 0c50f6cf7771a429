/** Headers of the platform and the connection, of proxies, and of browsers. */
const denied = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'cookie',
  'cookie2',
  'date',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'referer',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'true-client-ip',
  'upgrade',
  'via',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-host',
  'x-original-url',
  'x-real-ip',
  'x-rewrite-url',
]);
const deniedPrefixes = ['cf-', 'x-forwarded-', 'sec-', 'proxy-', 'x-amz-cf-'];

/** Names whose values are credentials: accepted as secret headers only. */
const secretNames =
  /^(authorization|api-?key|x-.*(api-?key|token|secret|password|auth).*|.*-api-?key|.*(access|auth)-?token)$/;

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const printable = /^[\t\x20-\x7e]*$/;
const maxValue = 4096;

/** Returns why a tool cannot send this header, or null (R38). */
export function headerProblem(name: string, value: string, isSecret: boolean): string | null {
  const lower = name.toLowerCase();
  if (!token.test(name)) return 'Invalid header name.';
  if (denied.has(lower) || deniedPrefixes.some((prefix) => lower.startsWith(prefix)))
    return `A tool cannot set the header ${lower}.`;
  if (!isSecret && secretNames.test(lower))
    return `${lower} is a credential. Set it in secret_headers, where it is encrypted.`;
  if (value.trim() === '' || value.length > maxValue)
    return `The value must have 1 to ${maxValue} characters.`;
  if (!printable.test(value)) return 'The value must be one line of printable ASCII.';
  return null;
}
