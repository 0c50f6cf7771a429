import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { BudgetAlert, BudgetStanding, ExplainedBudget } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts, Page, Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { BudgetDialog } from './budget-dialog.tsx';
import { BudgetMeter, forecastOf, roughly } from './budget-meter.tsx';
import { Holds } from './holds.tsx';
import { RefusalExample } from './refusal-example.tsx';
import { useSubjectName } from './subject.tsx';

/** `/cost/budgets/{budget}`: what is spent and held of a budget, its forecast, and the calls behind it. */
export default function BudgetScreen({ id }: { readonly id: string }) {
  const texts = useTexts(costTexts);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/budgets/{budget}/explain',
    { params: { path: { budget: id } } },
    // Holds last as long as calls.
    { refetchInterval: 15_000 },
  );
  return (
    <Page
      title={data?.budget.name ?? texts.budget}
      back={{ to: '/budgets', label: texts.parts.budgets }}
      actions={
        data !== undefined && (
          <>
            <BudgetDialog key={data.budget.updated_at} budget={data.budget} />
            <Delete explained={data} />
          </>
        )
      }
    >
      {data !== undefined && <Explained explained={data} />}
      {data === undefined && error === null && <Loading>{texts.loading}</Loading>}
      {error !== null && <Failed problem={error} onRetry={refetch} />}
    </Page>
  );
}

function Explained({ explained }: { readonly explained: ExplainedBudget }) {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const { budget, standings, open_holds, last_settlements, alerts } = explained;
  const nameOf = useSubjectName(budget.scope);
  const { scope, subject_id, downgrade } = budget;
  const who =
    subject_id === null
      ? texts.scopeOfEach[scope]
      : texts.scopeOfOne(texts.scopes[scope], nameOf(subject_id));
  return (
    <>
      {alerts.some(({ kind }) => kind === 'refused') && (
        <p className="note note-bad">
          {texts.refusedHint}{' '}
          <Link href={placeOf('/sessions/runs?error=budget_exceeded')}>{texts.refusedRuns}</Link>
        </p>
      )}
      <Section title={texts.standing}>
        {standings.length === 0 && <p className="muted">{texts.notUsed}</p>}
        <ul className="list">
          {standings.map((standing) => (
            <li key={standing.subject ?? ''} className="card">
              {standing.subject !== null && <h3>{nameOf(standing.subject)}</h3>}
              <BudgetMeter
                standing={standing}
                label={standing.subject === null ? budget.name : nameOf(standing.subject)}
              />
              <Standing standing={standing} />
            </li>
          ))}
        </ul>
      </Section>
      <Section title={texts.alerts} description={texts.alertsHint}>
        {alerts.length === 0 ? (
          <p className="muted">{texts.noAlerts}</p>
        ) : (
          <Table
            label={texts.alerts}
            rows={alerts}
            keyOf={({ id }) => id}
            columns={[
              {
                name: texts.time,
                cell: ({ created_at }) => <Time value={created_at} form="moment" />,
              },
              { name: texts.alert, cell: ({ kind }) => <AlertKind kind={kind} /> },
              {
                name: texts.subject,
                cell: ({ subject }) => (subject === null ? '–' : nameOf(subject)),
                isMinor: true,
              },
              {
                name: texts.spent,
                cell: ({ spent_usd }) => format.money(spent_usd),
                isNumber: true,
              },
              {
                name: texts.forecast,
                cell: ({ forecast_usd }) =>
                  format.money(forecast_usd === null ? null : roughly(forecast_usd)),
                ...{ isNumber: true, isMinor: true },
              },
              {
                name: texts.sent,
                cell: ({ delivered_at }) =>
                  delivered_at === null ? texts.notSent : <Time value={delivered_at} />,
                isMinor: true,
              },
            ]}
          />
        )}
      </Section>
      <Section title={texts.openHolds} description={texts.holdsHint}>
        <Holds label={texts.openHolds} holds={open_holds} empty={texts.noHolds} isOpen />
      </Section>
      <Section title={texts.settlements} description={texts.settlementsHint}>
        <Holds label={texts.settlements} holds={last_settlements} empty={texts.noSettlements} />
      </Section>
      <RefusalExample explained={explained} />
      <Section title={texts.rules}>
        <Facts
          facts={[
            [texts.appliesTo, who],
            [texts.limit, `${format.money(budget.limit_usd)} ${texts.perPeriod[budget.period]}`],
            [texts.action, texts.actionHints[budget.action]],
            ...(downgrade === null
              ? []
              : [
                  [
                    texts.downgrade,
                    texts.downgradeRule(
                      downgrade.from_percent,
                      downgrade.model ?? texts.sameModel,
                      downgrade.max_output_tokens,
                    ),
                  ] as const,
                ]),
            [
              texts.unknownPrices,
              budget.unknown_price === 'allow' ? texts.unknownAllowed : texts.unknownBlocked,
            ],
            [
              texts.thresholds,
              budget.alerts.thresholds.map((one) => `${one} %`).join(', ') || texts.none,
            ],
          ]}
        />
      </Section>
    </>
  );
}

function Standing({ standing }: { readonly standing: BudgetStanding }) {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const [now] = useState(() => Date.now());
  const forecast = forecastOf(standing, now);
  const isOver = forecast !== null && forecast > standing.limit_usd;
  return (
    <Facts
      facts={[
        [texts.remaining, format.money(standing.remaining_usd)],
        [texts.held, format.money(standing.held_usd)],
        [
          texts.forecast,
          standing.resets_at === null ? (
            texts.noForecast
          ) : forecast === null ? (
            texts.tooEarly
          ) : (
            <span key="forecast">
              {format.money(forecast)}{' '}
              <Badge tone={isOver ? 'warn' : 'good'}>
                {isOver ? texts.overLimit : texts.withinLimit}
              </Badge>
            </span>
          ),
        ],
        [
          texts.resets,
          standing.resets_at === null ? (
            texts.never
          ) : (
            <Time key="resets" value={standing.resets_at} form="moment" />
          ),
        ],
        ...(standing.unpriced_calls > 0
          ? [[texts.unpriced, format.number(standing.unpriced_calls)] as const]
          : []),
      ]}
    />
  );
}

function AlertKind({ kind }: Pick<BudgetAlert, 'kind'>) {
  const texts = useTexts(costTexts);
  if (kind === 'refused') return <Badge tone="bad">{texts.wasRefused}</Badge>;
  if (kind === 'forecast') return <Badge tone="warn">{texts.willExceed}</Badge>;
  return <Badge tone={Number(kind) >= 100 ? 'bad' : 'warn'}>{texts.reached(kind)}</Badge>;
}

function Delete({ explained: { budget } }: { readonly explained: ExplainedBudget }) {
  const texts = useTexts(costTexts);
  const [, navigate] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const remove = useAction(
    async () => {
      await client.DELETE('/api/v1/budgets/{budget}', { params: { path: { budget: budget.id } } });
      // Before the reads are refreshed: this one no longer exists.
      navigate('/budgets');
    },
    { refresh: ['/api/v1/budgets'] },
  );
  return (
    <>
      <Button kind="quiet" onClick={() => setAsking(true)}>
        {texts.deleteBudget}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.deleteBudgetOf(budget.name)}
        action={texts.deleteBudget}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <p>{texts.deleteBudgetHint}</p>
      </ConfirmDialog>
    </>
  );
}
