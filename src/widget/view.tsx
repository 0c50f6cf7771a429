import { useEffect, useRef, useState } from 'preact/hooks';
import { Cited } from './cited.tsx';
import { Composer } from './composer.tsx';
import type { Conversation } from './conversation.ts';
import { Icon } from './icon.tsx';
import { MessageView } from './message-view.tsx';
import { texts } from './texts/texts.ts';
import type { State } from './types.ts';
import { Verify } from './verify.tsx';

/** The whole chat, as a page and in the panel of the widget. */
export function Chat({
  state,
  conversation,
  onClose,
}: {
  readonly state: State;
  readonly conversation: Conversation;
  readonly onClose: (() => void) | null;
}) {
  return (
    <section class="chat" aria-label={state.title || texts.loading}>
      <header>
        <h1 dir="auto">{state.title}</h1>
        {state.messages.length > 0 && !state.isBusy ? (
          <button type="button" class="plain" onClick={() => conversation.restart()}>
            {texts.restart}
          </button>
        ) : null}
        {onClose === null ? null : (
          <button type="button" class="icon" aria-label={texts.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      <Body state={state} conversation={conversation} />
      {state.cited === null ? null : (
        <Cited
          page={state.cited}
          onRenew={() => conversation.citation.renew()}
          onClose={() => conversation.citation.close()}
        />
      )}
    </section>
  );
}

interface Props {
  readonly state: State;
  readonly conversation: Conversation;
}

function Body({ state, conversation }: Props) {
  if (state.phase === 'verify') return <Verify state={state} conversation={conversation} />;
  if (state.phase !== 'ready')
    return (
      <div class="notice" role="status">
        <p>{state.phase === 'closed' ? texts.closed : (state.error ?? texts.loading)}</p>
        {state.phase === 'loading' && state.error !== null ? (
          <button type="button" class="main" onClick={() => conversation.start()}>
            {texts.retry}
          </button>
        ) : null}
      </div>
    );
  return (
    <>
      <Log state={state} conversation={conversation} />
      <Notices state={state} conversation={conversation} />
      <Composer state={state} conversation={conversation} />
    </>
  );
}

function Log({ state, conversation }: Props) {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = log.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  });
  const onScroll = () => {
    const element = log.current;
    if (element !== null)
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  };
  const { messages, welcome, starters } = state;
  const lastAnswer = messages.findLast(({ role }) => role === 'assistant')?.id;
  return (
    <div
      class="log"
      ref={log}
      role="log"
      aria-label={state.title}
      aria-busy={state.isBusy}
      tabIndex={0}
      onScroll={onScroll}
    >
      {welcome === null ? null : (
        <p class="welcome" dir="auto">
          {welcome}
        </p>
      )}
      {messages.length > 0 || starters.length === 0 ? null : (
        <ul class="starters">
          {starters.map((question) => (
            <li key={question}>
              <button type="button" dir="auto" onClick={() => conversation.send(question)}>
                {question}
              </button>
            </li>
          ))}
        </ul>
      )}
      {messages.map((message) => (
        <MessageView
          key={message.id}
          message={message}
          conversation={conversation}
          canRegenerate={
            message.id === lastAnswer && !state.isBusy && !state.isHuman && message.author === null
          }
        />
      ))}
      {state.isBusy && messages.at(-1)?.role === 'user' ? (
        <p class="typing" aria-hidden="true">
          <span />
          <span />
          <span />
        </p>
      ) : null}
    </div>
  );
}

function Notices({ state, conversation }: Props) {
  const wasBusy = useRef(false);
  const [status, setStatus] = useState('');
  useEffect(() => {
    if (state.isBusy !== wasBusy.current)
      setStatus(state.isBusy ? texts.answering : isComplete(state) ? texts.answered : '');
    wasBusy.current = state.isBusy;
  }, [state.isBusy, state.error, state.isAwaited]);
  return (
    <>
      <p class="hidden" role="status">
        {status}
      </p>
      <p class="note" role="status">
        {state.isHuman
          ? isAnswered(state)
            ? texts.human
            : texts.waiting
          : state.isAwaited
            ? texts.awaited
            : state.wasHuman
              ? texts.handedBack
              : null}
      </p>
      {state.canAskPerson && !state.isHuman && !state.isBusy ? (
        <p class="note">
          <button type="button" class="plain" onClick={() => conversation.askPerson()}>
            {texts.askPerson}
          </button>
        </p>
      ) : null}
      {state.isOffline ? (
        <p class="note" role="status">
          {texts.offline}
        </p>
      ) : null}
      {state.error === null ? null : (
        <p class="error" role="alert">
          {state.error}{' '}
          {state.canResume ? (
            <button type="button" class="plain" onClick={() => conversation.resume()}>
              {texts.retry}
            </button>
          ) : null}
        </p>
      )}
    </>
  );
}

const isComplete = ({ error, isAwaited }: State): boolean => error === null && !isAwaited;

/** True if the newest answer is that of a person. */
const isAnswered = ({ messages }: State): boolean =>
  messages.findLast(({ role }) => role === 'assistant')?.author != null;
