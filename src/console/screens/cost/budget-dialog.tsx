import { useState } from 'react';
import type { Budget, CreateBudget, UpdateBudget } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { BudgetFields, type BudgetForm, formOf, newForm } from './budget-fields.tsx';

/** Creates a budget, or changes the given one, whose scope and period stay. */
export function BudgetDialog({ budget }: { readonly budget?: Budget }) {
  const texts = useTexts(costTexts);
  const toast = useToast();
  const initial = budget === undefined ? newForm : formOf(budget);
  // What the browser keeps is not to hold the secret of the webhook.
  const draft = useDraft(`budget.${budget?.id ?? 'new'}`, initial);
  const [secret, setSecret] = useState('');
  const form = { ...draft.value, webhook_secret: secret };
  const forget = () => {
    draft.discard();
    setSecret('');
  };
  const save = useAction(
    async (input: BudgetForm, headers) => {
      if (budget === undefined)
        return client.POST('/api/v1/budgets', { body: toCreate(input), headers });
      return client.PATCH('/api/v1/budgets/{budget}', {
        params: { path: { budget: budget.id } },
        body: toUpdate(input),
      });
    },
    {
      refresh: ['/api/v1/budgets'],
      onDone: () => toast(texts.budgetSaved),
    },
  );
  return (
    <FormDialog
      button={budget === undefined ? texts.newBudget : texts.editBudget}
      kind={budget === undefined ? 'primary' : 'plain'}
      title={budget === undefined ? texts.newBudget : texts.editBudgetOf(budget.name)}
      action={budget === undefined ? texts.createBudget : texts.saveBudget}
      change={save}
      input={() => form}
      draft={{ discard: forget }}
    >
      <BudgetFields
        form={form}
        isNew={budget === undefined}
        webhook={budget?.alerts.webhook?.url ?? null}
        onChange={({ webhook_secret = secret, ...changes }) => {
          setSecret(webhook_secret);
          draft.set(changes);
        }}
      />
    </FormDialog>
  );
}

const rules = (form: BudgetForm) => ({
  name: form.name,
  // What the field does not hold is refused by the API, with its reason at the field.
  limit_usd: form.limit_usd as number,
  action: form.action,
  downgrade:
    form.action === 'downgrade'
      ? {
          from_percent: form.from_percent ?? 80,
          model: form.model === '' ? null : form.model,
          max_output_tokens: form.max_output_tokens,
        }
      : null,
  unknown_price: form.unknown_price,
});

function alertsOf(form: BudgetForm) {
  const thresholds = form.thresholds
    .split(/[\s,;%]+/)
    .filter((one) => one !== '')
    .map(Number);
  const webhook =
    form.webhook_url === ''
      ? {}
      : { webhook: { url: form.webhook_url, secret: form.webhook_secret } };
  return { thresholds, forecast: form.forecast, ...webhook };
}

const toCreate = (form: BudgetForm): CreateBudget => ({
  ...rules(form),
  scope: form.scope,
  subject_id: form.scope === 'workspace' || form.subject_id === '' ? null : form.subject_id,
  period: form.period,
  alerts: alertsOf(form),
});

/** The webhook is left alone unless another address is entered. */
const toUpdate = (form: BudgetForm): UpdateBudget => ({
  ...rules(form),
  alerts: form.removesWebhook ? { ...alertsOf(form), webhook: null } : alertsOf(form),
});
