import type {
  CreateGoldenQuestions,
  GoldenQuestion,
  KnowledgeBase,
  SearchHit,
} from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Discard } from '../../ui/discard.tsx';
import { TextAreaField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { DeleteQuestion } from './delete-question.tsx';
import { type Choice, HitChoice } from './hit-choice.tsx';
import { KeptPassages } from './kept-passages.tsx';

export type Expected = CreateGoldenQuestions['data'][number]['expected'][number];

const maxPassage = 8000;

/** Creates or changes a golden question: the passages that answer it are chosen from a search. */
export function QuestionForm({
  base,
  question,
  initial,
  onClose,
}: {
  readonly base: KnowledgeBase;
  readonly question: GoldenQuestion | null;
  readonly initial?: { readonly question: string; readonly hits: readonly SearchHit[] };
  readonly onClose: () => void;
}) {
  const texts = useTexts(questionTexts);
  const say = useToast();
  const draft = useDraft(
    `knowledge.${base.id}.question.${question?.id ?? initial?.question ?? 'new'}`,
    {
      text: question?.question ?? initial?.question ?? '',
      kept: (question?.expected ?? []) as readonly Expected[],
      hits: (initial?.hits ?? null) as readonly SearchHit[] | null,
      choices: {} as Readonly<Record<string, Choice>>,
    },
  );
  const { text, kept, hits, choices } = draft.value;
  const find = useAction(
    (query: string) =>
      client
        .POST('/api/v1/knowledge-bases/{kb}/search', {
          params: { path: { kb: base.id } },
          body: { query, top_k: 8 },
        })
        .then(({ data }) => data?.hits ?? []),
    {
      refresh: [],
      onDone: (found) => draft.set({ hits: found, choices: {} }),
    },
  );
  const save = useAction(
    (expected: Expected[], header): Promise<unknown> => {
      const fields = { question: text.trim(), expected };
      return question === null
        ? client.POST('/api/v1/knowledge-bases/{kb}/golden-questions', {
            params: { header, path: { kb: base.id } },
            body: { data: [fields] },
          })
        : client.PATCH('/api/v1/knowledge-bases/{kb}/golden-questions/{golden_question}', {
            params: { path: { kb: base.id, golden_question: question.id } },
            body: fields,
          });
    },
    {
      refresh: ['/api/v1/knowledge-bases/{kb}/golden-questions'],
      onDone: () => {
        draft.discard();
        say(texts.saved);
        onClose();
      },
    },
  );
  const submit = () => {
    const chosen = (hits ?? []).flatMap(({ chunk_id, file_id, text: passage }) => {
      const choice = choices[chunk_id];
      if (choice === undefined) return [];
      return [{ file_id, ...(choice === 'exact' && { text: passage.slice(0, maxPassage) }) }];
    });
    return save.run([...kept, ...chosen]);
  };
  const fresh = initial === undefined ? texts.add : texts.keep;
  const title = question === null ? fresh : texts.edit;
  return (
    <Dialog isOpen onClose={onClose} title={title} size="wide">
      <Form problem={save.problem ?? find.problem} onSubmit={submit} label={title}>
        <TextAreaField
          label={texts.question}
          pointer={question === null ? '/data/0/question' : '/question'}
          value={text}
          onChange={(next) => draft.set({ text: next })}
          rows={2}
          maxLength={4000}
          required
        />
        <KeptPassages
          expected={kept}
          onRemove={(index) => draft.set({ kept: kept.filter((_, at) => at !== index) })}
        />
        {hits !== null && (
          <fieldset className="knowledge-choices">
            <legend className="field-label">{texts.choose}</legend>
            <p className="field-hint">{texts.found(hits.length)}</p>
            {hits.map((hit) => (
              <HitChoice
                key={hit.chunk_id}
                hit={hit}
                choice={choices[hit.chunk_id]}
                onChoose={(choice) => {
                  const { [hit.chunk_id]: _, ...rest } = choices;
                  draft.set({
                    choices: choice === undefined ? rest : { ...rest, [hit.chunk_id]: choice },
                  });
                }}
              />
            ))}
          </fieldset>
        )}
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={save.isRunning}>
            {texts.save}
          </Button>
          <Button
            isBusy={find.isRunning}
            disabled={text.trim() === ''}
            onClick={() => find.run(text.trim())}
          >
            {texts.find}
          </Button>
          <Discard draft={draft} />
          {question !== null && (
            <DeleteQuestion base={base} question={question} onDeleted={onClose} />
          )}
        </div>
      </Form>
    </Dialog>
  );
}
