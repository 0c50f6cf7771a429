import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { SessionWithMessages } from '../../../client/index.ts';
import { api, client, paged } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useVisit } from '../../app/visits.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Badge, Facts, Page } from '../../ui/page.tsx';
import { Empty, Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { AwaitedCalls } from './awaited-calls.tsx';
import { EndUserLink } from './end-user-link.tsx';
import { HandOverPanel } from './hand-over-panel.tsx';
import { isGood } from './is-good.ts';
import { ReplaySession } from './replay-session.tsx';
import { Entry } from './session-entry.tsx';

/** Milliseconds between two looks at a conversation that goes on. */
const lookEvery = 4000;

/** From where it was opened, which is where the way back leads. */
const ways = { from: '' };

export function SessionScreen({ id }: { readonly id: string }) {
  const texts = useTexts(sessionTexts);
  const reading = api.useQuery(
    'get',
    '/api/v1/sessions/{session}',
    { params: { path: { session: id } } },
    {
      refetchInterval: ({ state: { data } }) =>
        data?.active_run_id != null || data?.handled_by === 'human' ? lookEvery : false,
    },
  );
  if (reading.data !== undefined) return <Conversation session={reading.data} />;
  if (reading.error !== null) return <Failed problem={reading.error} onRetry={reading.refetch} />;
  return <Loading>{texts.loadingOne}</Loading>;
}

function Conversation({ session }: { readonly session: SessionWithMessages }) {
  const texts = useTexts(sessionTexts);
  const { id, agent_id, title, end_user_id, message_count, handled_by } = session;
  useVisit(`/sessions/${id}`, title ?? '');
  const [{ from }] = useUrlState(ways);
  const isOfInbox = from === 'inbox';
  const facts = [
    [
      texts.agent,
      <Link key="agent" href={placeOf(`/agents/${agent_id}`)}>
        <AgentName id={agent_id} />
      </Link>,
    ],
    [texts.endUser, <EndUserLink key="user" id={end_user_id} />],
    [texts.messages, message_count],
    [texts.feedback, useRatings(session)],
    [texts.totalCost, useTotalCost(id)],
    [texts.started, <Time key="started" value={session.created_at} />],
    [texts.lastActive, <Time key="last" value={session.updated_at} />],
    [texts.id, <Copyable key="id" text={id} />],
  ] as const;
  return (
    <Page
      title={title ?? texts.untitled}
      back={
        isOfInbox ? { to: placeOf('/inbox'), label: texts.inbox } : { to: '/', label: texts.title }
      }
      actions={<SessionActions session={session} />}
      heading={
        <>
          {title ?? texts.untitled}{' '}
          {handled_by === 'human' && <Badge tone="info">{texts.byPerson}</Badge>}
          {session.archived_at !== null && <Badge>{texts.archived}</Badge>}
        </>
      }
    >
      <AwaitedCalls session={session} />
      <div className="conversation-layout">
        <Messages session={session} />
        <aside className="card" aria-label={texts.details}>
          <Facts facts={facts} />
          <HandOverPanel session={session} />
        </aside>
      </div>
    </Page>
  );
}

/** The ratings of the newest messages in a few words. */
function useRatings({ messages }: SessionWithMessages): string {
  const texts = useTexts(sessionTexts);
  const all = messages?.data.flatMap(({ feedback }) => feedback) ?? [];
  if (all.length === 0) return '–';
  const good = all.filter(isGood).length;
  return texts.ratedSum(good, all.length - good);
}

/** What all answers of the conversation cost so far, also those on other branches; a hundred of them at most. */
function useTotalCost(session: string): string {
  const texts = useTexts(sessionTexts);
  const { money } = useFormat();
  const { data } = api.useQuery('get', '/api/v1/runs', {
    params: { query: { session, limit: 100 } },
  });
  if (data === undefined) return '–';
  const sum = data.data.reduce((all, { usage }) => all + (usage.cost_usd ?? 0), 0);
  return data.next_cursor === null ? money(sum) : texts.atLeast(money(sum));
}

function Messages({
  session: { id, agent_id, messages, message_count },
}: {
  readonly session: SessionWithMessages;
}) {
  const texts = useTexts(sessionTexts);
  const earlier = api.useInfiniteQuery(
    'get',
    '/api/v1/sessions/{session}/messages',
    { params: { path: { session: id }, query: { limit: 50 } } },
    { ...paged, enabled: messages?.next_cursor != null },
  );
  if (messages === null) return <Empty title={texts.hidden}>{texts.hiddenHint}</Empty>;
  if (message_count === 0) return <Empty title={texts.noMessages}>{texts.noMessagesHint}</Empty>;
  const newestFirst =
    earlier.data === undefined ? messages.data : earlier.data.pages.flatMap(({ data }) => data);
  return (
    <div className="conversation">
      {earlier.hasNextPage && (
        <Button isBusy={earlier.isFetchingNextPage} onClick={() => earlier.fetchNextPage()}>
          {texts.earlier}
        </Button>
      )}
      {earlier.error !== null && <Failed problem={earlier.error} onRetry={earlier.refetch} />}
      {[...newestFirst].reverse().map((message) => (
        <Entry key={message.id} session={id} agent={agent_id} message={message} />
      ))}
    </div>
  );
}

function SessionActions({ session }: { readonly session: SessionWithMessages }) {
  const texts = useTexts(sessionTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const mayWrite = useCan('sessions:write');
  const mayReplay = useCan('evaluations:write');
  const [isDeleting, setDeleting] = useState(false);
  const [isReplaying, setReplaying] = useState(false);
  const path = { session: session.id };
  const isArchived = session.archived_at !== null;
  const archive = useAction(
    (archived: boolean) =>
      client.PATCH('/api/v1/sessions/{session}', { params: { path }, body: { archived } }),
    {
      foresee: (archived) => ({
        id: session.id,
        fields: { archived_at: archived ? new Date().toISOString() : null },
      }),
    },
  );
  const erase = useAction(() => client.DELETE('/api/v1/sessions/{session}', { params: { path } }), {
    refresh: ['/api/v1/inbox'],
    onDone: () => {
      toast(texts.deleted);
      go('/');
    },
  });
  const changes = [
    {
      label: isArchived ? texts.unarchive : texts.archive,
      onSelect: () => archive.run(!isArchived),
    },
    { label: texts.delete, isDangerous: true, onSelect: () => setDeleting(true) },
  ];
  if (!mayWrite && !mayReplay) return null;
  return (
    <>
      <Menu
        label={texts.actions}
        items={[
          ...(mayReplay ? [{ label: texts.replay, onSelect: () => setReplaying(true) }] : []),
          ...(mayWrite ? changes : []),
        ]}
      />
      <ProblemNote problem={archive.problem} />
      <ReplaySession session={session} isOpen={isReplaying} onClose={() => setReplaying(false)} />
      <ConfirmDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        title={texts.deleteTitle}
        action={texts.delete}
        isBusy={erase.isRunning}
        problem={erase.problem}
        onConfirm={() => erase.run()}
      >
        {texts.deleteHint(session.message_count)}
      </ConfirmDialog>
    </>
  );
}
