import { RotateCcw } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { TurnView } from '../../../chat/answer-view.tsx';
import { Composer } from '../../../chat/composer.tsx';
import { startRun } from '../../../chat/follow.ts';
import { InputsForm, type InputValues, valuesOf } from '../../../chat/inputs-form.tsx';
import { type Turn, useConversation } from '../../../chat/use-conversation.ts';
import { builderTexts } from '../../../texts/agent-builder.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { useBuilder } from './context.tsx';

const noValues: InputValues = {};

/** A conversation with the draft as it is now, beside the builder. */
export function Preview() {
  const texts = useTexts(builderTexts);
  const { agent, draft } = useBuilder();
  const { inputs, welcome_message, starter_questions } = draft.config;
  const values = useDraft<InputValues>(`agent.${agent.id}.inputs`, noValues);
  const { turns, isBusy, conversation } = useConversation(
    (message, before, key) =>
      startRun(
        agent.id,
        {
          message,
          history: historyOf(before),
          inputs: valuesOf(inputs, values.value),
          version: agent.active_version.number,
          config: draft.patch,
        },
        key,
      ),
    `agent.${agent.id}`,
  );
  const end = useRef<HTMLDivElement>(null);
  const shown = turns.at(-1)?.answer.text.length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the answer as it grows.
  useEffect(() => {
    const log = end.current?.parentElement;
    log?.scrollTo({ top: log.scrollHeight });
  }, [turns.length, shown]);
  return (
    <section className="preview" aria-label={texts.preview}>
      <header className="section-header">
        <div>
          <h2>{texts.preview}</h2>
          <p className="muted small">
            {draft.isChanged ? texts.previewDraft : texts.previewActive}
          </p>
        </div>
        {turns.length > 0 && (
          <Button isSmall kind="quiet" onClick={() => conversation.restart()}>
            <RotateCcw size={14} aria-hidden="true" />
            {texts.restart}
          </Button>
        )}
      </header>
      {inputs.length > 0 && (
        <details className="preview-inputs" open={turns.length === 0}>
          <summary className="more-title">{texts.inputValues}</summary>
          <InputsForm fields={inputs} values={values.value} onChange={values.change} />
        </details>
      )}
      <div className="preview-log" role="log" aria-label={texts.conversation} tabIndex={0}>
        {turns.length === 0 && (
          <Greeting
            welcome={welcome_message}
            starters={starter_questions}
            onAsk={(question) => void conversation.send(question)}
          />
        )}
        {turns.map((turn) => (
          <TurnView
            key={turn.id}
            turn={turn}
            onDecide={(decision) => void conversation.decide(decision)}
          />
        ))}
        <div ref={end} />
      </div>
      {turns.length > 0 && !isBusy && (
        <div className="form-actions">
          <Button isSmall onClick={() => void conversation.repeat()}>
            {texts.askAgain}
          </Button>
        </div>
      )}
      <Composer
        draftName={`agent.${agent.id}.message`}
        isBusy={isBusy}
        onSend={(text) => void conversation.send(text)}
        onStop={() => void conversation.stop()}
      />
    </section>
  );
}

/** The turns that were answered, as the API takes them. */
const historyOf = (turns: readonly Turn[]) =>
  turns
    .filter(({ answer, problem }) => problem === null && answer.text !== '')
    .flatMap(({ question, answer }) => [
      { role: 'user' as const, text: question },
      { role: 'assistant' as const, text: answer.text },
    ]);

function Greeting({
  welcome,
  starters,
  onAsk,
}: {
  readonly welcome: string | null;
  readonly starters: readonly string[];
  readonly onAsk: (question: string) => void;
}) {
  const texts = useTexts(builderTexts);
  return (
    <>
      <p className={welcome === null ? 'muted' : 'message-text'}>{welcome ?? texts.previewHint}</p>
      {starters.map((question) => (
        <Button key={question} isSmall onClick={() => onAsk(question)}>
          {question}
        </Button>
      ))}
    </>
  );
}
