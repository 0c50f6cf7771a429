import { z } from '@hono/zod-openapi';

/** Credentials by type; they are stored encrypted and not returned again. */
const secret = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[\x21-\x7e]+$/, 'Visible ASCII characters.');

export const S3Credentials = z
  .strictObject({
    access_key_id: secret,
    secret_access_key: secret,
    session_token: secret.optional(),
  })
  .describe('A key that may list the bucket and read its objects');

export const GithubCredentials = z
  .strictObject({ token: secret })
  .describe('A token with read access to contents and issues; public repositories need none');

export const NotionCredentials = z
  .strictObject({ token: secret })
  .describe('The token of an internal integration that may read content');

/** In JSON files that were copied as text, line breaks are a backslash and an n. */
const privateKey = z
  .string()
  .max(10_000)
  .regex(
    /^\s*-----BEGIN PRIVATE KEY-----(?:[\sA-Za-z0-9+/=]|\\n)+-----END PRIVATE KEY-----(?:\s|\\n)*$/,
    'Must be a private key in PEM, as in the JSON file of the service account.',
  );

export const ServiceAccount = z.strictObject({
  client_email: z.email().max(320),
  private_key: privateKey,
  subject: z.email().max(320).optional().describe('User whom the account acts for'),
});

export const OauthClient = z.strictObject({
  client_id: secret,
  client_secret: secret,
  refresh_token: secret,
});

export const GoogleDriveCredentials = z
  .union([ServiceAccount, OauthClient])
  .describe(
    'A service account, or an OAuth client with a refresh token, with read access to Drive',
  );

/** Schema of the credentials of each type that has some. */
export const credentialsOf = {
  s3: S3Credentials,
  github: GithubCredentials,
  notion: NotionCredentials,
  google_drive: GoogleDriveCredentials,
} as const;
