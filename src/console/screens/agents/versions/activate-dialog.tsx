import type { Agent } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useIsAdmin } from '../../../app/session.tsx';
import { versionTexts } from '../../../texts/agent-versions.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

const untouched = { reason: '', override: '' };

/** Makes a version the active one, with the reason; says what the required evaluation lacks. */
export function ActivateDialog({
  agent,
  number,
  onClose,
}: {
  readonly agent: Agent;
  readonly number: number;
  readonly onClose: () => void;
}) {
  const texts = useTexts(versionTexts);
  const toast = useToast();
  const isAdmin = useIsAdmin();
  const draft = useDraft(`agent.${agent.id}.activation.${number}`, untouched);
  const { reason, override } = draft.value;
  const activate = useAction(
    (_, header) =>
      client.POST('/api/v1/agents/{agent}/versions/{version}/activate', {
        params: { path: { agent: agent.id, version: String(number) }, header },
        body: {
          ...(reason.trim() !== '' && { reason }),
          ...(override.trim() !== '' && { override_reason: override }),
        },
      }),
    {
      refresh: ['/api/v1/agents'],
      onDone: () => {
        draft.discard();
        toast(texts.activated(number));
        onClose();
      },
    },
  );
  const isGated = activate.problem?.code === 'evaluation_required';
  const isBack = number < agent.active_version.number;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={isBack ? texts.rollBackTitle(number) : texts.activateTitle(number)}
    >
      <p>{texts.activateHint(number)}</p>
      <Form problem={activate.problem} onSubmit={() => activate.run()}>
        <TextField
          label={texts.reason}
          hint={texts.reasonHint}
          pointer="/reason"
          maxLength={500}
          value={reason}
          onChange={(next) => draft.set({ reason: next })}
        />
        {isGated && isAdmin && (
          <TextField
            label={texts.override}
            pointer="/override_reason"
            maxLength={500}
            value={override}
            onChange={(next) => draft.set({ override: next })}
          />
        )}
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={activate.isRunning}>
            {isBack ? texts.rollBack : texts.activate}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
