import type { McpAuthInput } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { mcpServerTexts } from '../../texts/mcp-servers.ts';
import { toolTexts } from '../../texts/tools.ts';
import { SelectField, TextField } from '../../ui/field.tsx';

const initial: { readonly [Type in McpAuthInput['type']]: McpAuthInput } = {
  none: { type: 'none' },
  header: { type: 'header', header: 'Authorization', value: '' },
  client_credentials: { type: 'client_credentials', client_id: '', client_secret: '' },
  oauth: { type: 'oauth', per: 'workspace' },
};

/** The secret of an access, which no draft holds; empty without one. */
export const secretOf = (auth: McpAuthInput): string =>
  auth.type === 'header' ? auth.value : 'client_secret' in auth ? (auth.client_secret ?? '') : '';

/** An access with another secret, or with none. */
export function withSecret(auth: McpAuthInput, secret: string): McpAuthInput {
  if (auth.type === 'header') return { ...auth, value: secret };
  if (auth.type === 'client_credentials') return { ...auth, client_secret: secret };
  if (auth.type === 'none') return auth;
  const { client_secret: _, ...open } = auth;
  return secret === '' ? open : { ...open, client_secret: secret };
}

const types = ['none', 'header', 'oauth', 'client_credentials'] as const;

interface AuthFieldsProps<Auth> {
  readonly value: Auth;
  readonly onChange: (value: Auth) => void;
}

/** How a server is reached. With `kept`, the access it has now can stay, which is null. */
export function AuthTypeField({
  value,
  onChange,
  kept,
}: AuthFieldsProps<McpAuthInput | null> & { readonly kept?: string }) {
  const texts = useTexts(toolTexts);
  const own = useTexts(mcpServerTexts);
  return (
    <SelectField<McpAuthInput['type'] | ''>
      label={texts.access}
      pointer="/auth/type"
      value={value?.type ?? ''}
      choices={[
        ...(kept === undefined ? [] : [{ value: '' as const, label: own.keep(kept) }]),
        ...types.map((type) => ({ value: type, label: texts.auths[type] })),
      ]}
      onChange={(type) => onChange(type === '' ? null : initial[type])}
    />
  );
}

/** What the chosen access needs. */
export function AuthFields({ value, onChange }: AuthFieldsProps<McpAuthInput>) {
  if (value.type === 'header') return <HeaderFields value={value} onChange={onChange} />;
  if (value.type === 'oauth') return <OAuthFields value={value} onChange={onChange} />;
  if (value.type === 'client_credentials')
    return <ClientFields value={value} onChange={onChange} />;
  return null;
}

type Of<Type extends McpAuthInput['type']> = AuthFieldsProps<Extract<McpAuthInput, { type: Type }>>;

function HeaderFields({ value, onChange }: Of<'header'>) {
  const texts = useTexts(toolTexts);
  return (
    <>
      <TextField
        label={texts.header}
        pointer="/auth/header"
        value={value.header ?? ''}
        onChange={(header) => onChange({ ...value, header })}
      />
      <TextField
        label={texts.headerValue}
        hint={texts.secretHint}
        pointer="/auth/value"
        type="password"
        required
        value={value.value}
        onChange={(next) => onChange({ ...value, value: next })}
      />
    </>
  );
}

function OAuthFields({ value, onChange }: Of<'oauth'>) {
  const texts = useTexts(toolTexts);
  const own = useTexts(mcpServerTexts);
  const { client_secret: secret, ...open } = value;
  return (
    <>
      <SelectField
        label={texts.whoSignsIn}
        pointer="/auth/per"
        value={value.per ?? 'workspace'}
        choices={(['workspace', 'end_user'] as const).map((per) => ({
          value: per,
          label: texts.per[per],
        }))}
        onChange={(per) => onChange({ ...value, per })}
      />
      <TextField
        label={texts.clientId}
        hint={own.clientIdHint}
        pointer="/auth/client_id"
        value={value.client_id ?? ''}
        onChange={(id) => onChange({ ...value, client_id: id === '' ? null : id })}
      />
      {(value.client_id ?? '') !== '' && (
        <TextField
          label={texts.clientSecret}
          hint={texts.secretHint}
          pointer="/auth/client_secret"
          type="password"
          value={secret ?? ''}
          onChange={(next) => onChange(next === '' ? open : { ...value, client_secret: next })}
        />
      )}
      <TextField
        label={own.scope}
        hint={own.scopeHint}
        pointer="/auth/scope"
        value={value.scope ?? ''}
        onChange={(scope) => onChange({ ...value, scope: scope === '' ? null : scope })}
      />
    </>
  );
}

function ClientFields({ value, onChange }: Of<'client_credentials'>) {
  const texts = useTexts(toolTexts);
  const own = useTexts(mcpServerTexts);
  return (
    <>
      <TextField
        label={texts.clientId}
        pointer="/auth/client_id"
        required
        value={value.client_id}
        onChange={(client_id) => onChange({ ...value, client_id })}
      />
      <TextField
        label={texts.clientSecret}
        hint={texts.secretHint}
        pointer="/auth/client_secret"
        type="password"
        required
        value={value.client_secret}
        onChange={(client_secret) => onChange({ ...value, client_secret })}
      />
      <TextField
        label={own.scope}
        hint={own.scopeHint}
        pointer="/auth/scope"
        value={value.scope ?? ''}
        onChange={(scope) => onChange({ ...value, scope: scope === '' ? null : scope })}
      />
      <TextField
        type="url"
        label={own.issuer}
        hint={own.issuerHint}
        pointer="/auth/issuer"
        value={value.issuer ?? ''}
        onChange={(issuer) => onChange({ ...value, issuer: issuer === '' ? null : issuer })}
      />
    </>
  );
}
