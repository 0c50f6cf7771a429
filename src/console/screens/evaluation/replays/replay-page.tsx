import { type ReactNode, useState } from 'react';
import type { Replay, ReplayTurn, Shadow } from '../../../../client/index.ts';
import { rowsOf } from '../../../api/api.ts';
import type { Action } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { replayTexts } from '../../../texts/replays.ts';
import { AgentName } from '../../../ui/agent-filter.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { SelectField } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Facts, Page, Section } from '../../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../../ui/states.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { ReplayStatus, replayName } from './replay-list.tsx';
import { TurnCard } from './turn-card.tsx';

export const turnFilters = { filter: '' };
const kinds = ['changed', 'worse', 'misses', 'failed'] as const;

export const turnFilterOf = (text: string) => {
  const filter = kinds.find((one) => one === text);
  return filter === undefined ? {} : { filter };
};

interface Turns {
  readonly data:
    | { readonly pages: readonly { readonly data: readonly ReplayTurn[] }[] }
    | undefined;
  readonly error: unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

/** A replay or a shadow: its figures, and both answers to each turn. */
export function ReplayPage({
  replay,
  turns,
  back,
  actions,
}: {
  readonly replay: Replay | Shadow;
  readonly turns: Turns;
  readonly back: { readonly to: string; readonly label: string };
  readonly actions: ReactNode;
}) {
  const texts = useTexts(replayTexts);
  const { number, money, duration, percent } = useFormat();
  const [{ filter }, setFilters] = useUrlState(turnFilters);
  const { agent_id, version, is_draft, status, error, figures, judge, max_cost_usd } = replay;
  const name = replayName(replay, texts);
  const rows = rowsOf(turns.data);
  const { preferred } = figures;
  return (
    <Page
      title={name}
      heading={
        <>
          {name} <ReplayStatus status={status} />
        </>
      }
      back={back}
      actions={actions}
    >
      {error !== null && (
        <div className="note note-bad" role="alert">
          <strong>{error.code}</strong> {error.detail}
        </div>
      )}
      <Facts
        facts={[
          [texts.agent, <AgentName key="agent" id={agent_id} />],
          [texts.version, texts.versionOf(version, is_draft)],
          ...('share' in replay ? ([[texts.shareOf, percent(replay.share)]] as const) : []),
          [texts.turns, texts.doneOf(number(figures.done), number(figures.turns))],
          [texts.changed, number(figures.changed)],
          [texts.worse, number(figures.worse)],
          [texts.failed, number(figures.failed)],
          [texts.misses, number(figures.with_misses)],
          ...(judge === null
            ? []
            : ([
                [
                  texts.preferred,
                  texts.preferences(
                    number(preferred.replay),
                    number(preferred.original),
                    number(preferred.tie),
                  ),
                ],
              ] as const)),
          [texts.costs, `${money(figures.original_cost_usd)} → ${money(figures.cost_usd)}`],
          [
            texts.latency,
            `${duration(figures.original_mean_latency_ms)} → ${duration(figures.mean_latency_ms)}`,
          ],
          [texts.spent, texts.ofLimit(money(figures.spent_usd), money(max_cost_usd))],
        ]}
      />
      <Section
        title={texts.turns}
        actions={
          <SelectField
            label={texts.show}
            isLabelHidden
            value={filter}
            onChange={(value) => setFilters({ filter: value })}
            choices={[
              { value: '', label: texts.allTurns },
              ...kinds.map((value) => ({ value, label: texts.turnKinds[value] })),
            ]}
          />
        }
      >
        {rows === undefined ? (
          turns.error === null ? (
            <Loading>{texts.loadingTurns}</Loading>
          ) : (
            <Failed problem={turns.error} onRetry={turns.refetch} />
          )
        ) : rows.length === 0 ? (
          <Empty title={texts.noTurns}>{texts.noTurnsHint}</Empty>
        ) : (
          <ul className="list">
            {rows.map((turn) => (
              <li key={turn.source_run_id}>
                <TurnCard turn={turn} />
              </li>
            ))}
          </ul>
        )}
        {turns.hasNextPage && (
          <p className="more">
            <Button isBusy={turns.isFetchingNextPage} onClick={() => turns.fetchNextPage()}>
              {texts.more}
            </Button>
          </p>
        )}
      </Section>
    </Page>
  );
}

export function DeleteReplay({
  remove,
  count,
}: {
  readonly remove: Action<void, unknown>;
  readonly count: number;
}) {
  const texts = useTexts(replayTexts);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.delete}</Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={texts.deleteTitle}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.deleteHint(count)}
      </ConfirmDialog>
    </>
  );
}
