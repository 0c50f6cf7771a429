import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type {
  ArchitectConversation,
  ArchitectMessage,
  SendArchitectMessage,
} from '../../../../client/index.ts';
import { api, client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { Composer } from '../../../chat/composer.tsx';
import { createTexts } from '../../../texts/agents.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { TextAreaField, TextField } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { Markdown } from '../../../ui/markdown.tsx';
import { Failed, Loading, ProblemNote } from '../../../ui/states.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { ArchitectDraft } from './architect-draft.tsx';

const path = '/api/v1/architect/sessions';

/** `/agents/new/architect/{session}`: the conversation, and the draft that comes of it. */
export function Architect({ id }: { readonly id: string }) {
  const texts = useTexts(createTexts);
  const { data, error, refetch } = api.useQuery('get', `${path}/{architect_session}`, {
    params: { path: { architect_session: id } },
  });
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingSession}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  return (
    <div className="builder">
      <Talk session={data} />
      <div className="builder-preview">
        <ArchitectDraft session={data} />
      </div>
    </div>
  );
}

function Talk({ session }: { readonly session: ArchitectConversation }) {
  const texts = useTexts(createTexts);
  const [sent, setSent] = useState<string | null>(null);
  const send = useAction(
    (body: SendArchitectMessage, header) =>
      client.POST(`${path}/{architect_session}/messages`, {
        params: { path: { architect_session: session.id }, header },
        body,
      }),
    { refresh: [path] },
  );
  const say = async (body: SendArchitectMessage) => {
    setSent(body.message);
    const answered = await send.run(body);
    setSent(null);
    return answered !== undefined;
  };
  const end = useRef<HTMLDivElement>(null);
  const count = session.messages.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the conversation as it grows.
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [count, sent]);
  const suggestions = session.messages.at(-1)?.suggestions ?? [];
  return (
    <section className="architect-talk" aria-label={texts.architect}>
      {session.by === 'builtin' && <p className="small muted">{texts.builtin}</p>}
      <div className="talk" role="log">
        {session.messages.map((message) => (
          <Said key={message.id} message={message} />
        ))}
        {sent !== null && (
          <>
            <article className="message message-user">
              <p className="message-text">{sent}</p>
            </article>
            <p className="muted" role="status">
              {texts.thinking}
            </p>
          </>
        )}
        <div ref={end} />
      </div>
      <ProblemNote problem={send.problem} />
      {session.agent_id === null && (
        <>
          <div className="form-actions">
            {suggestions.map((text) => (
              <Button
                key={text}
                isSmall
                disabled={send.isRunning}
                onClick={() => say({ message: text })}
              >
                {text}
              </Button>
            ))}
          </div>
          <Composer
            draftName={`architect.${session.id}`}
            isBusy={false}
            onSend={(message) => void say({ message })}
            onStop={() => undefined}
          />
          <PasteDocument session={session.id} onSend={say} />
        </>
      )}
      <DeleteSession id={session.id} />
    </section>
  );
}

function Said({ message: { role, text } }: { readonly message: ArchitectMessage }) {
  const texts = useTexts(createTexts);
  return (
    <article className={`message message-${role}`}>
      <header className="message-author">
        {role === 'user' ? texts.you : texts.architectName}
      </header>
      {role === 'user' ? <p className="message-text">{text}</p> : <Markdown text={text} />}
    </article>
  );
}

function PasteDocument({
  session,
  onSend,
}: {
  readonly session: string;
  /** Returns whether it has arrived. */
  readonly onSend: (body: SendArchitectMessage) => Promise<boolean>;
}) {
  const texts = useTexts(createTexts);
  const draft = useDraft(`architect.${session}.document`, { name: '', text: '' });
  const { name, text } = draft.value;
  const send = async () => {
    if (await onSend({ message: name, documents: [{ name, text }] })) draft.discard();
  };
  return (
    <details className="more-settings">
      <summary className="more-title">{texts.documents}</summary>
      <Form problem={null} onSubmit={send}>
        <TextField
          label={texts.documentName}
          required
          value={name}
          onChange={(next) => draft.set({ name: next })}
        />
        <TextAreaField
          label={texts.documentText}
          required
          value={text}
          onChange={(next) => draft.set({ text: next })}
        />
        <div className="form-actions">
          <Button type="submit" isSmall>
            {texts.addDocument}
          </Button>
        </div>
      </Form>
    </details>
  );
}

function DeleteSession({ id }: { readonly id: string }) {
  const texts = useTexts(createTexts);
  const [, go] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const remove = useAction(
    () =>
      client.DELETE(`${path}/{architect_session}`, {
        params: { path: { architect_session: id } },
      }),
    { refresh: [], onDone: () => go('/architect') },
  );
  return (
    <div className="form-actions">
      <Button isSmall kind="quiet" onClick={() => setAsking(true)}>
        {texts.delete}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.deleteTitle}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <p>{texts.deleteHint}</p>
      </ConfirmDialog>
    </div>
  );
}
