import type { KnowledgeSource } from '../../../client/index.ts';

export type SourceType = KnowledgeSource['type'];

interface SourceField {
  readonly name:
    | 'url'
    | 'max_pages'
    | 'max_depth'
    | 'include'
    | 'exclude'
    | 'endpoint'
    | 'bucket'
    | 'prefix'
    | 'region'
    | 'repository'
    | 'ref'
    | 'content'
    | 'folder_id'
    | 'drive_id'
    | 'access_key_id'
    | 'secret_access_key'
    | 'token'
    | 'client_email'
    | 'private_key'
    | 'subject'
    | 'client_id'
    | 'client_secret'
    | 'refresh_token';
  readonly kind: 'text' | 'number' | 'lines' | 'names' | 'secret';
  readonly isRequired?: boolean;
  /** Can be changed after the source was created. */
  readonly isMutable?: boolean;
  readonly placeholder?: string;
  /** The way to sign in that it belongs to; absent for every one. */
  readonly signIn?: SignIn;
}

/** The ways to sign in to Google Drive. */
export const signIns = ['service_account', 'oauth'] as const;
export type SignIn = (typeof signIns)[number];

const url = { name: 'url', kind: 'text', isRequired: true, placeholder: 'https://' } as const;
const pages = { name: 'max_pages', kind: 'number', isMutable: true } as const;
const paths = [
  { name: 'include', kind: 'lines', isMutable: true, placeholder: '/guides/' },
  { name: 'exclude', kind: 'lines', isMutable: true, placeholder: '/*/print$' },
] as const;
const bucket = { name: 'bucket', kind: 'text', isRequired: true } as const;
const prefix = { name: 'prefix', kind: 'text' } as const;
const token = { name: 'token', kind: 'secret', isMutable: true } as const;
const secret = <Name extends SourceField['name']>(name: Name) =>
  ({ name, kind: 'secret', isRequired: true, isMutable: true }) as const;
const serviceAccount = { signIn: 'service_account' } as const;
const oauth = { signIn: 'oauth' } as const;

/** What each type of source has to know, in the order of the form. */
export const fieldsOf: Readonly<Record<SourceType, readonly SourceField[]>> = {
  crawl: [url, { name: 'max_depth', kind: 'number', isMutable: true }, pages, ...paths],
  sitemap: [url, pages, ...paths],
  url: [url],
  feed: [url, pages],
  s3: [
    { name: 'endpoint', kind: 'text', isRequired: true, placeholder: 'https://' },
    bucket,
    prefix,
    { name: 'region', kind: 'text', placeholder: 'auto' },
    secret('access_key_id'),
    secret('secret_access_key'),
    pages,
    ...paths,
  ],
  r2: [bucket, prefix, pages, ...paths],
  github: [
    { name: 'repository', kind: 'text', isRequired: true, placeholder: 'owner/name' },
    { name: 'ref', kind: 'text', placeholder: 'HEAD' },
    { name: 'content', kind: 'names', placeholder: 'documents' },
    token,
    pages,
    ...paths,
  ],
  notion: [{ ...token, isRequired: true }, pages],
  google_drive: [
    { name: 'folder_id', kind: 'text' },
    { name: 'drive_id', kind: 'text' },
    { ...secret('client_email'), ...serviceAccount },
    { ...secret('private_key'), ...serviceAccount },
    { name: 'subject', kind: 'secret', isMutable: true, ...serviceAccount },
    { ...secret('client_id'), ...oauth },
    { ...secret('client_secret'), ...oauth },
    { ...secret('refresh_token'), ...oauth },
    pages,
    ...paths,
  ],
};

/** The fields of a source for the way to sign in. */
export const fieldsFor = (type: SourceType, signIn: SignIn): readonly SourceField[] =>
  fieldsOf[type].filter((field) => field.signIn === undefined || field.signIn === signIn);

/** Fields that are shown at once; others unfold. */
export const isMain = ({ name, kind, isRequired }: SourceField): boolean =>
  isRequired === true || kind === 'secret' || name === 'max_pages' || name === 'max_depth';

/** The values of a source as texts of the form. */
export const valuesOf = ({ type, settings }: KnowledgeSource): Record<string, string> =>
  Object.fromEntries(
    fieldsOf[type]
      .filter(({ kind }) => kind !== 'secret')
      .map(({ name, kind }) => [name, textOf(settings[name], kind === 'lines' ? '\n' : ', ')]),
  );

const textOf = (value: unknown, between: string): string =>
  Array.isArray(value) ? value.join(between) : value == null ? '' : `${value}`;

/** The members of a request from what was entered; without what was left empty, except for patterns, which may be emptied. */
export function membersOf(
  type: SourceType,
  values: Readonly<Record<string, string>>,
  isNew: boolean,
  signIn: SignIn,
): Record<string, unknown> {
  const fields = fieldsFor(type, signIn).filter(({ isMutable }) => isNew || isMutable === true);
  const entered = (kind: SourceField['kind']) =>
    fields
      .filter((field) => field.kind === kind)
      .map(({ name }) => [name, (values[name] ?? '').trim()] as const);
  const filled = (kind: SourceField['kind']) => entered(kind).filter(([, value]) => value !== '');
  const lists = (kind: 'lines' | 'names', between: RegExp) =>
    (isNew ? filled(kind) : entered(kind)).map(([name, value]) => [
      name,
      value
        .split(between)
        .filter((one) => one.trim() !== '')
        .map((one) => one.trim()),
    ]);
  const credentials = Object.fromEntries(filled('secret'));
  return {
    ...Object.fromEntries(filled('text')),
    ...Object.fromEntries(filled('number').map(([name, value]) => [name, Number(value)])),
    ...Object.fromEntries(lists('lines', /\n/)),
    ...Object.fromEntries(lists('names', /,/)),
    ...(Object.keys(credentials).length > 0 && { credentials }),
  };
}
