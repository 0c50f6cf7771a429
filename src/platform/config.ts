import { z } from 'zod';
import { type QuotaName, quotaNames } from '../db/schema/quotas.ts';
import { Failure } from '../shared/failure.ts';
import { type OidcProvider, oidcSettings, toProviders } from './oidc-settings.ts';

/**
 * Keys by their version: `1:<base64 of 32 bytes>,2:…`. The newest seals or signs, the others only open or verify.
 */
const VersionedKeys = (name: string) =>
  z
    .string()
    .default('')
    .transform((text, check) => {
      const keys = new Map<number, Uint8Array<ArrayBuffer>>();
      for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
        const [, version, encoded = ''] =
          /^\s*([1-9]\d{0,8}):([A-Za-z0-9+/_-]{43}=?)\s*$/.exec(entry) ?? [];
        if (version === undefined || keys.has(Number(version))) {
          check.addIssue({
            code: 'custom',
            message: `${name} must be \`version:base64 of 32 bytes\`, each version once; see .dev.vars.example`,
          });
          return z.NEVER;
        }
        keys.set(Number(version), decodeKey(encoded));
      }
      return keys as ReadonlyMap<number, Uint8Array<ArrayBuffer>>;
    });

const decodeKey = (encoded: string) =>
  Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );

const Switch = (name: string) =>
  z
    .enum(['true', 'false'], `${name} must be "true" or "false"`)
    .default('false')
    .transform((value) => value === 'true');

/** Comma-separated host names. */
const HostNames = z
  .string()
  .default('')
  .transform((text) =>
    text
      .toLowerCase()
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  .pipe(
    z.array(
      z
        .string()
        .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'PUBLIC_HOSTS must be comma-separated host names'),
    ),
  );

/** Default limits of a workspace; the migrations insert the same values. */
const standardQuotas: Readonly<Record<QuotaName, number>> = {
  files: 100_000,
  bytes: 100 * 2 ** 30,
  chunks: 2_000_000,
  agents: 1000,
  sessions: 5_000_000,
  tools: 1000,
  keys: 500,
  knowledge_bases: 1000,
  schedules: 500,
  mcp_servers: 100,
  datasets: 500,
  dataset_cases: 200_000,
  evaluations: 2000,
};

/** `files:1000,sessions:unlimited`: limits that differ from the defaults. */
const Quotas = z
  .string()
  .default('')
  .transform((text, check) => {
    const limits: Record<QuotaName, number | null> = { ...standardQuotas };
    for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
      const [, name = '', limit = ''] = /^\s*(\w+):(\d{1,15}|unlimited)\s*$/.exec(entry) ?? [];
      if (!(quotaNames as readonly string[]).includes(name)) {
        const message = `QUOTAS must be \`name:number\` or \`name:unlimited\` separated by commas; names are ${quotaNames.join(', ')}`;
        check.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
      limits[name as QuotaName] = limit === 'unlimited' ? null : Number(limit);
    }
    return limits as Readonly<Record<QuotaName, number | null>>;
  });

/** `NAME` for all workspaces, `NAME:ws_…` for one, separated by commas. */
const Buckets = z
  .string()
  .default('')
  .transform((text, check) => {
    const entries = text.split(',').map((part) => part.trim());
    return entries
      .filter((part) => part !== '')
      .map((part) => {
        const [, name = '', workspace_id = null] =
          /^([A-Z][A-Z0-9_]{0,59})(?::(ws_[0-9a-z]{26}))?$/.exec(part) ?? [];
        // The bucket of all workspaces' files.
        if (name !== '' && name !== 'FILES') return { name, workspace_id };
        const message =
          'IMPORT_BUCKETS must be names of R2 bindings other than FILES, as `NAME` or `NAME:workspace id`, separated by commas';
        check.addIssue({ code: 'custom', message });
        return z.NEVER;
      });
  });

const Settings = z.object({
  ROOT_KEY: z.string().min(20, 'ROOT_KEY must have at least 20 characters; see .dev.vars.example'),
  /** Accepted besides ROOT_KEY while it is replaced; empty otherwise. */
  ROOT_KEY_PREVIOUS: z
    .string()
    .refine(
      (key) => key === '' || key.length >= 20,
      'ROOT_KEY_PREVIOUS must be the former root key, or empty',
    )
    .default(''),
  ENCRYPTION_KEYS: VersionedKeys('ENCRYPTION_KEYS'),
  END_USER_TOKEN_KEYS: VersionedKeys('END_USER_TOKEN_KEYS'),
  SHARED_PROVIDER_KEYS: Switch('SHARED_PROVIDER_KEYS'),
  ALLOW_PRIVATE_NETWORK: Switch('ALLOW_PRIVATE_NETWORK'),
  PUBLIC_HOSTS: HostNames,
  QUOTAS: Quotas,
  IMPORT_BUCKETS: Buckets,
  SIGN_UP: z
    .enum(['open', 'invited', 'closed'], 'SIGN_UP must be "open", "invited" or "closed"')
    .default('closed'),
  /** Host name of the team, of Cloudflare Access before the deployment; empty without. */
  ACCESS_TEAM_DOMAIN: z
    .string()
    .toLowerCase()
    .regex(
      /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+)?$/,
      'ACCESS_TEAM_DOMAIN must be a host name such as team.cloudflareaccess.com',
    )
    .default(''),
  /** The audience tag of its application. */
  ACCESS_AUD: z.string().default(''),
  /** `true` where every policy of Access requires a second factor: it then stands for that of accounts. */
  ACCESS_SECOND_FACTOR: z.enum(['', 'true', 'false']).default(''),
  MAIL_FROM: z.string().default(''),
  MAIL_TO_LOG: Switch('MAIL_TO_LOG'),
  RESEND_API_KEY: z.string().default(''),
  ...oidcSettings,
});

/** A secret that signs what others send back. What the former one has signed stays valid while it is set. */
export interface SigningSecret {
  readonly current: string;
  readonly previous: string | null;
}

/** Validated settings of the deployment. */
export interface Config {
  readonly root_key: string;
  /** The former root key, accepted while it is replaced; null otherwise. */
  readonly previous_root_key: string | null;
  /** Signs cursors and links. */
  readonly signing_secret: SigningSecret;
  /** Signs the tokens of end users when the deployment has no `token_keys`, and verifies those that it has signed. */
  readonly token_secret: SigningSecret;
  /** By version; the newest signs the tokens of end users, the others verify them. */
  readonly token_keys: ReadonlyMap<number, Uint8Array<ArrayBuffer>>;
  /** Names an erased end user in a tombstone, and signs receipts of erasures. */
  readonly erasure_secret: SigningSecret;
  /** Derives the single-use tokens of people. */
  readonly person_secret: SigningSecret;
  /**
   * Decides who may have an account without an invitation, and create workspaces. `open`: everyone. `invited`: accounts by
   * invitation only, all of which may create workspaces. `closed`: accounts by invitation, workspaces by the root key.
   */
  readonly sign_up: 'open' | 'invited' | 'closed';
  /** Identity providers with which people sign in. */
  readonly oidc_providers: readonly OidcProvider[];
  /** Cloudflare Access, whose assertions sign members in; null when the deployment is not behind it. */
  readonly access: {
    readonly issuer: string;
    readonly audience: string;
    /** True where its assertions stand for the second factor of accounts. */
    readonly has_second_factor: boolean;
  } | null;
  readonly mail: {
    /** The sender, such as `AgentGrid <mail@example.com>`; empty without a mail service. */
    readonly from: string;
    /** Mail without a service is written to the log, links included. For local development only. */
    readonly to_log: boolean;
    readonly resend_api_key: string;
  };
  /** Seals stored replies when the deployment has no encryption keys. */
  readonly sealing_secret: string;
  /** By version; empty when the deployment has none and cannot store secrets. */
  readonly encryption_keys: ReadonlyMap<number, Uint8Array<ArrayBuffer>>;
  /**
   * Provider keys of the deployment, and the address of its search server, by variable name, for workspaces without their own; empty
   * unless the operator shares them.
   */
  readonly shared_provider_keys: ReadonlyMap<string, string>;
  /**
   * Outbound calls may use loopback and private hosts, plain http and any port. For local
   * development only.
   */
  readonly allow_private_network: boolean;
  /** Host names of the deployment besides workers.dev, which outbound calls must not address. */
  readonly own_hosts: readonly string[];
  /** Bindings of buckets from which workspaces may import; a null workspace stands for all. */
  readonly import_buckets: readonly {
    readonly name: string;
    readonly workspace_id: string | null;
  }[];
  /** Limits of a workspace without its own; null is unlimited. */
  readonly quotas: Readonly<Record<QuotaName, number | null>>;
}

const parsed = new WeakMap<object, Config>();

/** Throws `unavailable` with the names of missing settings, never with values. */
export function readConfig(env: object): Config {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const result = Settings.safeParse(env);
  if (!result.success) {
    throw new Failure(
      'unavailable',
      `The deployment is not configured: ${result.error.issues.map((issue) => issue.message).join('; ')}.`,
    );
  }
  const {
    ROOT_KEY,
    ROOT_KEY_PREVIOUS,
    ENCRYPTION_KEYS,
    END_USER_TOKEN_KEYS,
    SHARED_PROVIDER_KEYS,
    ALLOW_PRIVATE_NETWORK,
    PUBLIC_HOSTS,
    QUOTAS,
    IMPORT_BUCKETS,
    SIGN_UP,
    MAIL_FROM,
    MAIL_TO_LOG,
    RESEND_API_KEY,
    OIDC_PROVIDERS,
    OIDC_CLIENT_SECRETS,
  } = result.data;
  const derived = (name: string): SigningSecret => ({
    current: `${name}:${ROOT_KEY}`,
    previous: ROOT_KEY_PREVIOUS === '' ? null : `${name}:${ROOT_KEY_PREVIOUS}`,
  });
  const config = {
    root_key: ROOT_KEY,
    previous_root_key: ROOT_KEY_PREVIOUS === '' ? null : ROOT_KEY_PREVIOUS,
    signing_secret: derived('cursor'),
    token_secret: derived('end-user-token'),
    token_keys: END_USER_TOKEN_KEYS,
    erasure_secret: derived('erasure'),
    person_secret: derived('person'),
    sign_up: SIGN_UP,
    oidc_providers: toProviders(OIDC_PROVIDERS, OIDC_CLIENT_SECRETS),
    access: accessOf(result.data),
    mail: { from: MAIL_FROM, to_log: MAIL_TO_LOG, resend_api_key: RESEND_API_KEY },
    sealing_secret: `reply:${ROOT_KEY}`,
    encryption_keys: ENCRYPTION_KEYS,
    shared_provider_keys: new Map(SHARED_PROVIDER_KEYS ? providerKeys(env) : []),
    allow_private_network: ALLOW_PRIVATE_NETWORK,
    own_hosts: PUBLIC_HOSTS,
    quotas: QUOTAS,
    import_buckets: IMPORT_BUCKETS,
  };
  parsed.set(env, config);
  return config;
}

function accessOf({
  ACCESS_TEAM_DOMAIN: domain,
  ACCESS_AUD: audience,
  ACCESS_SECOND_FACTOR,
}: z.output<typeof Settings>): Config['access'] {
  if ((domain === '') !== (audience === ''))
    throw new Failure(
      'unavailable',
      'The deployment is not configured: ACCESS_TEAM_DOMAIN and ACCESS_AUD belong together.',
    );
  if (domain === '') return null;
  const has_second_factor = ACCESS_SECOND_FACTOR === 'true';
  return { issuer: `https://${domain}`, audience, has_second_factor };
}

const providerKeys = (env: object): [string, string][] =>
  Object.entries(env).filter(
    (entry): entry is [string, string] =>
      /(?<!^RESEND)_API_KEY$|^SEARXNG_URL$/.test(entry[0]) &&
      typeof entry[1] === 'string' &&
      entry[1] !== '',
  );
