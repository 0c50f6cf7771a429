import { useState } from 'preact/hooks';
import type { Conversation } from './conversation.ts';
import { fill, texts } from './texts/texts.ts';
import type { State } from './types.ts';

/** Asks for an address, and then for the code that was sent to it. */
export function Verify({
  state: { email, error },
  conversation,
}: {
  readonly state: State;
  readonly conversation: Conversation;
}) {
  const [value, setValue] = useState('');
  const isCode = email !== null;
  const submit = (event: Event) => {
    event.preventDefault();
    if (value.trim() === '') return;
    if (isCode) conversation.enterCode(value.trim());
    else {
      setValue('');
      conversation.requestCode(value.trim());
    }
  };
  const label = isCode ? texts.code : texts.email;
  return (
    <form class="verify" onSubmit={submit}>
      <p role="status">{isCode ? fill(texts.codeSent, { email }) : texts.verify}</p>
      <label>
        {label}
        <input
          key={label}
          {...(isCode
            ? { type: 'text', inputMode: 'numeric', autoComplete: 'one-time-code' }
            : { type: 'email', autoComplete: 'email' })}
          required
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
      {error === null ? null : (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <button type="submit" class="main">
        {isCode ? texts.enter : texts.sendCode}
      </button>
      {isCode ? (
        <button type="button" class="plain" onClick={() => conversation.changeEmail()}>
          {texts.otherEmail}
        </button>
      ) : null}
    </form>
  );
}
