import { api } from '../../../api/api.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { replayTexts } from '../../../texts/replays.ts';
import { SelectField } from '../../../ui/field.tsx';
import { ProblemNote } from '../../../ui/states.tsx';

/** Chooses who compares both answers; `''` is nobody. */
export function JudgeChoice({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const texts = useTexts(replayTexts);
  const mayRead = useCan('judges:read');
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/judges',
    { params: { query: { limit: 100 } } },
    { enabled: mayRead },
  );
  return (
    <>
      <SelectField
        label={texts.judge}
        hint={texts.judgeHint}
        pointer="/judge_id"
        value={value}
        onChange={onChange}
        choices={[
          { value: '', label: texts.noJudge },
          ...(data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <ProblemNote problem={error} onRetry={refetch} />
    </>
  );
}
