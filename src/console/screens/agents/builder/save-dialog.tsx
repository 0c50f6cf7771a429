import { useEffect, useState } from 'react';
import type { AgentConfig, AgentPlan, AppliedPlan, Problem } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useIsAdmin } from '../../../app/session.tsx';
import { agentSavingTexts } from '../../../texts/agent-saving.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog, firstField } from '../../../ui/dialog.tsx';
import { CheckField, TextField } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Failed, Loading } from '../../../ui/states.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { fieldChanges } from '../config.ts';
import { Diff } from '../diff.tsx';
import { useBuilder } from './context.tsx';

/** Shows what would be saved, as the API plans it, and saves exactly that. */
export function SaveDialog({
  onClose,
  onRefused,
}: {
  readonly onClose: () => void;
  /** Called with violations, which belong to the fields of the builder. */
  readonly onRefused: (problem: Problem) => void;
}) {
  const texts = useTexts(agentSavingTexts);
  const { agent, draft } = useBuilder();
  const body = { config: draft.patch };
  const plan = useAction(
    async (_: undefined, header) => {
      const { data } = await client.POST('/api/v1/agents/{agent}/plan', {
        ...{ params: { path: { agent: agent.id }, header }, body },
      });
      return data as AgentPlan;
    },
    { refresh: [] },
  );
  const [planned, setPlanned] = useState<AgentPlan | null>(null);
  const { run, problem } = plan;
  const read = () => run(undefined).then((made) => made !== undefined && setPlanned(made));
  // biome-ignore lint/correctness/useExhaustiveDependencies: planned once, when the dialog opens.
  useEffect(() => void read(), []);
  useEffect(() => {
    if (problem !== null && problem.violations.length > 0) onRefused(problem);
  }, [problem, onRefused]);
  return (
    <Dialog isOpen onClose={onClose} title={texts.saveTitle(agent.latest_version + 1)} size="wide">
      {planned !== null ? (
        <Planned plan={planned} onClose={onClose} onStale={read} />
      ) : problem !== null ? (
        <Failed problem={problem} onRetry={read} />
      ) : (
        <Loading>{texts.planning}</Loading>
      )}
    </Dialog>
  );
}

interface Choice {
  readonly activate: boolean;
  readonly change_summary: string;
  readonly reason: string;
  readonly label: string;
  readonly override_reason: string;
}

const untouched: Choice = {
  ...{ activate: true, change_summary: '', reason: '', label: '', override_reason: '' },
};

function Planned({
  plan,
  onClose,
  onStale,
}: {
  readonly plan: AgentPlan;
  readonly onClose: () => void;
  readonly onStale: () => unknown;
}) {
  const texts = useTexts(agentSavingTexts);
  const toast = useToast();
  const { agent, draft } = useBuilder();
  const words = useDraft<Choice>(`agent.${agent.id}.save`, {
    ...untouched,
    change_summary: summaryOf(agent.config, plan.config as AgentConfig),
  });
  const choice = words.value;
  const apply = useAction(
    async ({ activate, ...said }: Choice, header) => {
      const { data } = await client.POST('/api/v1/agents/{agent}/plan/apply', {
        params: { path: { agent: agent.id }, header },
        body: {
          ...{ config: draft.patch, plan_hash: plan.plan_hash, activate },
          ...Object.fromEntries(Object.entries(said).filter(([, text]) => text.trim() !== '')),
        },
      });
      return data as AppliedPlan;
    },
    {
      refresh: ['/api/v1/agents'],
      onDone: ({ version, is_activated }) => {
        draft.discard();
        words.discard();
        toast(
          is_activated ? texts.activated(version?.number ?? 0) : texts.stored(version?.number ?? 0),
        );
        onClose();
      },
    },
  );
  // What changes stays in view above.
  useEffect(() => {
    firstField(document.querySelector<HTMLElement>('.dialog'))?.focus({ preventScroll: true });
  }, []);
  const isStale = apply.problem?.status === 409 && apply.problem.code !== 'evaluation_required';
  return (
    <>
      <Diff
        before={agent.config}
        after={plan.config as AgentConfig}
        lines={plan.instructions}
        isBrief
        names={[texts.versionName(plan.from.number), texts.draftName]}
      />
      <PlanNotes plan={plan} />
      <Form problem={apply.problem} onSubmit={() => apply.run(choice)}>
        <Words choice={choice} onChange={words.change} problem={apply.problem} />
        <div className="form-actions">
          {isStale ? (
            <Button kind="primary" onClick={onStale}>
              {texts.planAgain}
            </Button>
          ) : (
            <Button type="submit" kind="primary" isBusy={apply.isRunning}>
              {choice.activate ? texts.saveAndActivate : texts.saveOnly}
            </Button>
          )}
          <Button onClick={onClose}>{texts.backToDraft}</Button>
        </div>
      </Form>
    </>
  );
}

/** Names what changes, for a person to improve upon. */
const summaryOf = (before: AgentConfig, after: AgentConfig): string =>
  fieldChanges(before, after)
    .map(({ pointer }) => pointer.slice(1).replaceAll('/', '.'))
    .join(', ')
    .slice(0, 500);

function Words({
  choice,
  onChange,
  problem,
}: {
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
  readonly problem: Problem | null;
}) {
  const texts = useTexts(agentSavingTexts);
  const { agent } = useBuilder();
  const isAdmin = useIsAdmin();
  const isGated = agent.require_evaluation !== null;
  return (
    <>
      <TextField
        label={texts.changeSummary}
        pointer="/change_summary"
        maxLength={500}
        value={choice.change_summary}
        onChange={(change_summary) => onChange({ ...choice, change_summary })}
      />
      <CheckField
        label={texts.activateNow}
        hint={isGated ? texts.gated : texts.activateHint}
        checked={choice.activate}
        onChange={(activate) => onChange({ ...choice, activate })}
      />
      {choice.activate && (
        <TextField
          label={texts.reason}
          hint={texts.reasonHint}
          pointer="/reason"
          maxLength={500}
          value={choice.reason}
          onChange={(reason) => onChange({ ...choice, reason })}
        />
      )}
      {choice.activate && isAdmin && problem?.code === 'evaluation_required' && (
        <TextField
          label={texts.override}
          hint={texts.overrideHint}
          pointer="/override_reason"
          maxLength={500}
          value={choice.override_reason}
          onChange={(override_reason) => onChange({ ...choice, override_reason })}
        />
      )}
      <TextField
        label={texts.labelField}
        hint={texts.labelHint}
        pointer="/label"
        value={choice.label}
        onChange={(label) => onChange({ ...choice, label })}
      />
    </>
  );
}

/** Warnings, tools that are used at a newer revision, and what the change would have cost last week. */
function PlanNotes({ plan: { warnings, tools, cost } }: { readonly plan: AgentPlan }) {
  const texts = useTexts(agentSavingTexts);
  const format = useFormat();
  return (
    <>
      {warnings.length > 0 && (
        <ul className="note note-warn plain-list">
          {warnings.map(({ code, detail, pointer }) => (
            <li key={code + pointer}>{detail}</li>
          ))}
        </ul>
      )}
      {tools.updated.length > 0 && (
        <p className="muted">{texts.updatedTools(tools.updated.join(', '))}</p>
      )}
      {cost.calls > 0 && (
        <p className="muted">
          {texts.forecast(
            cost.calls,
            format.number(cost.calls),
            format.money(cost.last_week_usd),
            format.money(cost.forecast_usd),
          )}
        </p>
      )}
    </>
  );
}
