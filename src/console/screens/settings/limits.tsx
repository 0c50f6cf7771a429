import { Trash2 } from 'lucide-react';
import type { RateLimits, RateLimitsInput } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { operationTexts } from '../../texts/operation.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { NumberField, SelectField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import {
  type LimitsDraft,
  limitNames,
  newOverride,
  type OverrideDraft,
  overrideScopes,
  pointerOf,
  type Scope,
  scopes,
  toLimitsDraft,
  toLimitsInput,
} from './limits-input.ts';

/** How much the workspace, its keys, its agents and its end users may request. */
export default function Limits() {
  const texts = useTexts(operationTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/rate-limits');
  if (data !== undefined) return <LimitsForm stored={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loading}</Loading>;
}

function LimitsForm({ stored }: { readonly stored: RateLimits }) {
  const texts = useTexts(operationTexts);
  const toast = useToast();
  const { workspace } = useSession();
  const draft = useDraft<LimitsDraft>(
    `rate-limits.${workspace.workspace_id}`,
    toLimitsDraft(stored),
  );
  const { limits, overrides } = draft.value;
  const save = useAction((body: RateLimitsInput) => client.PUT('/api/v1/rate-limits', { body }), {
    refresh: ['/api/v1/rate-limits'],
    onDone: () => {
      draft.discard();
      toast(texts.limitsSaved);
    },
  });
  const setOverrides = (next: readonly OverrideDraft[]) => draft.set({ overrides: next });
  return (
    <Section title={texts.limits} description={texts.limitsHint}>
      <Form problem={save.problem} onSubmit={() => save.run(toLimitsInput(draft.value))}>
        {scopes.map((scope) => (
          <ScopeFields
            key={scope}
            scope={scope}
            values={limits[scope]}
            onChange={(values) =>
              draft.change((before) => ({
                ...before,
                limits: { ...before.limits, [scope]: values },
              }))
            }
          />
        ))}
        <Section
          title={texts.overrides}
          description={texts.overridesHint}
          actions={
            <Button onClick={() => setOverrides([...overrides, newOverride])}>
              {texts.addOverride}
            </Button>
          }
        >
          {overrides.length === 0 && <p className="muted">{texts.noOverrides}</p>}
          {overrides.map((one, index) => (
            <OverrideFields
              // biome-ignore lint/suspicious/noArrayIndexKey: an exception has no other identity while it is written.
              key={index}
              override={one}
              pointer={pointerOf(overrides, one)}
              onChange={(next) =>
                setOverrides(overrides.map((other) => (other === one ? next : other)))
              }
              onRemove={() => setOverrides(overrides.filter((other) => other !== one))}
            />
          ))}
        </Section>
        <DraftActions draft={draft} change={save} disabled={!draft.isChanged}>
          {texts.save}
        </DraftActions>
      </Form>
    </Section>
  );
}

function ScopeFields({
  scope,
  values,
  onChange,
}: {
  readonly scope: Scope;
  readonly values: LimitsDraft['limits'][Scope];
  readonly onChange: (values: LimitsDraft['limits'][Scope]) => void;
}) {
  const texts = useTexts(operationTexts);
  const base = scope === 'workspace' ? '/workspace' : `/${scope}/default`;
  return (
    <fieldset className="plain">
      <legend className="field-label">{texts.scopes[scope]}</legend>
      <div className="pair">
        {limitNames.map((name) => (
          <NumberField
            key={name}
            label={texts.limitNames[name]}
            pointer={`${base}/${name}`}
            min={0}
            step={1}
            value={values[name]}
            onChange={(value) => onChange({ ...values, [name]: value })}
          />
        ))}
      </div>
    </fieldset>
  );
}

function OverrideFields({
  override,
  pointer,
  onChange,
  onRemove,
}: {
  readonly override: OverrideDraft;
  readonly pointer: string;
  readonly onChange: (next: OverrideDraft) => void;
  readonly onRemove: () => void;
}) {
  const texts = useTexts(operationTexts);
  const { scope, id } = override;
  return (
    <fieldset className="card">
      <legend className="visually-hidden">{`${texts.scopeNames[scope]} ${id}`}</legend>
      <div className="pair">
        <SelectField
          label={texts.scope}
          value={scope}
          onChange={(value) => onChange({ ...override, scope: value })}
          choices={overrideScopes.map((value) => ({ value, label: texts.scopeNames[value] }))}
        />
        <TextField
          label={texts.id}
          pointer={`${pointer}/id`}
          value={id}
          onChange={(value) => onChange({ ...override, id: value })}
          required
        />
        {limitNames.map((name) => (
          <TextField
            key={name}
            label={texts.limitNames[name]}
            pointer={`${pointer}/${name}`}
            inputMode="numeric"
            pattern="\s*(\d+|\*)?\s*"
            value={override.texts[name]}
            onChange={(value) =>
              onChange({ ...override, texts: { ...override.texts, [name]: value } })
            }
          />
        ))}
      </div>
      <div>
        <IconButton label={texts.removeOverride(id)} onClick={onRemove}>
          <Trash2 size={16} aria-hidden="true" />
        </IconButton>
      </div>
    </fieldset>
  );
}
