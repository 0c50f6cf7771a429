/** What the platform or the connection decides, what passes for somebody else, and what browsers keep for people. */
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

/** Names whose values are credentials wherever they are used: they are kept sealed or not at all. */
const secretNames =
  /^(authorization|api-?key|x-.*(api-?key|token|secret|password|auth).*|.*-api-?key|.*(access|auth)-?token)$/;

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const printable = /^[\t\x20-\x7e]*$/;
const maxValue = 4096;

/** Why a tool may not send this header; null when it may (R38). */
export function headerProblem(name: string, value: string, isSecret: boolean): string | null {
  const lower = name.toLowerCase();
  if (!token.test(name)) return 'This is not the name of a header.';
  if (denied.has(lower) || deniedPrefixes.some((prefix) => lower.startsWith(prefix)))
    return `A tool cannot set ${lower}.`;
  if (!isSecret && secretNames.test(lower))
    return `${lower} carries a credential: put it into secret_headers, where it is kept sealed.`;
  if (value.trim() === '' || value.length > maxValue)
    return `A value has 1 to ${maxValue} characters.`;
  if (!printable.test(value)) return 'A value is one line of printable ASCII.';
  return null;
}
