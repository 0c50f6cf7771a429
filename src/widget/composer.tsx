import { useEffect, useRef } from 'preact/hooks';
import type { Conversation } from './conversation.ts';
import { Icon } from './icon.tsx';
import { fill, texts } from './texts/texts.ts';
import type { Attachment, State } from './types.ts';

/** Where the visitor writes, attaches files, sends and stops. */
export function Composer({
  state,
  conversation,
}: {
  readonly state: State;
  readonly conversation: Conversation;
}) {
  const text = state.draft;
  const field = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const isWaiting = state.attachments.some(
    ({ status }) => status === 'uploading' || status === 'processing',
  );
  const canSend = !state.isBusy && !isWaiting && text.trim() !== '';
  const send = () => {
    if (!canSend) return;
    conversation.send(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const attach = (chosen: FileList | null) => {
    const files = [...(chosen ?? [])];
    if (file.current !== null) file.current.value = '';
    conversation.attach(files);
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Attached attachments={state.attachments} conversation={conversation} />
      <div class="row">
        <input
          ref={file}
          type="file"
          multiple
          hidden
          onChange={(event) => attach(event.currentTarget.files)}
        />
        <button
          type="button"
          class="icon"
          aria-label={texts.attach}
          onClick={() => file.current?.click()}
        >
          <Icon name="attach" />
        </button>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          maxLength={20_000}
          aria-label={texts.message}
          placeholder={texts.placeholder}
          value={text}
          onInput={(event) => conversation.write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {state.isBusy ? (
          // Another element than the button below: a click that returns the message would submit it at once.
          <button key="stop" type="button" class="main" onClick={() => conversation.stop()}>
            {texts.stop}
          </button>
        ) : (
          <button key="send" type="submit" class="main" disabled={!canSend}>
            {texts.send}
          </button>
        )}
      </div>
    </form>
  );
}

function Attached({
  attachments,
  conversation,
}: {
  readonly attachments: readonly Attachment[];
  readonly conversation: Conversation;
}) {
  if (attachments.length === 0) return null;
  const stateOf = ({ status, error }: Attachment) =>
    status === 'uploading' ? texts.uploading : status === 'processing' ? texts.processing : error;
  return (
    <ul class="files" aria-live="polite">
      {attachments.map((attachment) => (
        <li key={attachment.id}>
          {attachment.name}{' '}
          <span class={attachment.status === 'failed' ? 'reason' : ''}>{stateOf(attachment)}</span>
          {attachment.canRetry ? (
            <button
              type="button"
              class="icon"
              aria-label={fill(texts.uploadAgain, { name: attachment.name })}
              onClick={() => conversation.uploads.retry(attachment.id)}
            >
              <Icon name="again" />
            </button>
          ) : null}
          <button
            type="button"
            class="icon"
            aria-label={fill(texts.remove, { name: attachment.name })}
            onClick={() => conversation.uploads.remove(attachment.id)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
