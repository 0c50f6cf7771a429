import { api, paged, rowsOf } from '../../../api/api.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { evaluationTexts } from '../../../texts/evaluation.ts';
import { judgeTexts } from '../../../texts/judges.ts';
import { LinkButton } from '../../../ui/button.tsx';
import { Page } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { EvaluationTabs } from '../evaluation-tabs.tsx';

export function JudgeList() {
  const texts = useTexts(judgeTexts);
  const { title } = useTexts(evaluationTexts);
  const mayWrite = useCan('judges:write');
  const reading = api.useInfiniteQuery('get', '/api/v1/judges', {}, paged);
  const create = mayWrite && (
    <LinkButton to="/judges/new" kind="primary">
      {texts.create}
    </LinkButton>
  );
  return (
    <Page title={title} description={texts.description} actions={create}>
      <EvaluationTabs />
      <ListTable
        label={texts.judges}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/judges/${id}`}
        columns={[
          {
            name: texts.name,
            cell: ({ name, rubric }) => (
              <>
                {name} <span className="excerpt">{rubric}</span>
              </>
            ),
          },
          { name: texts.model, cell: ({ model }) => <code>{model}</code>, isMinor: true },
          { name: texts.scale, cell: ({ scale }) => texts.scales[scale], isMinor: true },
          { name: texts.revision, cell: ({ revision }) => revision, isNumber: true },
          { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} /> },
        ]}
        empty={
          <Empty title={texts.none} action={create}>
            {texts.noneHint}
          </Empty>
        }
      />
    </Page>
  );
}
