import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { AgentFilter } from '../../ui/agent-filter.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { EvaluationRows } from './evaluation-rows.tsx';
import { EvaluationTabs } from './evaluation-tabs.tsx';

const filters = { agent: '', status: '' };
const statuses = ['running', 'completed', 'failed', 'cancelled'] as const;

export function EvaluationList() {
  const texts = useTexts(evaluationTexts);
  const mayWrite = useCan('evaluations:write');
  const [{ agent, status }, setFilters] = useUrlState(filters);
  const known = statuses.find((one) => one === status);
  return (
    <Page
      title={texts.title}
      description={texts.description}
      actions={
        mayWrite && (
          <LinkButton to={agent === '' ? '/new' : `/new?agent=${agent}`} kind="primary">
            {texts.create}
          </LinkButton>
        )
      }
    >
      <EvaluationTabs />
      <div className="filters">
        <AgentFilter value={agent} onChange={(id) => setFilters({ agent: id })} />
        <SelectField
          label={texts.status}
          value={status}
          onChange={(value) => setFilters({ status: value })}
          choices={[
            { value: '', label: texts.any },
            ...statuses.map((value) => ({ value, label: texts.statuses[value] })),
          ]}
        />
      </div>
      <EvaluationRows
        query={{ ...(agent !== '' && { agent }), ...(known !== undefined && { status: known }) }}
      />
    </Page>
  );
}
