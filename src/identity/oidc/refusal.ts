/** Reasons for which a sign-in by an identity provider ends at `/account?error=…`. */
export type RefusalReason =
  | 'unknown_provider'
  | 'invalid_next'
  | 'sign_in_expired'
  | 'sign_in_denied'
  | 'provider_failed'
  | 'email_unverified'
  | 'sign_up_closed'
  | 'identity_taken'
  | 'too_many_identities'
  | 'rate_limited'
  | 'insecure';

/** A refused sign-in. The message is for the log; it contains no token. */
export class SignInRefusal extends Error {
  override readonly name = 'SignInRefusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

export const providerFailed = (detail: string) => new SignInRefusal('provider_failed', detail);
