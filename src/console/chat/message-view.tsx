import type { ReactNode } from 'react';
import type { Citation, Message } from '../../client/index.ts';
import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';
import { Markdown } from '../ui/markdown.tsx';

/** A message of a conversation, as it was stored: the text, its citations, and calls of tools. */
export function MessageView({
  message: { role, text, parts, citations, attachments, author, is_withheld },
  onCite,
  children,
}: {
  readonly message: Message;
  readonly onCite?: (citation: Citation) => void;
  /** Below the text: feedback, cost, actions. */
  readonly children?: ReactNode;
}) {
  const texts = useTexts(chatTexts);
  const calls = parts.filter((part) => part.type === 'tool-call');
  const find = (number: number) => citations.find((one) => one.number === number);
  return (
    <article className={`message message-${role}`}>
      <header className="message-author">
        {role === 'user' ? texts.user : (author?.name ?? texts.agent)}
      </header>
      {calls.map(({ tool_call_id, tool_name, input }) => (
        <details key={tool_call_id} className="tool-call">
          <summary>{texts.called(tool_name)}</summary>
          <pre>{JSON.stringify(input, null, 2)}</pre>
        </details>
      ))}
      {is_withheld ? (
        <p className="muted">{texts.withheld}</p>
      ) : role === 'user' ? (
        <p className="message-text">{text}</p>
      ) : (
        <Markdown
          text={text}
          cite={(number) => {
            const citation = find(number);
            return citation === undefined ? null : (
              <CitationChip citation={citation} onCite={onCite} />
            );
          }}
        />
      )}
      {attachments.length > 0 && (
        <ul className="chips">
          {attachments.map(({ id, name }) => (
            <li key={id} className="badge">
              {name}
            </li>
          ))}
        </ul>
      )}
      {children}
    </article>
  );
}

/** `[1]`: opens what it cites, and names it. */
export function CitationChip({
  citation,
  onCite,
}: {
  readonly citation: Citation;
  readonly onCite: ((citation: Citation) => void) | undefined;
}) {
  const name = citation.type === 'file' ? citation.file_name : citation.title;
  return (
    <button
      type="button"
      className="citation"
      title={`${name ?? ''}: ${citation.quote}`}
      aria-label={`${citation.number}: ${name ?? ''}`}
      disabled={onCite === undefined}
      onClick={() => onCite?.(citation)}
    >
      {citation.number}
    </button>
  );
}
