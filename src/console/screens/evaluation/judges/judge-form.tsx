import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { CreateJudge, Judge } from '../../../../client/index.ts';
import { api, client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { judgeTexts } from '../../../texts/judges.ts';
import { DraftActions } from '../../../ui/draft-actions.tsx';
import { Form } from '../../../ui/form.tsx';
import { Page } from '../../../ui/page.tsx';
import { Failed, Loading } from '../../../ui/states.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { type JudgeDraft, JudgeFields } from './judge-fields.tsx';

const empty: JudgeDraft = {
  ...{ name: '', model: '', rubric: '', scale: 'one_to_five', threshold: 0.75, samples: 1 },
  examples: [],
};

const draftOf = ({
  name,
  model,
  rubric,
  scale,
  threshold,
  samples,
  examples,
}: Judge): JudgeDraft => ({
  ...{ name, model, rubric, scale, threshold, samples },
  examples: examples.map((one, index) => ({ ...one, key: String(index) })),
});

const bodyOf = ({ examples, ...fields }: JudgeDraft): CreateJudge => ({
  ...fields,
  examples: examples.map(({ input, answer, score, reason }) => ({ input, answer, score, reason })),
});

export function NewJudge() {
  const texts = useTexts(judgeTexts);
  const [, go] = useLocation();
  const draft = useDraft('judge', empty);
  const create = useAction(
    (value: JudgeDraft, header) =>
      client
        .POST('/api/v1/judges', { body: bodyOf(value), params: { header } })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/judges'],
      onDone: (made) => {
        draft.discard();
        if (made !== undefined) go(`/judges/${made.id}`);
      },
    },
  );
  return (
    <Page title={texts.create} back={{ to: '/judges', label: texts.judges }}>
      <Form problem={create.problem} onSubmit={() => create.run(draft.value)} label={texts.create}>
        <JudgeFields value={draft.value} set={draft.set} />
        <DraftActions draft={draft} change={create}>
          {texts.createAction}
        </DraftActions>
      </Form>
    </Page>
  );
}

export function EditJudge({ id }: { readonly id: string }) {
  const texts = useTexts(judgeTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/judges/{judge}', {
    params: { path: { judge: id } },
  });
  if (data !== undefined) return <Edit judge={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingOne}</Loading>;
}

function Edit({ judge }: { readonly judge: Judge }) {
  const texts = useTexts(judgeTexts);
  const [, go] = useLocation();
  const { id, name, revision } = judge;
  const base = useMemo(() => draftOf(judge), [judge]);
  const draft = useDraft(`judge.${id}.${revision}`, base);
  const save = useAction(
    (value: JudgeDraft) =>
      client.PATCH('/api/v1/judges/{judge}', {
        params: { path: { judge: id } },
        body: bodyOf(value),
      }),
    {
      refresh: ['/api/v1/judges'],
      onDone: () => {
        draft.discard();
        go(`/judges/${id}`);
      },
    },
  );
  return (
    <Page
      title={texts.editTitle(name)}
      back={{ to: `/judges/${id}`, label: name }}
      description={texts.editHint}
    >
      <Form problem={save.problem} onSubmit={() => save.run(draft.value)} label={texts.edit}>
        <JudgeFields value={draft.value} set={draft.set} />
        <DraftActions draft={draft} change={save}>
          {texts.save}
        </DraftActions>
      </Form>
    </Page>
  );
}
