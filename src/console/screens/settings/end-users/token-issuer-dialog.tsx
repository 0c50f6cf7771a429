import type { CreateTokenIssuer, TokenIssuer } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { AgentChecks } from '../../../ui/agent-checks.tsx';
import { NumberField, SelectField, TextAreaField, TextField } from '../../../ui/field.tsx';
import { ControlledFormDialog } from '../../../ui/form-dialog.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

type Draft = ReturnType<typeof toDraft>;
type Period = NonNullable<TokenIssuer['budget']>['period'];

const daySeconds = 86_400;

const toDraft = (issuer: TokenIssuer | null) => ({
  name: issuer?.name ?? '',
  issuer: issuer?.issuer ?? '',
  audience: issuer?.audience ?? '',
  source: issuer === null || issuer.jwks_url !== null ? ('url' as const) : ('inline' as const),
  jwks_url: issuer?.jwks_url ?? '',
  jwks: '',
  user_claim: issuer?.user_claim ?? 'sub',
  groups_claim: issuer?.groups_claim ?? '',
  agent_ids: (issuer?.agent_ids ?? []) as readonly string[],
  versions: issuer?.versions ?? ('active' as const),
  requests_per_minute: issuer?.requests_per_minute ?? null,
  limit_usd: issuer?.budget?.limit_usd ?? null,
  period: (issuer?.budget?.period ?? 'day') as Period,
  max_lifetime_s: issuer?.max_lifetime_s ?? daySeconds,
});

const keysOf = (text: string): { keys: Record<string, never>[] } | null => {
  try {
    return JSON.parse(text) as { keys: Record<string, never>[] };
  } catch {
    return null;
  }
};

function toInput(draft: Draft): CreateTokenIssuer {
  const { source, jwks_url, jwks, limit_usd, period, groups_claim, agent_ids, ...rest } = draft;
  const keys =
    source === 'url'
      ? { jwks_url, jwks: null }
      : jwks === ''
        ? {}
        : { jwks_url: null, jwks: keysOf(jwks) };
  return {
    ...rest,
    ...keys,
    agent_ids: [...agent_ids],
    groups_claim: groups_claim === '' ? null : groups_claim,
    budget: limit_usd === null ? null : { limit_usd, period },
  };
}

/** Creates a token issuer, or changes one. */
export function TokenIssuerDialog({
  issuer,
  onClose,
}: {
  readonly issuer: TokenIssuer | null;
  readonly onClose: () => void;
}) {
  const texts = useTexts(endUserTexts);
  const {
    value: draft,
    set,
    discard,
  } = useDraft(`token-issuer.${issuer?.id ?? 'new'}`, toDraft(issuer));
  const text = (
    name: 'name' | 'issuer' | 'audience' | 'jwks_url' | 'user_claim' | 'groups_claim',
  ) => ({
    pointer: `/${name}`,
    value: draft[name],
    onChange: (value: string) => set({ [name]: value }),
  });
  const save = useAction<CreateTokenIssuer>(
    (body, header) =>
      issuer === null
        ? client.POST('/api/v1/token-issuers', { body, params: { header } })
        : client.PATCH('/api/v1/token-issuers/{token_issuer}', {
            params: { path: { token_issuer: issuer.id } },
            body,
          }),
    { refresh: ['/api/v1/token-issuers'] },
  );
  const isKeysWrong = draft.source === 'inline' && draft.jwks !== '' && keysOf(draft.jwks) === null;
  return (
    <ControlledFormDialog
      isOpen
      onClose={onClose}
      title={issuer?.name ?? texts.createIssuer}
      action={issuer === null ? texts.createIssuer : texts.save}
      change={save}
      draft={{ discard }}
      input={() => toInput(draft)}
    >
      <TextField label={texts.name} {...text('name')} required maxLength={100} />
      <TextField label={texts.issuer} hint={texts.issuerHint} {...text('issuer')} required />
      <TextField label={texts.audience} hint={texts.audienceHint} {...text('audience')} required />
      <SelectField
        label={texts.keysFrom}
        value={draft.source}
        onChange={(source) => set({ source })}
        choices={(['url', 'inline'] as const).map((value) => ({
          value,
          label: texts.keySources[value],
        }))}
      />
      {draft.source === 'url' ? (
        <TextField type="url" label={texts.jwksUrl} {...text('jwks_url')} required />
      ) : (
        <TextAreaField
          label={texts.jwks}
          pointer="/jwks"
          className="code-area"
          error={isKeysWrong ? texts.jwksInvalid : null}
          value={draft.jwks}
          onChange={(jwks) => set({ jwks })}
          required={issuer === null || issuer.jwks_url !== null}
        />
      )}
      <TextField
        label={texts.userClaim}
        hint={texts.userClaimHint}
        {...text('user_claim')}
        required
      />
      <TextField label={texts.groupsClaim} hint={texts.groupsClaimHint} {...text('groups_claim')} />
      <AgentChecks
        label={texts.agents}
        hint={texts.agentsHint}
        chosen={draft.agent_ids}
        onChange={(agent_ids) => set({ agent_ids })}
      />
      <SelectField
        label={texts.versions}
        pointer="/versions"
        value={draft.versions}
        onChange={(versions) => set({ versions })}
        choices={(['active', 'any'] as const).map((value) => ({
          value,
          label: texts.versionChoices[value],
        }))}
      />
      <div className="pair">
        <NumberField
          label={texts.perMinute}
          hint={texts.noLimit}
          pointer="/requests_per_minute"
          value={draft.requests_per_minute}
          onChange={(requests_per_minute) => set({ requests_per_minute })}
        />
        <NumberField
          label={texts.lifetime}
          pointer="/max_lifetime_s"
          value={draft.max_lifetime_s}
          onChange={(value) => set({ max_lifetime_s: value ?? daySeconds })}
        />
        <NumberField
          label={texts.budget}
          hint={texts.noLimit}
          pointer="/budget"
          value={draft.limit_usd}
          onChange={(limit_usd) => set({ limit_usd })}
        />
        <SelectField
          label={texts.period}
          value={draft.period}
          onChange={(period) => set({ period })}
          choices={(['day', 'week', 'month', 'total'] as const).map((value) => ({
            value,
            label: texts.periods[value],
          }))}
        />
      </div>
    </ControlledFormDialog>
  );
}
