import { useState } from 'react';
import './analytics.css';
import { analyticsTexts } from '../../texts/analytics.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Page } from '../../ui/page.tsx';
import { periodDefaults, periodOf, useWorkspaceZone } from '../../ui/period.ts';
import { Failed, Loading } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { Report } from './report.tsx';

const defaults = { ...periodDefaults, agent: '', version: '', experiment: '', by: '' };
export type AnalyticsState = Readonly<Record<keyof typeof defaults, string>>;

/** `/analytics`: how the agents were used, how fast and how well they answered, and what it cost. */
export default function AnalyticsScreen() {
  const texts = useTexts(analyticsTexts);
  const [state, change] = useUrlState(defaults);
  const { zone, error, refetch } = useWorkspaceZone();
  const [now] = useState(() => Date.now());
  if (zone === null)
    return (
      <Page title={texts.title}>
        {error === null ? (
          <Loading>{texts.loading}</Loading>
        ) : (
          <Failed problem={error} onRetry={refetch} />
        )}
      </Page>
    );
  return (
    <Report
      state={state}
      change={change}
      period={periodOf(state, zone, now)}
      workspaceZone={zone}
    />
  );
}
