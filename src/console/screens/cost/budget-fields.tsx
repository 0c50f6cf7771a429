import type { Budget } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { AgentFilter } from '../../ui/agent-filter.tsx';
import { CheckField, NumberField, SelectField, TextField } from '../../ui/field.tsx';

export interface BudgetForm {
  readonly name: string;
  readonly limit_usd: number | null;
  readonly scope: Budget['scope'];
  readonly subject_id: string;
  readonly period: Budget['period'];
  readonly action: Budget['action'];
  readonly from_percent: number | null;
  readonly model: string;
  readonly max_output_tokens: number | null;
  readonly unknown_price: Budget['unknown_price'];
  /** As entered: `50, 80, 100`. */
  readonly thresholds: string;
  readonly forecast: boolean;
  readonly webhook_url: string;
  readonly webhook_secret: string;
  readonly removesWebhook: boolean;
}

export const newForm: BudgetForm = {
  ...{ name: '', limit_usd: null, scope: 'workspace', subject_id: '', period: 'month' },
  ...{ action: 'block', from_percent: 80, model: '', max_output_tokens: null },
  ...{ unknown_price: 'block', thresholds: '50, 80, 100', forecast: true },
  ...{ webhook_url: '', webhook_secret: '', removesWebhook: false },
};

export const formOf = (budget: Budget): BudgetForm => ({
  ...newForm,
  ...{ name: budget.name, limit_usd: budget.limit_usd, scope: budget.scope },
  ...{ subject_id: budget.subject_id ?? '', period: budget.period, action: budget.action },
  from_percent: budget.downgrade?.from_percent ?? 80,
  model: budget.downgrade?.model ?? '',
  max_output_tokens: budget.downgrade?.max_output_tokens ?? null,
  unknown_price: budget.unknown_price,
  thresholds: budget.alerts.thresholds.join(', '),
  forecast: budget.alerts.forecast,
});

interface FieldsProps {
  readonly form: BudgetForm;
  readonly isNew: boolean;
  /** The address that alerts are sent to now. */
  readonly webhook: string | null;
  readonly onChange: (changes: Partial<BudgetForm>) => void;
}

const scopes = ['workspace', 'agent', 'api_key', 'end_user'] as const;
const periods = ['day', 'week', 'month', 'total'] as const;
const actions = ['block', 'downgrade', 'warn'] as const;

export function BudgetFields({ form, isNew, webhook, onChange }: FieldsProps) {
  const texts = useTexts(costTexts);
  return (
    <>
      <TextField
        label={texts.name}
        pointer="/name"
        value={form.name}
        onChange={(name) => onChange({ name })}
        required
        maxLength={100}
      />
      {isNew && (
        <>
          <SelectField
            label={texts.appliesTo}
            hint={texts.appliesToHint}
            pointer="/scope"
            value={form.scope}
            onChange={(scope) => onChange({ scope, subject_id: '' })}
            choices={scopes.map((value) => ({ value, label: texts.scopes[value] }))}
          />
          <Subject form={form} onChange={onChange} />
          <SelectField
            label={texts.period}
            hint={texts.periodHint}
            pointer="/period"
            value={form.period}
            onChange={(period) => onChange({ period })}
            choices={periods.map((value) => ({ value, label: texts.periods[value] }))}
          />
        </>
      )}
      <NumberField
        label={texts.limit}
        pointer="/limit_usd"
        value={form.limit_usd}
        onChange={(limit_usd) => onChange({ limit_usd })}
        required
        min={0}
      />
      <SelectField
        label={texts.action}
        pointer="/action"
        hint={texts.actionHints[form.action]}
        value={form.action}
        onChange={(action) => onChange({ action })}
        choices={actions.map((value) => ({ value, label: texts.actions[value] }))}
      />
      {form.action === 'downgrade' && <Downgrade form={form} onChange={onChange} />}
      <CheckField
        label={texts.allowUnknown}
        hint={texts.allowUnknownHint}
        pointer="/unknown_price"
        checked={form.unknown_price === 'allow'}
        onChange={(checked) => onChange({ unknown_price: checked ? 'allow' : 'block' })}
      />
      <TextField
        label={texts.thresholds}
        hint={texts.thresholdsHint}
        pointer="/alerts/thresholds"
        value={form.thresholds}
        onChange={(thresholds) => onChange({ thresholds })}
      />
      <CheckField
        label={texts.forecastAlert}
        pointer="/alerts/forecast"
        checked={form.forecast}
        onChange={(forecast) => onChange({ forecast })}
      />
      <details>
        <summary>{texts.webhook}</summary>
        <div className="form budget-webhook">
          <p className="muted small">
            {webhook === null ? texts.noWebhook : texts.sentTo(webhook)}
          </p>
          {webhook !== null && (
            <CheckField
              label={texts.removeWebhook}
              checked={form.removesWebhook}
              onChange={(removesWebhook) => onChange({ removesWebhook })}
            />
          )}
          <TextField
            label={texts.webhookUrl}
            pointer="/alerts/webhook/url"
            type="url"
            value={form.webhook_url}
            onChange={(webhook_url) => onChange({ webhook_url })}
          />
          <TextField
            label={texts.webhookSecret}
            hint={texts.webhookSecretHint}
            pointer="/alerts/webhook/secret"
            type="password"
            autoComplete="new-password"
            value={form.webhook_secret}
            onChange={(webhook_secret) => onChange({ webhook_secret })}
          />
        </div>
      </details>
    </>
  );
}

type PartProps = Pick<FieldsProps, 'form' | 'onChange'>;

function Subject({ form, onChange }: PartProps) {
  const texts = useTexts(costTexts);
  const keys = api.useQuery(
    'get',
    '/api/v1/api-keys',
    { params: { query: { limit: 100 } } },
    { enabled: form.scope === 'api_key' },
  ).data?.data;
  const choose = (subject_id: string) => onChange({ subject_id });
  if (form.scope === 'workspace') return null;
  if (form.scope === 'agent') return <AgentFilter value={form.subject_id} onChange={choose} />;
  if (form.scope === 'end_user')
    return (
      <TextField
        label={texts.endUserId}
        hint={texts.eachHint}
        pointer="/subject_id"
        value={form.subject_id}
        onChange={choose}
      />
    );
  return (
    <SelectField
      label={texts.scopes.api_key}
      pointer="/subject_id"
      value={form.subject_id}
      onChange={choose}
      choices={[
        { value: '', label: texts.scopeOfEach.api_key },
        ...(keys ?? []).map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

function Downgrade({ form, onChange }: PartProps) {
  const texts = useTexts(costTexts);
  return (
    <fieldset className="plain">
      <NumberField
        label={texts.downgradeFrom}
        pointer="/downgrade/from_percent"
        value={form.from_percent}
        onChange={(from_percent) => onChange({ from_percent })}
        min={1}
        max={100}
        step={1}
      />
      <TextField
        label={texts.downgradeModel}
        hint={texts.downgradeModelHint}
        pointer="/downgrade"
        value={form.model}
        placeholder="openai/gpt-5-nano"
        onChange={(model) => onChange({ model })}
      />
      <NumberField
        label={texts.downgradeTokens}
        value={form.max_output_tokens}
        onChange={(max_output_tokens) => onChange({ max_output_tokens })}
        min={1}
        step={1}
      />
    </fieldset>
  );
}
