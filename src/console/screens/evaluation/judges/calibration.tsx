import { Link } from 'wouter';
import type { Judge, JudgeShare } from '../../../../client/index.ts';
import { api, client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { judgeTexts } from '../../../texts/judges.ts';
import { AgentFilter } from '../../../ui/agent-filter.tsx';
import { Button } from '../../../ui/button.tsx';
import { SelectField } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Facts, Section } from '../../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../../ui/states.tsx';
import { Table } from '../../../ui/table.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';

const filters = { agent: '', partly: 'bad' };
const partlyAs = ['bad', 'good', 'skip'] as const;
/** Below it a judge should not be relied on; above the other it is good. */
const [poor, good] = [0.4, 0.6];

/** How far a judge agrees with the people who reviewed the same answers. */
export function Calibration({ judge: { id } }: { readonly judge: Judge }) {
  const texts = useTexts(judgeTexts);
  const mayWrite = useCan('judges:write');
  const toast = useToast();
  const { percent, money } = useFormat();
  const [{ agent, partly }, setFilters] = useUrlState(filters);
  const partly_as = partlyAs.find((one) => one === partly) ?? 'bad';
  const { data, error, refetch } = api.useQuery('get', '/api/v1/judges/{judge}/calibration', {
    params: { path: { judge: id }, query: { partly_as, ...(agent !== '' && { agent }) } },
  });
  const step = useAction(
    (_: undefined, header) =>
      client
        .POST('/api/v1/judges/{judge}/calibration', {
          params: { path: { judge: id }, header },
          body: { limit: 20, ...(agent !== '' && { agent_id: agent }) },
        })
        .then((made) => made.data),
    {
      refresh: ['/api/v1/judges'],
      onDone: (done) => {
        if (done !== undefined) toast(texts.scored(done.scored), money(done.cost_usd));
      },
    },
  );
  const share = (of: JudgeShare) =>
    of === null ? '–' : `${percent(of.value)} (${percent(of.low)} – ${percent(of.high)})`;
  return (
    <Section
      title={texts.calibration}
      description={texts.calibrationHint}
      actions={
        mayWrite &&
        data !== undefined &&
        data.pending > 0 && (
          <Button kind="primary" isBusy={step.isRunning} onClick={() => step.run(undefined)}>
            {texts.calibrate(Math.min(20, data.pending))}
          </Button>
        )
      }
    >
      <div className="filters">
        <AgentFilter value={agent} onChange={(next) => setFilters({ agent: next })} />
        <SelectField
          label={texts.partly}
          value={partly_as}
          onChange={(value) => setFilters({ partly: value })}
          choices={partlyAs.map((value) => ({ value, label: texts.partlyAs[value] }))}
        />
      </div>
      <ProblemNote problem={step.problem} />
      {data === undefined ? (
        error === null ? (
          <Loading>{texts.loadingCalibration}</Loading>
        ) : (
          <Failed problem={error} onRetry={refetch} />
        )
      ) : data.pairs === 0 ? (
        <p className="note">
          {data.pending === 0 ? texts.noReviews : texts.notCalibrated(data.pending)}{' '}
          <Link href={placeOf('/review')}>{texts.toReview}</Link>
        </p>
      ) : (
        <>
          <p>
            <strong>
              {data.kappa === null
                ? texts.unknown
                : data.kappa.value < poor
                  ? texts.unreliable
                  : data.kappa.value < good
                    ? texts.fair
                    : texts.reliable}
            </strong>{' '}
            {texts.pairs(data.pairs, data.pending)}
          </p>
          <Facts
            facts={[
              [texts.agreement, share(data.agreement)],
              [
                texts.kappa,
                data.kappa === null ? '–' : (Math.round(data.kappa.value * 100) / 100).toString(),
              ],
              [texts.badPrecision, share(data.bad_precision)],
              [texts.badRecall, share(data.bad_recall)],
              [
                texts.bias,
                data.bias === null
                  ? '–'
                  : `${percent(data.bias)} (${data.bias > 0 ? texts.lenient : texts.strict})`,
              ],
            ]}
          />
          <Table
            label={texts.confusion}
            rows={data.confusion}
            keyOf={({ human }) => human}
            columns={[
              { name: texts.people, cell: ({ human }) => texts.verdicts[human] },
              { name: texts.judgePasses, cell: ({ passed }) => passed, isNumber: true },
              { name: texts.judgeFails, cell: ({ failed }) => failed, isNumber: true },
              {
                name: texts.meanScore,
                cell: ({ mean_score }) => percent(mean_score),
                isNumber: true,
              },
            ]}
          />
        </>
      )}
    </Section>
  );
}
