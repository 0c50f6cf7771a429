import { EgressError } from '../../platform/egress.ts';
import { Failure } from '../../shared/failure.ts';
import { withoutInvisible } from '../../shared/invisible.ts';
import { redact } from '../redact.ts';

/** Maximum characters of a message of a server. */
const maxMessage = 500;

const reasons = [
  ...[
    'auth_required',
    'authorization_failed',
    'forbidden',
    'timeout',
    'aborted',
    'unreachable',
    'too_large',
  ],
  ...['url_not_allowed', 'redirect_refused', 'not_mcp', 'session_lost', 'server_error'],
  ...['invalid_result', 'no_answer', 'input_required'],
] as const;
type McpFaultReason = (typeof reasons)[number];

/** A fault of an MCP server or of the way to it, in words that hold no secret and no address. */
export class McpFault extends Error {
  override readonly name = 'McpFault';
  readonly reason: McpFaultReason;
  /** How to connect for another attempt: `negotiate` when the request was refused, `legacy` when the negotiation failed. */
  readonly retry: 'negotiate' | 'legacy' | null;

  constructor(
    reason: McpFaultReason,
    message: string,
    { retry = null, cause }: { retry?: McpFault['retry']; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.reason = reason;
    this.retry = retry;
  }
}

/** The classes and codes of the client package, which is loaded lazily. */
type Package = Pick<
  typeof import('./client.ts'),
  | 'InsufficientScopeError'
  | 'ProtocolError'
  | 'SdkError'
  | 'SdkErrorCode'
  | 'SdkHttpError'
  | 'UnauthorizedError'
>;

interface Circumstances {
  readonly run: AbortSignal;
  readonly deadline: AbortSignal;
  readonly timeout_ms: number;
  readonly secrets: readonly string[];
}

/** Turns any error of a connection into a fault. Rethrows a `Failure` of our own. */
export function toFault(error: unknown, client: Package, given: Circumstances): McpFault {
  const causes = chainOf(error);
  const own = causes.find((one) => one instanceof McpFault);
  if (own !== undefined) return own;
  const failure = causes.find((one) => one instanceof Failure);
  if (failure !== undefined) throw failure;
  if (given.run.aborted) return new McpFault('aborted', 'The call was cancelled.');
  if (given.deadline.aborted)
    return new McpFault('timeout', `The server did not answer within ${given.timeout_ms} ms.`);
  const refused = causes.find((one) => one instanceof EgressError);
  if (refused !== undefined) return ofEgress(refused);
  const unauthorized = causes.some((one) => one instanceof client.UnauthorizedError);
  if (unauthorized) return signIn();
  if (causes.some((one) => one instanceof client.InsufficientScopeError))
    return new McpFault(
      'forbidden',
      'The server requires a scope that the sign-in does not have. Set it in `auth.scope` and sign in again.',
    );
  const http = causes.find((one) => one instanceof client.SdkHttpError);
  if (http !== undefined) return ofStatus(http.status);
  const protocol = causes.find((one) => one instanceof client.ProtocolError);
  if (protocol !== undefined) return ofProtocol(protocol, given.secrets);
  const sdk = causes.find((one) => one instanceof client.SdkError);
  return ofSdk(sdk?.code, client, error);
}

function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let one = error; one !== undefined && chain.length < 8; ) {
    chain.push(one);
    const { cause, data } = one as { cause?: unknown; data?: { cause?: unknown } };
    one = cause ?? data?.cause;
  }
  return chain;
}

const signIn = () => new McpFault('auth_required', 'The server requires other credentials.');

function ofEgress({ reason, message }: EgressError): McpFault {
  const known = (reasons as readonly string[]).includes(reason);
  return new McpFault(known ? (reason as McpFaultReason) : 'unreachable', message);
}

function ofStatus(status: number): McpFault {
  if (status === 401) return signIn();
  if (status === 403) return new McpFault('forbidden', 'The server returned HTTP 403.');
  if (status === 404)
    return new McpFault('session_lost', 'The server returned HTTP 404.', { retry: 'negotiate' });
  const message = `The server returned HTTP ${status}.`;
  if (status >= 500) return new McpFault('server_error', message, { retry: 'legacy' });
  return new McpFault('not_mcp', message, { retry: status === 400 ? 'negotiate' : null });
}

/** Unsupported protocol version, and headers that do not match the body. */
const versionCodes: readonly number[] = [-32022, -32020];

function ofProtocol(
  { code, message }: { code: number; message: string },
  secrets: readonly string[],
): McpFault {
  const text = redact(String(withoutInvisible(message)), secrets).slice(0, maxMessage);
  return new McpFault('server_error', `The server returned error ${code}: ${text.toWellFormed()}`, {
    retry: versionCodes.includes(code) ? 'negotiate' : null,
  });
}

function ofSdk(code: string | undefined, { SdkErrorCode }: Package, cause: unknown): McpFault {
  switch (code) {
    case SdkErrorCode.EraNegotiationFailed:
      return new McpFault('not_mcp', 'No protocol version could be agreed on.', {
        retry: 'legacy',
        cause,
      });
    case SdkErrorCode.ClientHttpUnexpectedContent:
      return new McpFault('not_mcp', 'The response is neither JSON nor an event stream.');
    case SdkErrorCode.ListPaginationExceeded:
      return new McpFault('too_large', 'The list of tools has too many pages.');
    case SdkErrorCode.UnsupportedResultType:
      return new McpFault(
        'invalid_result',
        'The server returned a type of result that is unknown.',
      );
    default:
      return new McpFault(
        'invalid_result',
        'The server returned a message that is not valid MCP.',
        {
          cause,
        },
      );
  }
}
