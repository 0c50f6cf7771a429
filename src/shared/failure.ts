/**
 * All failures of requests. The runtime mapping, the OpenAPI responses and the page
 * `/docs/problems` derive from this table.
 */
export const failures = {
  malformed_request: { status: 400, title: 'The request could not be read' },
  invalid_cursor: { status: 400, title: 'Invalid cursor' },
  invalid_token: { status: 400, title: 'The link is invalid, has expired or has been used' },
  unauthenticated: { status: 401, title: 'A valid credential is required' },
  second_factor_required: { status: 401, title: 'A second factor is required' },
  budget_exceeded: { status: 402, title: 'A budget does not allow this' },
  recent_sign_in_required: { status: 403, title: 'A recent sign-in is required' },
  share_limit: { status: 403, title: 'A limit of the share link does not allow this' },
  workspace_suspended: { status: 403, title: 'The workspace is suspended' },
  forbidden: { status: 403, title: 'The credential does not allow this' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'The method is not supported here' },
  not_acceptable: { status: 406, title: 'None of the accepted media types is supported' },
  experiment_not_ready: { status: 409, title: 'The experiment cannot start as it is' },
  conflict: { status: 409, title: 'The state of the resource does not allow this' },
  slug_taken: { status: 409, title: 'The slug is in use' },
  name_taken: { status: 409, title: 'The name is in use' },
  agent_archived: { status: 409, title: 'The agent is archived' },
  evaluation_required: { status: 409, title: 'The version has to pass an evaluation first' },
  session_busy: { status: 409, title: 'The session is answering another message' },
  session_closed: { status: 409, title: 'The session is archived or has expired' },
  session_handed_over: { status: 409, title: 'A person handles the session' },
  run_cancelled: { status: 409, title: 'The run was cancelled' },
  run_expired: { status: 409, title: 'The run has expired' },
  request_in_flight: { status: 409, title: 'A request with this idempotency key is still running' },
  credential_unusable: { status: 409, title: 'A stored credential cannot be opened' },
  last_admin_key: { status: 409, title: 'The last admin key cannot be revoked or demoted' },
  last_owner: { status: 409, title: 'The last owner cannot be removed or demoted' },
  precondition_failed: { status: 412, title: 'The resource has changed' },
  events_gone: { status: 410, title: 'The events are no longer stored' },
  reply_gone: { status: 410, title: 'The stored reply can no longer be read' },
  revision_purged: {
    status: 410,
    title: 'The revision of the knowledge base is not available',
  },
  too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  range_not_satisfiable: { status: 416, title: 'The range is outside of the file' },
  validation_failed: { status: 422, title: 'The request does not match its schema' },
  url_not_allowed: { status: 422, title: 'The URL is not allowed' },
  quota_exceeded: { status: 422, title: 'A quota of the workspace does not allow this' },
  tool_not_configured: { status: 422, title: 'A tool is not configured in the workspace' },
  idempotency_mismatch: { status: 422, title: 'The idempotency key was used with another request' },
  provider_auth: { status: 424, title: 'The model provider refused the credential' },
  provider_not_configured: { status: 424, title: 'The model provider is not configured' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Internal error' },
  authorization_failed: {
    status: 502,
    title: 'The authorization server of an MCP server failed',
  },
  provider_error: { status: 502, title: 'The model provider failed' },
  structured_output_failed: { status: 502, title: 'The answer does not follow its schema' },
  run_interrupted: { status: 503, title: 'The run was interrupted' },
  unavailable: { status: 503, title: 'The service is not ready' },
  provider_timeout: { status: 504, title: 'The model provider took too long' },
} as const satisfies Record<string, { status: number; title: string }>;

export type FailureCode = keyof typeof failures;

/** One violation of a schema; `pointer` is an RFC 6901 pointer into the body, or `?name` of a parameter. */
export interface Violation {
  readonly pointer: string;
  readonly detail: string;
}

export interface FailureOptions {
  readonly errors?: readonly Violation[];
  /** Seconds; becomes `Retry-After`. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Extension members of the problem document, such as the id of the active run. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error that every caller converts to a response. Never contains secrets. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly options: FailureOptions;

  constructor(code: FailureCode, detail: string, options: FailureOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.options = options;
  }

  get status() {
    return failures[this.code].status;
  }
}

/**
 * Returns `not_found`, the same for a missing resource and for one of another workspace. `what` is
 * the kind of resource.
 */
export const notFound = (what: string) =>
  new Failure('not_found', apart[what] ?? `No such ${what} in this workspace.`);

/** Details about what belongs to no workspace, or is found by visitors who have none. */
const apart: Readonly<Record<string, string>> = {
  workspace: 'No such workspace.',
  identity: 'No such identity.',
  'sign-in session': 'No such sign-in session.',
  link: 'This link does not exist, or is no longer open.',
};

/** Returns the detail for an unknown version. Use it only for callers that may see the agent. */
export const versionNotFound = (version: string) =>
  version.startsWith('ver_')
    ? 'No such version of this agent.'
    : `Version ${version.slice(0, 64)} of this agent does not exist.`;

export const unknownVersion = (version: string) =>
  new Failure('not_found', versionNotFound(version));

export const workspaceSuspended = () =>
  new Failure('workspace_suspended', 'The operator of the deployment has suspended the workspace.');

export const invalid = (pointer: string, detail: string) =>
  new Failure('validation_failed', isPredicate(detail) ? causeOf([{ pointer, detail }]) : detail, {
    errors: [{ pointer, detail }],
  });

/** Returns `validation_failed` with the first violation as its detail and all in `errors`. */
export const validationFailed = (errors: readonly Violation[]) =>
  new Failure('validation_failed', causeOf(errors), { errors });

/** Returns true for a text whose subject is the field: "Must be in the future." */
const isPredicate = (detail: string): boolean => /^(?:Is|Must|Has) /.test(detail);

function causeOf([first, ...others]: readonly Violation[]): string {
  if (first === undefined) return 'The request is invalid.';
  const { pointer, detail } = first;
  const cause =
    pointer === ''
      ? detail
      : isPredicate(detail)
        ? `${pointer} ${detail[0]?.toLowerCase()}${detail.slice(1)}`
        : `${pointer}: ${detail}`;
  return others.length === 0 ? cause : `${cause} ${others.length} more in \`errors\`.`;
}
