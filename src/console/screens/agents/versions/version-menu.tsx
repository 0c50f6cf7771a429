import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Agent, VersionSummary } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useCan } from '../../../app/session.tsx';
import { versionTexts } from '../../../texts/agent-versions.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { ControlledFormDialog } from '../../../ui/form-dialog.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { ProblemNote } from '../../../ui/states.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { useAgentDraft } from '../builder/use-agent-draft.ts';

export function VersionMenu({
  agent,
  version: { id, number, labels },
  onActivate,
}: {
  readonly agent: Agent;
  readonly version: VersionSummary;
  /** null for the active version. */
  readonly onActivate: (() => void) | null;
}) {
  const texts = useTexts(versionTexts);
  const mayWrite = useCan('agents:write') && agent.archived_at === null;
  const [, go] = useLocation();
  const [isLabelling, setLabelling] = useState(false);
  const removal = useAction(
    (label: string) =>
      client.DELETE('/api/v1/agents/{agent}/labels/{label}', {
        params: { path: { agent: agent.id, label } },
      }),
    {
      refresh: ['/api/v1/agents'],
      foresee: (label) => ({ id, fields: { labels: labels.filter((one) => one !== label) } }),
    },
  );
  const asDraft = useAsDraft(agent, number);
  const active = agent.active_version.number;
  return (
    <div className="timeline-actions">
      <ProblemNote problem={removal.problem ?? asDraft.problem} />
      {mayWrite && onActivate !== null && (
        <Button isSmall onClick={onActivate}>
          {number < active ? texts.rollBack : texts.activate}
        </Button>
      )}
      <Menu
        label={texts.actions(number)}
        items={[
          ...(number === active
            ? []
            : [
                {
                  label: texts.compareWithActive,
                  onSelect: () =>
                    go(`/versions/${Math.min(active, number)}/${Math.max(active, number)}`),
                },
              ]),
          ...(mayWrite
            ? [
                { label: texts.asDraft, onSelect: asDraft.begin },
                { label: texts.addLabel, onSelect: () => setLabelling(true) },
                ...labels.map((label) => ({
                  label: texts.removeLabel(label),
                  onSelect: () => removal.run(label),
                })),
              ]
            : []),
        ]}
      />
      {asDraft.dialog}
      {isLabelling && (
        <LabelDialog agent={agent} number={number} onClose={() => setLabelling(false)} />
      )}
    </div>
  );
}

/** Makes the configuration of a version the draft; asks before it replaces another. */
function useAsDraft(agent: Agent, number: number) {
  const texts = useTexts(versionTexts);
  const draft = useAgentDraft(agent);
  const [, go] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const { run, isRunning, problem } = useAction(
    async () => {
      const { data } = await client.GET('/api/v1/agents/{agent}/versions/{version}', {
        params: { path: { agent: agent.id, version: String(number) } },
      });
      return data;
    },
    {
      refresh: [],
      onDone: (version) => {
        setAsking(false);
        if (version === undefined) return;
        draft.begin(version.config);
        go('/');
      },
    },
  );
  const dialog = isAsking && (
    <ConfirmDialog
      isOpen
      onClose={() => setAsking(false)}
      title={texts.overwriteTitle}
      action={texts.overwrite}
      isBusy={isRunning}
      problem={problem}
      onConfirm={() => run()}
    >
      <p>{texts.overwriteHint(number)}</p>
    </ConfirmDialog>
  );
  return { begin: () => (draft.isChanged ? setAsking(true) : void run()), problem, dialog };
}

function LabelDialog({
  agent,
  number,
  onClose,
}: {
  readonly agent: Agent;
  readonly number: number;
  readonly onClose: () => void;
}) {
  const texts = useTexts(versionTexts);
  const draft = useDraft(`agent.${agent.id}.label.${number}`, '');
  const label = draft.value;
  const set = useAction(
    () =>
      client.PUT('/api/v1/agents/{agent}/labels/{label}', {
        params: { path: { agent: agent.id, label } },
        body: { version: number },
      }),
    { refresh: ['/api/v1/agents'] },
  );
  return (
    <ControlledFormDialog
      isOpen
      onClose={onClose}
      title={texts.labelTitle(number)}
      action={texts.setLabel}
      change={set}
      draft={draft}
      input={() => undefined}
    >
      <TextField
        label={texts.label}
        hint={texts.labelHint}
        pointer="/label"
        required
        pattern="[a-z]([a-z0-9.\-]{0,38}[a-z0-9])?"
        value={label}
        onChange={draft.change}
      />
    </ControlledFormDialog>
  );
}
