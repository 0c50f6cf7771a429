import { useState } from 'preact/hooks';
import { hostBeside } from '../client/markdown.ts';
import { pageName } from './cited.tsx';
import type { Conversation } from './conversation.ts';
import { Icon } from './icon.tsx';
import { Markdown } from './markdown.tsx';
import { fill, texts } from './texts/texts.ts';
import type { Citation, Message } from './types.ts';

export function MessageView({
  message,
  conversation,
  canRegenerate,
}: {
  readonly message: Message;
  readonly conversation: Conversation;
  readonly canRegenerate: boolean;
}) {
  const { role, text, citations, attachments, author, status } = message;
  const isAnswer = role === 'assistant';
  const nameOf = ({ file_name, title, url }: Citation) => file_name ?? (title || url || '');
  /** Where a source leads, if its name is another. */
  const placeOf = ({ url, title }: Citation) => {
    const host =
      url === undefined || title === undefined || !URL.canParse(url)
        ? null
        : hostBeside(title, url);
    return host === null ? null : <bdi class="link-host"> ({host})</bdi>;
  };
  const nameOfAuthor = !isAnswer
    ? texts.you
    : author === null
      ? texts.agent
      : (author.name ?? texts.person);
  const cited = (number: number) => {
    const citation = citations.find((one) => one.number === number);
    return citation === undefined ? null : (
      <Source
        citation={citation}
        label={fill(texts.source, { number, name: nameOf(citation) })}
        message={message.id}
        conversation={conversation}
      >
        {number}
      </Source>
    );
  };
  return (
    <article class={role} aria-label={nameOfAuthor} dir="auto">
      {author === null ? null : (
        <p class="author" aria-hidden="true">
          {nameOfAuthor}
        </p>
      )}
      <div class="text">{isAnswer ? <Markdown text={text} onCite={cited} /> : <p>{text}</p>}</div>
      {attachments.length === 0 ? null : (
        <ul class="files">
          {attachments.map(({ name }) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
      )}
      {citations.length === 0 ? null : (
        <div class="sources">
          <h2>{texts.sources}</h2>
          <ol>
            {citations.map((citation) => (
              <li key={citation.number} value={citation.number}>
                <Source citation={citation} message={message.id} conversation={conversation}>
                  {nameOf(citation)}
                  {placeOf(citation)}
                  {citation.page == null ? '' : `, ${pageName(citation.page, null)}`}
                </Source>
              </li>
            ))}
          </ol>
        </div>
      )}
      {status === 'cancelled' ? <p class="note">{texts.cancelled}</p> : null}
      {isAnswer && status !== 'streaming' && !message.id.startsWith('local-') ? (
        <Actions message={message} conversation={conversation} canRegenerate={canRegenerate} />
      ) : null}
    </article>
  );
}

function Source({
  citation,
  label,
  message,
  conversation,
  children,
}: {
  readonly citation: Citation;
  /** The accessible name, where the children are none. */
  readonly label?: string;
  readonly message: string;
  readonly conversation: Conversation;
  readonly children: preact.ComponentChildren;
}) {
  const { url } = citation;
  const isLink = url !== undefined && /^https?:/.test(url);
  if (citation.type === 'url')
    return isLink ? (
      <a
        class="cite"
        href={url}
        target="_blank"
        rel="noopener noreferrer nofollow"
        aria-label={label}
      >
        {children}
      </a>
    ) : (
      <span>{children}</span>
    );
  return (
    <button
      type="button"
      class="cite"
      aria-label={label}
      title={citation.quote}
      onClick={() => conversation.cite(message, citation.number)}
    >
      {children}
    </button>
  );
}

function Actions({
  message: { id, rating, text, author },
  conversation,
  canRegenerate,
}: {
  readonly message: Message;
  readonly conversation: Conversation;
  readonly canRegenerate: boolean;
}) {
  const [isCopied, setCopied] = useState(false);
  const copy = () =>
    // Absent from pages without https.
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  const rate = (value: 'up' | 'down', label: string) => (
    <button
      type="button"
      class="icon"
      aria-label={label}
      aria-pressed={rating === value}
      onClick={() => conversation.rate(id, value)}
    >
      <Icon name={value} />
    </button>
  );
  return (
    <div class="actions">
      {author === null ? rate('up', texts.good) : null}
      {author === null ? rate('down', texts.bad) : null}
      <button
        type="button"
        class="icon"
        aria-label={isCopied ? texts.copied : texts.copy}
        onClick={copy}
      >
        <Icon name={isCopied ? 'check' : 'copy'} />
      </button>
      {canRegenerate ? (
        <button
          type="button"
          class="icon"
          aria-label={texts.regenerate}
          onClick={() => conversation.regenerate(id)}
        >
          <Icon name="again" />
        </button>
      ) : null}
    </div>
  );
}
