import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Agent, AgentSummary } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { agentTexts } from '../../texts/agents.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';

/** Ways and actions of an agent as a whole: conversations, cost, sharing, export, duplicate, archive, restore, delete. */
export function AgentMenu({ agent }: { readonly agent: Agent | AgentSummary }) {
  const texts = useTexts(agentTexts);
  const mayWrite = useCan('agents:write');
  const [asked, setAsked] = useState<'archive' | 'delete' | null>(null);
  const { download, duplicate, restore } = useAgentActions(agent);
  const ways = useWays(agent);
  const isArchived = agent.archived_at !== null;
  const items: readonly MenuItem[] = [
    ...ways,
    { label: texts.exportAgent, onSelect: () => download.run() },
    ...(mayWrite ? [{ label: texts.duplicate, onSelect: () => duplicate.run() }] : []),
    ...(mayWrite && isArchived
      ? [
          { label: texts.restore, onSelect: () => restore.run() },
          { label: texts.remove, onSelect: () => setAsked('delete'), isDangerous: true },
        ]
      : []),
    ...(mayWrite && !isArchived
      ? [{ label: texts.archive, onSelect: () => setAsked('archive'), isDangerous: true }]
      : []),
  ];
  return (
    <>
      <ProblemNote problem={download.problem ?? duplicate.problem ?? restore.problem} />
      <Menu items={items} label={texts.actionsOn(agent.name)} />
      {asked !== null && (
        <Removal agent={agent} isPermanent={asked === 'delete'} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

/** The ways to what belongs to the agent in other areas. */
function useWays({ id, archived_at }: Agent | AgentSummary): readonly MenuItem[] {
  const texts = useTexts(agentTexts);
  const [, go] = useLocation();
  const mayRead = useCan('sessions:read');
  const mayReadUsage = useCan('usage:read');
  const mayShare = archived_at === null;
  return [
    { may: mayRead, label: texts.itsSessions, to: `/sessions?agent=${id}` },
    { may: mayReadUsage, label: texts.itsCost, to: `/cost?agent=${id}` },
    { may: mayShare, label: texts.share, to: `/settings/share-links?agent=${id}` },
  ]
    .filter(({ may }) => may)
    .map(({ label, to }) => ({ label, onSelect: () => go(placeOf(to)) }));
}

function useAgentActions({ id, slug, name }: Agent | AgentSummary) {
  const texts = useTexts(agentTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const path = { agent: id };
  const download = useAction(
    async () => {
      const { data } = await client.GET('/api/v1/agents/{agent}/export', { params: { path } });
      save(`${slug}.agent.json`, JSON.stringify(data, null, 2));
    },
    { refresh: [] },
  );
  const duplicate = useAction(
    (_, header) =>
      client.POST('/api/v1/agents/{agent}/duplicate', { params: { path, header }, body: {} }),
    {
      refresh: ['/api/v1/agents'],
      onDone: ({ data }) => {
        toast(texts.duplicated(name));
        if (data !== undefined) go(placeOf(`/agents/${data.id}`));
      },
    },
  );
  const restore = useAction(
    (_, header) => client.POST('/api/v1/agents/{agent}/restore', { params: { path, header } }),
    { refresh: ['/api/v1/agents'], onDone: () => toast(texts.restored(name)) },
  );
  return { download, duplicate, restore };
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function Removal({
  agent: { id, name },
  isPermanent,
  onClose,
}: {
  readonly agent: Agent | AgentSummary;
  readonly isPermanent: boolean;
  readonly onClose: () => void;
}) {
  const texts = useTexts(agentTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const remove = useAction(
    () =>
      client.DELETE('/api/v1/agents/{agent}', {
        params: { path: { agent: id }, ...(isPermanent && { query: { permanent: 'true' } }) },
      }),
    {
      // A deleted agent cannot be read again.
      refresh: isPermanent ? [] : ['/api/v1/agents'],
      onDone: () => {
        toast(isPermanent ? texts.removed(name) : texts.archivedToast(name));
        onClose();
        if (isPermanent) go(placeOf('/agents?archived=true'));
      },
    },
  );
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={isPermanent ? texts.removeTitle(name) : texts.archiveTitle(name)}
      action={isPermanent ? texts.remove : texts.archive}
      isBusy={remove.isRunning}
      problem={remove.problem}
      onConfirm={() => remove.run()}
    >
      <p>{isPermanent ? texts.removeHint : texts.archiveHint}</p>
    </ConfirmDialog>
  );
}
