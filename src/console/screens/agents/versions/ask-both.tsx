import type { Agent } from '../../../../client/index.ts';
import { api } from '../../../api/api.ts';
import { TurnView } from '../../../chat/answer-view.tsx';
import { startRun } from '../../../chat/follow.ts';
import { InputsForm, type InputValues, valuesOf } from '../../../chat/inputs-form.tsx';
import { type Turn, useConversation } from '../../../chat/use-conversation.ts';
import { versionTexts } from '../../../texts/agent-versions.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { TextAreaField } from '../../../ui/field.tsx';
import { Section } from '../../../ui/page.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

const maxQuestions = 10;
const noValues: InputValues = {};

/** Asks two versions the same questions, one after the other, and shows the answers side by side. */
export function AskBoth({
  agent,
  a,
  b,
}: {
  readonly agent: Agent;
  readonly a: string;
  readonly b: string;
}) {
  const texts = useTexts(versionTexts);
  const text = useDraft(`agent.${agent.id}.questions`, agent.config.starter_questions.join('\n'));
  // The same as those of the preview in the builder.
  const { value: values, change: setValues } = useDraft(`agent.${agent.id}.inputs`, noValues);
  const first = useVersion(agent, a, values);
  const second = useVersion(agent, b, values);
  const questions = questionsIn(text.value);
  const isBusy = first.isBusy || second.isBusy;
  const ask = () => {
    void first.ask(questions);
    void second.ask(questions);
  };
  const stop = () => {
    first.stop();
    second.stop();
  };
  const asked = first.turns.length >= second.turns.length ? first.turns : second.turns;
  return (
    <Section title={texts.ask} description={texts.askHint(maxQuestions)}>
      <InputsForm fields={first.inputs} values={values} onChange={setValues} />
      <TextAreaField label={texts.questions} rows={3} value={text.value} onChange={text.change} />
      <div className="form-actions">
        {isBusy ? (
          <Button onClick={stop}>{texts.stop}</Button>
        ) : (
          <Button kind="primary" disabled={questions.length === 0} onClick={ask}>
            {texts.askBoth}
          </Button>
        )}
      </div>
      {asked.map(({ id, question }, index) => (
        <section key={id} className="asked" aria-label={question}>
          <h3>{question}</h3>
          <div className="side-by-side">
            <Answered name={texts.version(Number(a))} turn={first.turns[index]} />
            <Answered name={texts.version(Number(b))} turn={second.turns[index]} />
          </div>
        </section>
      ))}
    </Section>
  );
}

const questionsIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, maxQuestions);

const Answered = ({ name, turn }: { readonly name: string; readonly turn: Turn | undefined }) => (
  <div className="card">
    <p className="muted small">{name}</p>
    {turn !== undefined && <TurnView turn={turn} isQuestionHidden />}
  </div>
);

/** A version that is asked as a preview: its answers count as such, and experiments do not see them. */
function useVersion(agent: Agent, version: string, values: InputValues) {
  const { data } = api.useQuery('get', '/api/v1/agents/{agent}/versions/{version}', {
    params: { path: { agent: agent.id, version } },
  });
  const inputs = data?.config.inputs ?? [];
  const { turns, isBusy, conversation } = useConversation((message, _before, key) =>
    startRun(agent.id, { message, version, config: {}, inputs: valuesOf(inputs, values) }, key),
  );
  return {
    ...{ turns, isBusy, inputs },
    ask: (questions: readonly string[]) => conversation.sendAll(questions),
    stop: () => void conversation.stop(),
  };
}
