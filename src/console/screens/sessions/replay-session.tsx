import { useLocation } from 'wouter';
import type { SessionWithMessages } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { NumberField } from '../../ui/field.tsx';
import { ControlledFormDialog } from '../../ui/form-dialog.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { VersionField } from '../../ui/version-field.tsx';

interface Chosen {
  readonly version: string;
  readonly max_cost_usd?: number;
}

/** More turns are not replayed. */
const maxTurns = 2000;

/** Answers the questions of a conversation with another version, and opens the comparison with what was answered. */
export function ReplaySession({
  session: { id, agent_id, created_at },
  isOpen,
  onClose,
}: {
  readonly session: SessionWithMessages;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const texts = useTexts(sessionTexts);
  const [, go] = useLocation();
  const draft = useDraft(`session.${id}.replay`, { version: '', maxCost: 5 as number | null });
  const { version, maxCost } = draft.value;
  const start = useAction(
    (chosen: Chosen, header) =>
      client
        .POST('/api/v1/agents/{agent}/replays', {
          params: { path: { agent: agent_id }, header },
          body: { ...chosen, from: created_at, filter: { session_id: id }, sample: maxTurns },
        })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/replays'],
      onDone: (made) => made !== undefined && go(placeOf(`/evaluation/replays/${made.id}`)),
    },
  );
  return (
    <ControlledFormDialog
      isOpen={isOpen}
      onClose={onClose}
      title={texts.replayTitle}
      action={texts.replayStart}
      change={start}
      draft={draft}
      input={() => ({ version, ...(maxCost !== null && { max_cost_usd: maxCost }) })}
    >
      <p className="muted">{texts.replayHint}</p>
      <VersionField
        agent={agent_id}
        label={texts.version}
        pointer="/version"
        value={version}
        onChange={(next) => draft.set({ version: next })}
      />
      <NumberField
        label={texts.replayMaxCost}
        pointer="/max_cost_usd"
        value={maxCost}
        onChange={(next) => draft.set({ maxCost: next })}
      />
    </ControlledFormDialog>
  );
}
