import type { Experiment } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentChangeTexts } from '../../texts/experiment-changes.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { Measured } from './measured.tsx';

const untouched = { chosen: null as string | null, reason: '', override: '' };

/** Ends an experiment with a winner, and says before which version becomes active for whom. */
export function Conclude({
  experiment,
  onClose,
}: {
  readonly experiment: Experiment;
  readonly onClose: () => void;
}) {
  const texts = useTexts(experimentChangeTexts);
  const toast = useToast();
  const { id, agent_id, variants } = experiment;
  const { data: agent } = api.useQuery('get', '/api/v1/agents/{agent}', {
    params: { path: { agent: agent_id } },
  });
  const { data: results } = api.useQuery('get', '/api/v1/experiments/{experiment}/results', {
    params: { path: { experiment: id } },
  });
  const recommended =
    results?.recommendation.action === 'promote' ? results.recommendation.variant_id : null;
  const draft = useDraft(`experiment.${id}.conclude`, untouched);
  const { chosen, reason, override } = draft.value;
  const promote = chosen ?? recommended ?? '';
  const winner = variants.find((one) => one.id === promote);
  const conclude = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/experiments/{experiment}/conclude', {
        params: { path: { experiment: id }, header },
        body: {
          promote: promote === '' ? null : promote,
          reason: reason.trim() === '' ? null : reason,
          ...(override.trim() !== '' && { override_reason: override }),
        },
      }),
    {
      refresh: ['/api/v1/experiments', '/api/v1/agents'],
      onDone: () => {
        draft.discard();
        toast(texts.concluded, winner === undefined ? undefined : texts.promoted(winner.name));
        onClose();
      },
    },
  );
  const active = agent?.active_version.number;
  return (
    <Dialog isOpen onClose={onClose} title={texts.concludeTitle}>
      <Form problem={conclude.problem} onSubmit={() => conclude.run(undefined)}>
        <SelectField
          label={texts.winner}
          pointer="/promote"
          value={promote}
          onChange={(value) => draft.set({ chosen: value })}
          choices={[
            { value: '', label: texts.noWinner },
            ...variants.map((one) => ({
              value: one.id,
              label: `${one.name} (${texts.versionNumber(one.version_number)})${one.id === recommended ? ` – ${texts.recommended}` : ''}`,
            })),
          ]}
        />
        {results !== undefined && promote !== '' && promote !== recommended && (
          <p className="note note-warn">
            <Measured>{texts.notRecommended(results.recommendation.reason)}</Measured>
          </p>
        )}
        <div className="note">
          <p>
            <AgentName id={agent_id} />:{' '}
            {winner === undefined
              ? texts.concludesWithout(active)
              : winner.version_number === active
                ? texts.concludesSame(active)
                : texts.concludesWith(active, winner.version_number)}
          </p>
          <p>{texts.concludeHint}</p>
        </div>
        <TextAreaField
          label={texts.reason}
          hint={texts.reasonHint}
          pointer="/reason"
          rows={2}
          value={reason}
          onChange={(value) => draft.set({ reason: value })}
          maxLength={500}
        />
        {conclude.problem?.code === 'evaluation_required' && (
          <TextField
            label={texts.override}
            hint={texts.overrideHint}
            pointer="/override_reason"
            value={override}
            onChange={(value) => draft.set({ override: value })}
          />
        )}
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={conclude.isRunning}>
            {winner === undefined ? texts.concludePlain : texts.promote(winner.name)}
          </Button>
          <Button onClick={onClose}>{texts.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
