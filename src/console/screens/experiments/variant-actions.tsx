import { useState } from 'react';
import type { Experiment, ExperimentVariant } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentChangeTexts } from '../../texts/experiment-changes.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { NumberField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useDraft } from '../../ui/use-draft.ts';

const isLive = ({ status }: Experiment) => status === 'running' || status === 'paused';

/** Takes one variant out of a running experiment. */
export function StopVariant({
  experiment,
  variant,
}: {
  readonly experiment: Experiment;
  readonly variant: ExperimentVariant;
}) {
  const texts = useTexts(experimentChangeTexts);
  const mayWrite = useCan('agents:write');
  const [isOpen, setOpen] = useState(false);
  const { value: reason, change: setReason, discard } = useDraft(`variant.${variant.id}.stop`, '');
  const stop = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/experiments/{experiment}/variants/{variant}/stop', {
        params: { path: { experiment: experiment.id, variant: variant.id }, header },
        body: { reason: reason.trim() === '' ? null : reason },
      }),
    {
      refresh: ['/api/v1/experiments'],
      onDone: () => {
        discard();
        setOpen(false);
      },
    },
  );
  const canStop = isLive(experiment) && !variant.is_control && variant.stopped_at === null;
  if (!mayWrite || !canStop) return <>–</>;
  return (
    <>
      <Button isSmall onClick={() => setOpen(true)}>
        {texts.stopVariant}
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={texts.stopVariantTitle(variant.name)}
        action={texts.stopVariant}
        isBusy={stop.isRunning}
        problem={stop.problem}
        onConfirm={() => stop.run(undefined)}
      >
        <p>{texts.stopVariantHint}</p>
        <TextField label={texts.reason} value={reason} onChange={setReason} maxLength={500} />
      </ConfirmDialog>
    </>
  );
}

/** New weights of an experiment that runs. */
export function Weights({ experiment }: { readonly experiment: Experiment }) {
  const texts = useTexts(experimentChangeTexts);
  const mayWrite = useCan('agents:write');
  const live = experiment.variants.filter(({ stopped_at }) => stopped_at === null);
  const draft = useDraft(`experiment.${experiment.id}.weights`, {
    weights: {} as Readonly<Record<string, number | null>>,
  });
  const { weights } = draft.value;
  const change = useAction(
    (body: { weights: Record<string, number> }) =>
      client.PATCH('/api/v1/experiments/{experiment}', {
        params: { path: { experiment: experiment.id } },
        body,
      }),
    { refresh: ['/api/v1/experiments'] },
  );
  if (!mayWrite || !isLive(experiment)) return null;
  const weightOf = ({ id, weight }: ExperimentVariant) => weights[id] ?? weight;
  const sum = live.reduce((total, one) => total + weightOf(one), 0);
  return (
    <div className="page-actions">
      <FormDialog
        kind="plain"
        button={texts.changeWeights}
        title={texts.changeWeights}
        action={texts.changeWeights}
        change={change}
        draft={draft}
        input={() => ({ weights: Object.fromEntries(live.map((one) => [one.id, weightOf(one)])) })}
      >
        <p>{texts.changeWeightsHint}</p>
        {live.map((one) => (
          <NumberField
            key={one.id}
            label={one.name}
            pointer={`/weights/${one.id}`}
            min={0}
            max={100}
            value={weightOf(one)}
            onChange={(weight) => draft.set({ weights: { ...weights, [one.id]: weight } })}
          />
        ))}
        <p className={sum === 100 ? 'muted' : 'field-error'}>{texts.sum(sum)}</p>
      </FormDialog>
    </div>
  );
}
