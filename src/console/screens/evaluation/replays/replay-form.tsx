import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { CreateReplay, CreateShadow } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { type Action, useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { replayTexts } from '../../../texts/replays.ts';
import { AgentField } from '../../../ui/agent-filter.tsx';
import { DraftActions } from '../../../ui/draft-actions.tsx';
import { NumberField, SelectField, TextField } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { Page } from '../../../ui/page.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { VersionField } from '../../../ui/version-field.tsx';
import { JudgeChoice } from './judge-choice.tsx';

interface ReplayDraft {
  readonly agent: string;
  readonly version: string;
  readonly label: string;
  readonly from: string;
  readonly to: string;
  readonly rating: '' | 'positive' | 'negative';
  readonly q: string;
  readonly sample: number | null;
  readonly share: number | null;
  readonly judge: string;
  readonly max_cost: number | null;
}

const week = 7 * 86_400_000;
const emptyDraft = (): ReplayDraft => ({
  ...{ agent: '', version: '', label: '', to: '', rating: '', q: '', judge: '' },
  from: new Date(Date.now() - week).toISOString().slice(0, 10),
  ...{ sample: 100, share: 10, max_cost: 5 },
});

const common = ({ version, label, judge, max_cost }: ReplayDraft) => ({
  version,
  ...(label.trim() !== '' && { label }),
  ...(judge !== '' && { judge_id: judge }),
  ...(max_cost !== null && { max_cost_usd: max_cost }),
});

/** Days of the viewer as moments: from the start of the first to the end of the last. */
const replayOf = (draft: ReplayDraft): CreateReplay => ({
  ...common(draft),
  from: new Date(`${draft.from}T00:00`).toISOString(),
  ...(draft.to !== '' && { to: new Date(`${draft.to}T23:59:59`).toISOString() }),
  filter: {
    ...(draft.rating !== '' && { rating: draft.rating }),
    ...(draft.q.trim() !== '' && { q: draft.q }),
  },
  ...(draft.sample !== null && { sample: draft.sample }),
});

const shadowOf = (draft: ReplayDraft): CreateShadow => ({
  ...common(draft),
  share: (draft.share ?? 0) / 100,
});

export function NewReplay() {
  const texts = useTexts(replayTexts);
  const [, go] = useLocation();
  const base = useMemo(emptyDraft, []);
  const draft = useDraft('replay', base);
  const start = useAction(
    (value: ReplayDraft, header) =>
      client
        .POST('/api/v1/agents/{agent}/replays', {
          params: { path: { agent: value.agent }, header },
          body: replayOf(value),
        })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/replays'],
      onDone: (made) => {
        draft.discard();
        if (made !== undefined) go(`/replays/${made.id}`);
      },
    },
  );
  return (
    <Page
      title={texts.createReplay}
      back={{ to: '/replays', label: texts.replays }}
      description={texts.replaysHint}
    >
      <Fields draft={draft} start={start} kind="replay" />
    </Page>
  );
}

export function NewShadow() {
  const texts = useTexts(replayTexts);
  const [, go] = useLocation();
  const base = useMemo(emptyDraft, []);
  const draft = useDraft('shadow', base);
  const start = useAction(
    (value: ReplayDraft, header) =>
      client
        .POST('/api/v1/agents/{agent}/shadows', {
          params: { path: { agent: value.agent }, header },
          body: shadowOf(value),
        })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/shadows'],
      onDone: (made) => {
        draft.discard();
        if (made !== undefined) go(`/shadows/${made.id}`);
      },
    },
  );
  return (
    <Page
      title={texts.createShadow}
      back={{ to: '/shadows', label: texts.shadows }}
      description={texts.shadowsHint}
    >
      <Fields draft={draft} start={start} kind="shadow" />
    </Page>
  );
}

function Fields({
  draft: { value, set, isChanged, discard },
  start,
  kind,
}: {
  readonly draft: ReturnType<typeof useDraft<ReplayDraft>>;
  readonly start: Action<ReplayDraft, unknown>;
  readonly kind: 'replay' | 'shadow';
}) {
  const texts = useTexts(replayTexts);
  return (
    <Form problem={start.problem} onSubmit={() => start.run(value)}>
      <AgentField
        label={texts.agent}
        value={value.agent}
        onChange={(agent) => set({ agent, version: '' })}
      />
      <VersionField
        agent={value.agent}
        label={texts.version}
        hint={texts.versionHint}
        pointer="/version"
        value={value.version}
        onChange={(version) => set({ version })}
      />
      {kind === 'shadow' ? (
        <NumberField
          label={texts.share}
          pointer="/share"
          min={0}
          max={100}
          value={value.share}
          onChange={(share) => set({ share })}
          required
        />
      ) : (
        <>
          <TextField
            type="date"
            label={texts.from}
            pointer="/from"
            value={value.from}
            onChange={(from) => set({ from })}
            required
          />
          <TextField
            type="date"
            label={texts.to}
            hint={texts.toHint}
            pointer="/to"
            value={value.to}
            onChange={(to) => set({ to })}
          />
          <SelectField
            label={texts.rating}
            pointer="/filter/rating"
            value={value.rating}
            onChange={(rating) => set({ rating })}
            choices={[
              { value: '', label: texts.anyRating },
              { value: 'negative', label: texts.negative },
              { value: 'positive', label: texts.positive },
            ]}
          />
          <TextField
            label={texts.words}
            hint={texts.optional}
            pointer="/filter/q"
            value={value.q}
            onChange={(q) => set({ q })}
          />
          <NumberField
            label={texts.sample}
            hint={texts.sampleHint}
            pointer="/sample"
            min={1}
            max={2000}
            step={1}
            value={value.sample}
            onChange={(sample) => set({ sample })}
          />
        </>
      )}
      <JudgeChoice value={value.judge} onChange={(judge) => set({ judge })} />
      <NumberField
        label={texts.maxCost}
        hint={texts.maxCostHint}
        pointer="/max_cost_usd"
        value={value.max_cost}
        onChange={(max_cost) => set({ max_cost })}
      />
      <TextField
        label={texts.label}
        hint={texts.optional}
        pointer="/label"
        value={value.label}
        onChange={(label) => set({ label })}
      />
      <DraftActions draft={{ isChanged, discard }} change={start}>
        {kind === 'replay' ? texts.startReplay : texts.startShadow}
      </DraftActions>
    </Form>
  );
}
