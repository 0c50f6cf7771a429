import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Message, SessionWithMessages } from '../../../client/index.ts';
import { api, client, paged } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { MessageView } from '../../chat/message-view.tsx';
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
import { HandOverPanel } from './hand-over-panel.tsx';
import { KeepAsCase } from './keep-as-case.tsx';

/** Milliseconds between two looks at a conversation that goes on. */
const lookEvery = 4000;

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
  const facts = [
    [
      texts.agent,
      <Link key="agent" href={placeOf(`/agents/${agent_id}`)}>
        <AgentName id={agent_id} />
      </Link>,
    ],
    [texts.endUser, end_user_id ?? '–'],
    [texts.messages, message_count],
    [texts.started, <Time key="started" value={session.created_at} />],
    [texts.lastActive, <Time key="last" value={session.updated_at} />],
    [texts.id, <Copyable key="id" text={id} />],
  ] as const;
  return (
    <Page
      title={title ?? texts.untitled}
      back={{ to: '/', label: texts.title }}
      actions={<SessionActions session={session} />}
      heading={
        <>
          {title ?? texts.untitled}{' '}
          {handled_by === 'human' && <Badge tone="info">{texts.byPerson}</Badge>}
          {session.archived_at !== null && <Badge>{texts.archived}</Badge>}
        </>
      }
    >
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

function Messages({
  session: { id, messages, message_count },
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
        <Entry key={message.id} session={id} message={message} />
      ))}
    </div>
  );
}

function Entry({ session, message }: { readonly session: string; readonly message: Message }) {
  const texts = useTexts(sessionTexts);
  const format = useFormat();
  const { run, feedback, siblings, citations, role } = message;
  return (
    <MessageView message={message}>
      {citations.length > 0 && (
        <details className="sources">
          <summary>{texts.sources(citations.length)}</summary>
          <ol>
            {citations.map((one) => (
              <li key={one.number}>
                {one.type === 'file' ? one.file_name : one.title}
                {one.type === 'file' && one.page !== null && `, ${texts.page(one.page)}`}
                <blockquote>{one.quote}</blockquote>
              </li>
            ))}
          </ol>
        </details>
      )}
      <footer className="message-footer">
        <Time value={message.created_at} form="moment" />
        {role === 'assistant' && run !== null && (
          <>
            <span>{format.duration(run.latency_ms)}</span>
            <span>{format.money(run.usage.cost_usd)}</span>
            <Link href={`/runs/${run.id}`}>{texts.trace}</Link>
            <KeepAsCase message={message.id} />
          </>
        )}
        {feedback.map(({ id, rating, comment }) =>
          comment === null ? (
            <Badge key={id} tone={rating === 'up' || Number(rating) > 3 ? 'good' : 'bad'}>
              {texts.rated(String(rating))}
            </Badge>
          ) : (
            <p key={id} className="message-text">
              {`${texts.rated(String(rating))}: ${comment}`}
            </p>
          ),
        )}
        <BranchSwitch session={session} siblings={siblings} />
      </footer>
    </MessageView>
  );
}

/** The other answers to the same question, or other versions of it: the tree of the conversation. */
function BranchSwitch({
  session,
  siblings,
}: {
  readonly session: string;
  readonly siblings: Message['siblings'];
}) {
  const texts = useTexts(sessionTexts);
  const mayWrite = useCan('sessions:write');
  const select = useAction((active_message_id: string) =>
    client.PATCH('/api/v1/sessions/{session}', {
      params: { path: { session } },
      body: { active_message_id },
    }),
  );
  if (siblings === null || siblings.count < 2) return null;
  const { position, count, previous_id, next_id } = siblings;
  const go = (id: string | null, label: string, sign: string) => (
    <Button
      kind="quiet"
      isSmall
      aria-label={label}
      disabled={id === null || !mayWrite}
      isBusy={select.isRunning}
      onClick={() => id !== null && select.run(id)}
    >
      {sign}
    </Button>
  );
  return (
    <span className="branches">
      {go(previous_id, texts.previousBranch, '‹')}
      {texts.branch(position, count)}
      {go(next_id, texts.nextBranch, '›')}
      <ProblemNote problem={select.problem} />
    </span>
  );
}

function SessionActions({ session }: { readonly session: SessionWithMessages }) {
  const texts = useTexts(sessionTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const mayWrite = useCan('sessions:write');
  const [isDeleting, setDeleting] = useState(false);
  const path = { session: session.id };
  const isArchived = session.archived_at !== null;
  const archive = useAction((archived: boolean) =>
    client.PATCH('/api/v1/sessions/{session}', { params: { path }, body: { archived } }),
  );
  const erase = useAction(() => client.DELETE('/api/v1/sessions/{session}', { params: { path } }), {
    refresh: ['/api/v1/inbox'],
    onDone: () => {
      toast(texts.deleted);
      go('/');
    },
  });
  if (!mayWrite) return null;
  return (
    <>
      <Menu
        label={texts.actions}
        items={[
          {
            label: isArchived ? texts.unarchive : texts.archive,
            onSelect: () => archive.run(!isArchived),
          },
          { label: texts.delete, isDangerous: true, onSelect: () => setDeleting(true) },
        ]}
      />
      <ProblemNote problem={archive.problem} />
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
