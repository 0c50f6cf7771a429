import { useState } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';
import { Button } from '../ui/button.tsx';

/** A field for the next message: Enter sends, Shift+Enter begins a new line. */
export function Composer({
  isBusy,
  onSend,
  onStop,
}: {
  readonly isBusy: boolean;
  readonly onSend: (text: string) => void;
  readonly onStop: () => void;
}) {
  const texts = useTexts(chatTexts);
  const [text, setText] = useState('');
  const send = () => {
    if (isBusy || text.trim() === '') return;
    onSend(text.trim());
    setText('');
  };
  return (
    <div className="composer">
      <textarea
        className="control"
        rows={2}
        aria-label={texts.message}
        placeholder={texts.message}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      {isBusy ? (
        <Button onClick={onStop}>{texts.stop}</Button>
      ) : (
        <Button onClick={send} disabled={text.trim() === ''}>
          {texts.send}
        </Button>
      )}
    </div>
  );
}
