import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';
import { Button } from '../ui/button.tsx';
import { useDraft } from '../ui/use-draft.ts';

/** A field for the next message, which is kept until it is sent: Enter sends, Shift+Enter begins a new line. */
export function Composer({
  draftName,
  isBusy,
  onSend,
  onStop,
}: {
  /** The conversation, among the drafts. */
  readonly draftName: string;
  readonly isBusy: boolean;
  readonly onSend: (text: string) => void;
  readonly onStop: () => void;
}) {
  const texts = useTexts(chatTexts);
  const { value: text, change, discard } = useDraft(draftName, '');
  const send = () => {
    if (isBusy || text.trim() === '') return;
    onSend(text.trim());
    discard();
  };
  return (
    <div className="composer">
      <textarea
        className="control"
        rows={2}
        aria-label={texts.message}
        placeholder={texts.message}
        value={text}
        onChange={({ target }) => change(target.value)}
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
