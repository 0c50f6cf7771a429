/** The person of a sign-in, as the provider has proven. */
export interface Profile {
  readonly issuer: string;
  /** The id of the person at the provider. */
  readonly subject: string;
  /** In lower case; null without an address that the provider has verified. */
  readonly email: string | null;
  readonly name: string | null;
  /** How the provider has authenticated the person (RFC 8176), as it asserts. */
  readonly amr: readonly string[];
}
