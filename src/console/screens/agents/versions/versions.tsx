import { useState } from 'react';
import { Link } from 'wouter';
import type { Agent, Experiment, VersionSummary } from '../../../../client/index.ts';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { versionTexts } from '../../../texts/agent-versions.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { uiTexts } from '../../../texts/ui.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge, Section } from '../../../ui/page.tsx';
import { Failed, Loading } from '../../../ui/states.tsx';
import { Time } from '../../../ui/time.tsx';
import { usePeople } from '../../../ui/use-people.ts';
import { ActivateDialog } from './activate-dialog.tsx';
import { History } from './history.tsx';
import { VersionMenu } from './version-menu.tsx';

/** The versions of an agent, newest first, and its activations. */
export function Versions({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(versionTexts);
  const ui = useTexts(uiTexts);
  const params = { path: { agent: agent.id } };
  const reading = api.useInfiniteQuery('get', '/api/v1/agents/{agent}/versions', { params }, paged);
  const { data: experiments } = api.useQuery('get', '/api/v1/agents/{agent}/experiments', {
    params,
  });
  const rows = rowsOf(reading.data);
  const { error, refetch } = reading;
  if (rows === undefined)
    return error === null ? (
      <Loading>{texts.loading}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  return (
    <>
      <ol className="timeline" aria-label={texts.title}>
        {rows.map((version) => (
          <Entry
            key={version.id}
            agent={agent}
            version={version}
            experiments={(experiments?.data ?? []).filter(({ variants }) =>
              variants.some(({ version_id }) => version_id === version.id),
            )}
          />
        ))}
      </ol>
      {reading.hasNextPage && (
        <p className="more">
          <Button isBusy={reading.isFetchingNextPage} onClick={() => reading.fetchNextPage()}>
            {ui.more}
          </Button>
        </p>
      )}
      <Section title={texts.history} description={texts.historyHint}>
        <History agent={agent} />
      </Section>
    </>
  );
}

function Entry({
  agent,
  version,
  experiments,
}: {
  readonly agent: Agent;
  readonly version: VersionSummary;
  readonly experiments: readonly Experiment[];
}) {
  const texts = useTexts(versionTexts);
  const nameOf = usePeople(texts);
  const [isActivating, setActivating] = useState(false);
  const { number, labels, change_summary, created_at, created_by } = version;
  const active = agent.active_version.number;
  const isActive = number === active;
  return (
    <li className={isActive ? 'timeline-entry timeline-active' : 'timeline-entry'}>
      <div className="timeline-text">
        <p className="timeline-title">
          {isActive ? (
            <strong>{texts.version(number)}</strong>
          ) : (
            <Link href={`/versions/${Math.min(active, number)}/${Math.max(active, number)}`}>
              {texts.version(number)}
            </Link>
          )}
          {isActive && <Badge tone="good">{texts.active}</Badge>}
          {labels.map((label) => (
            <Badge key={label} tone="info">
              {label}
            </Badge>
          ))}
          {experiments.map(({ id, name, status }) => (
            <Badge key={id} tone={status === 'running' ? 'info' : 'neutral'}>
              {texts.inExperiment(name)}
            </Badge>
          ))}
        </p>
        <p className={change_summary === null ? 'muted' : ''}>
          {change_summary ?? texts.noSummary}
        </p>
        <p className="muted small">
          <Time value={created_at} /> · {texts.by(nameOf(created_by))}
          {number > 1 && (
            <>
              {' · '}
              <Link href={`/versions/${number - 1}/${number}`}>{texts.whatChanged}</Link>
            </>
          )}
        </p>
      </div>
      <VersionMenu
        agent={agent}
        version={version}
        onActivate={isActive ? null : () => setActivating(true)}
      />
      {isActivating && (
        <ActivateDialog agent={agent} number={number} onClose={() => setActivating(false)} />
      )}
    </li>
  );
}
