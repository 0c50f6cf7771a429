import type { ReactNode } from 'react';
import type { Message } from '../../client/index.ts';
import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';
import { CitedText } from './cited-text.tsx';

/** A message of a conversation, as it was stored: the text, its citations, and calls of tools. */
export function MessageView({
  message: { role, text, parts, citations, attachments, author, is_withheld },
  children,
}: {
  readonly message: Message;
  /** Below the text: feedback, cost, actions. */
  readonly children?: ReactNode;
}) {
  const texts = useTexts(chatTexts);
  const calls = parts.filter((part) => part.type === 'tool-call');
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
        <CitedText text={text} citations={citations} />
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
