import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { AgentField } from '../../ui/agent-filter.tsx';
import { useFormat } from '../../ui/format.ts';
import { Facts, Page, Section } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { ReviewTabs } from './review-tabs.tsx';

const filters = { agent: '' };

/** What people found, by version, and how far they agree. */
export function ReviewSummary() {
  const texts = useTexts(reviewTexts);
  const [{ agent }, setFilters] = useUrlState(filters);
  return (
    <Page title={texts.title} description={texts.summaryHint}>
      <ReviewTabs />
      <div className="filters">
        <AgentField
          label={texts.agent}
          value={agent}
          onChange={(id) => setFilters({ agent: id })}
        />
      </div>
      {agent === '' ? (
        <Empty title={texts.chooseAgent}>{texts.summaryOfAgent}</Empty>
      ) : (
        <Figures agent={agent} />
      )}
    </Page>
  );
}

function Figures({ agent }: { readonly agent: string }) {
  const texts = useTexts(reviewTexts);
  const { number, percent } = useFormat();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/agents/{agent}/review-summary', {
    params: { path: { agent } },
  });
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingSummary}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  const { items, verdicts, reasons, labels, versions, agreement } = data;
  const alpha = agreement.krippendorff_alpha;
  return (
    <>
      <Facts
        facts={[
          [texts.statuses.open, number(items.open)],
          [texts.statuses.in_review, number(items.in_review)],
          [texts.statuses.done, number(items.done)],
          [texts.overdue, number(items.overdue)],
          [texts.meanScore, percent(verdicts.mean_score)],
          [
            texts.agreement,
            agreement.percent === null
              ? texts.noAgreement
              : `${percent(agreement.percent)} · alpha ${alpha === null ? '–' : Math.round(alpha * 100) / 100}`,
          ],
        ]}
      />
      <Section title={texts.byVersion}>
        {versions.length === 0 ? (
          <p className="muted">{texts.nothing}</p>
        ) : (
          <Table
            label={texts.byVersion}
            rows={versions}
            keyOf={({ version_id }) => version_id}
            columns={[
              { name: texts.version, cell: (one) => one.number },
              { name: texts.verdictNames.good, cell: ({ good }) => number(good), isNumber: true },
              {
                name: texts.verdictNames.partly,
                cell: ({ partly }) => number(partly),
                isNumber: true,
              },
              { name: texts.verdictNames.bad, cell: ({ bad }) => number(bad), isNumber: true },
            ]}
          />
        )}
      </Section>
      <div className="columns">
        <Counts
          title={texts.reason}
          rows={reasons.map(({ reason, count }) => [texts.reasons[reason], count])}
        />
        <Counts
          title={texts.labels}
          rows={labels.map(({ label, count }) => [label, count] as const)}
        />
      </div>
    </>
  );
}

function Counts({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, count: number])[];
}) {
  const texts = useTexts(reviewTexts);
  const { number } = useFormat();
  return (
    <Section title={title}>
      {rows.length === 0 ? (
        <p className="muted">{texts.nothing}</p>
      ) : (
        <Table
          label={title}
          rows={rows}
          keyOf={([name]) => name}
          columns={[
            { name: title, cell: ([name]) => name },
            { name: texts.count, cell: ([, count]) => number(count), isNumber: true },
          ]}
        />
      )}
    </Section>
  );
}
