import { z } from 'zod';

/** An identity provider with which people sign in. */
export interface OidcProvider {
  /** Part of the address `/auth/oidc/{id}`. */
  readonly id: string;
  readonly name: string;
  /** `github` has its own protocol, without ID tokens. */
  readonly protocol: 'oidc' | 'github';
  readonly issuer: string;
  readonly client_id: string;
  /** Null for a public client, which has PKCE only. */
  readonly client_secret: string | null;
  /** Domains whose addresses are taken as verified where the provider does not send `email_verified`. */
  readonly trusted_email_domains: readonly string[];
  /** Values of `amr` in ID tokens that stand for the second factor of an account; none by default. */
  readonly trusted_amr: readonly string[];
}

const host = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
const common = {
  client_id: z.string().min(1).max(300),
  name: z.string().min(1).max(60).optional(),
  trusted_email_domains: z.array(host).max(20).default([]),
};

const names: Readonly<Record<string, string>> = {
  google: 'Google',
  github: 'GitHub',
  microsoft: 'Microsoft',
};

/** GitHub has no ID tokens, and Google's have no `amr`. */
const trusted_amr = z
  .array(z.string().regex(/^[\w-]{1,30}$/))
  .max(10)
  .default([]);

const Provider = z.union([
  z.strictObject({ id: z.literal('google'), ...common }),
  z.strictObject({ id: z.literal('github'), ...common }),
  z.strictObject({
    id: z.literal('microsoft'),
    // One directory: everyone may have an account, with any address, in one of their own.
    tenant: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    trusted_amr,
    ...common,
  }),
  z.strictObject({
    id: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,29}$/)
      .refine((id) => !Object.hasOwn(names, id)),
    issuer: z.url({ protocol: /^https?$/ }).max(300),
    trusted_amr,
    ...common,
  }),
]);

const issuerOf = (entry: z.output<typeof Provider>): string => {
  if ('issuer' in entry) return entry.issuer;
  if ('tenant' in entry) return `https://login.microsoftonline.com/${entry.tenant}/v2.0`;
  return entry.id === 'github' ? 'https://github.com' : 'https://accounts.google.com';
};

const unreadable = {
  OIDC_PROVIDERS:
    'OIDC_PROVIDERS must be a JSON list of identity providers with distinct ids; see docs/guides/members.md',
  OIDC_CLIENT_SECRETS:
    'OIDC_CLIENT_SECRETS must be a JSON object of client secrets by the id of their provider',
} as const;

/** JSON in a variable; empty is the default. */
const Json = <Schema extends z.ZodType>(
  name: keyof typeof unreadable,
  schema: Schema,
  empty: string,
) =>
  z
    .string()
    .default('')
    .transform((text, check): z.output<Schema> => {
      const result = schema.safeParse(parse(text.trim() === '' ? empty : text));
      if (result.success) return result.data;
      // Without the values, which may be secret.
      check.addIssue({ code: 'custom', message: unreadable[name] });
      return z.NEVER;
    });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const hasDistinctIds = (list: readonly { id: string }[]) =>
  new Set(list.map(({ id }) => id)).size === list.length;

export const oidcSettings = {
  OIDC_PROVIDERS: Json('OIDC_PROVIDERS', z.array(Provider).max(10).refine(hasDistinctIds), '[]'),
  OIDC_CLIENT_SECRETS: Json(
    'OIDC_CLIENT_SECRETS',
    z.record(z.string(), z.string().min(1).max(1000)),
    '{}',
  ),
};

/** Returns the providers of the settings, with their secrets. */
export const toProviders = (
  entries: readonly z.output<typeof Provider>[],
  secrets: Readonly<Record<string, string>>,
): OidcProvider[] =>
  entries.map((entry) => ({
    id: entry.id,
    name: entry.name ?? names[entry.id] ?? entry.id,
    protocol: entry.id === 'github' ? 'github' : 'oidc',
    issuer: issuerOf(entry),
    client_id: entry.client_id,
    client_secret: Object.hasOwn(secrets, entry.id) ? (secrets[entry.id] ?? null) : null,
    trusted_email_domains: entry.trusted_email_domains,
    trusted_amr: 'trusted_amr' in entry ? entry.trusted_amr : [],
  }));
