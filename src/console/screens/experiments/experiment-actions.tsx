import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Experiment } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentChangeTexts } from '../../texts/experiment-changes.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { Conclude } from './conclude.tsx';

const refresh = ['/api/v1/experiments', '/api/v1/agents'];

/** What can be done with an experiment in its state. */
export function ExperimentActions({ experiment }: { readonly experiment: Experiment }) {
  const texts = useTexts(experimentChangeTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const mayWrite = useCan('agents:write');
  const [asked, setAsked] = useState<'start' | 'stop' | 'delete' | 'conclude' | null>(null);
  const { id, status, name } = experiment;
  const { number } = useFormat();
  const move = useAction(
    (to: 'start' | 'pause' | 'resume', header) =>
      client.POST(`/api/v1/experiments/{experiment}/${to}`, {
        params: { path: { experiment: id }, header },
      }),
    {
      refresh,
      onDone: (_, to) => {
        toast(texts.moved[to], name);
        setAsked(null);
        if (to === 'start') go(placeOf(`/experiments/${id}`));
      },
    },
  );
  if (!mayWrite) return null;
  const isLive = status === 'running' || status === 'paused';
  return (
    <>
      {status === 'draft' && (
        <>
          <LinkButton to="/edit">{texts.edit}</LinkButton>
          <Button kind="primary" onClick={() => setAsked('start')}>
            {texts.start}
          </Button>
          <Menu
            label={texts.actionsOn(name)}
            items={[{ label: texts.delete, isDangerous: true, onSelect: () => setAsked('delete') }]}
          />
        </>
      )}
      {isLive && (
        <>
          <Button
            isBusy={move.isRunning}
            onClick={() => move.run(status === 'running' ? 'pause' : 'resume')}
          >
            {status === 'running' ? texts.pause : texts.resume}
          </Button>
          <Button kind="primary" onClick={() => setAsked('conclude')}>
            {texts.conclude}
          </Button>
          <Menu
            label={texts.actionsOn(name)}
            items={[{ label: texts.stop, isDangerous: true, onSelect: () => setAsked('stop') }]}
          />
        </>
      )}
      {asked !== 'start' && <ProblemNote problem={move.problem} />}
      <Dialog
        isOpen={asked === 'start'}
        onClose={() => setAsked(null)}
        title={texts.startTitle(name)}
      >
        <Form problem={move.problem} onSubmit={() => move.run('start')}>
          <p>{texts.startHint}</p>
          <ul>
            {experiment.variants.map((one) => (
              <li key={one.id}>{texts.share(one.name, one.version_number, number(one.weight))}</li>
            ))}
          </ul>
          <p className="muted">{texts.startUndo}</p>
          <div className="form-actions">
            <Button type="submit" kind="primary" isBusy={move.isRunning}>
              {texts.startNow}
            </Button>
            <Button onClick={() => setAsked(null)}>{texts.cancel}</Button>
          </div>
        </Form>
      </Dialog>
      {asked === 'stop' && <Stop experiment={experiment} onClose={() => setAsked(null)} />}
      {asked === 'delete' && <Delete experiment={experiment} onClose={() => setAsked(null)} />}
      {asked === 'conclude' && <Conclude experiment={experiment} onClose={() => setAsked(null)} />}
    </>
  );
}

interface Question {
  readonly experiment: Experiment;
  readonly onClose: () => void;
}

function Stop({ experiment: { id, name }, onClose }: Question) {
  const texts = useTexts(experimentChangeTexts);
  const { value: reason, change: setReason, discard } = useDraft(`experiment.${id}.stop`, '');
  const stop = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/experiments/{experiment}/stop', {
        params: { path: { experiment: id }, header },
        body: { reason: reason.trim() === '' ? null : reason },
      }),
    {
      refresh,
      onDone: () => {
        discard();
        onClose();
      },
    },
  );
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={texts.stopTitle(name)}
      action={texts.stop}
      isBusy={stop.isRunning}
      problem={stop.problem}
      onConfirm={() => stop.run(undefined)}
    >
      <p>{texts.stopHint}</p>
      <TextField label={texts.reason} value={reason} onChange={setReason} maxLength={500} />
    </ConfirmDialog>
  );
}

function Delete({ experiment: { id, name }, onClose }: Question) {
  const texts = useTexts(experimentChangeTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const remove = useAction(
    () =>
      client.DELETE('/api/v1/experiments/{experiment}', { params: { path: { experiment: id } } }),
    {
      refresh: ['/api/v1/agents'],
      onDone: () => {
        toast(texts.deleted, name);
        go(placeOf('/experiments'));
      },
    },
  );
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={texts.deleteTitle(name)}
      action={texts.delete}
      isBusy={remove.isRunning}
      problem={remove.problem}
      onConfirm={() => remove.run()}
    >
      {texts.deleteHint}
    </ConfirmDialog>
  );
}
