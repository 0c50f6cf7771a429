import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import type { Agent } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useVisit } from '../../app/visits.ts';
import { agentTexts } from '../../texts/agents.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Badge, Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { NoDocuments } from './agent-documents.tsx';
import { AgentMenu } from './agent-menu.tsx';
import { AgentSettings } from './agent-settings.tsx';
import { Builder } from './builder/builder.tsx';

const Comparison = lazy(async () => ({
  default: (await import('./versions/comparison.tsx')).Comparison,
}));
const Versions = lazy(async () => ({
  default: (await import('./versions/versions.tsx')).Versions,
}));
const Improve = lazy(async () => ({ default: (await import('./improve/improve.tsx')).Improve }));

/** `/agents/{agent}`: the builder, its versions and its settings. */
export function AgentScreen({ id }: { readonly id: string }) {
  const texts = useTexts(agentTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/agents/{agent}', {
    params: { path: { agent: id } },
  });
  if (data !== undefined) return <Shown agent={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingAgent}</Loading>;
}

function Shown({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(agentTexts);
  const { name, description, active_version, archived_at } = agent;
  useVisit(`/agents/${agent.id}`, name);
  const mayImprove = useCan('agents:write') && archived_at === null;
  return (
    <Page
      title={name}
      back={{ to: placeOf('/agents'), label: texts.title }}
      {...(description !== '' && { description })}
      heading={
        <>
          {name}{' '}
          {archived_at === null ? (
            <Badge>{texts.activeVersion(active_version.number)}</Badge>
          ) : (
            <Badge tone="warn">{texts.archived}</Badge>
          )}
        </>
      }
      actions={<AgentMenu agent={agent} />}
    >
      <Tabs
        label={texts.parts}
        tabs={[
          { to: '/', label: texts.builder },
          { to: '/versions', label: texts.versions },
          ...(mayImprove ? [{ to: '/improve', label: texts.improve }] : []),
          { to: '/settings', label: texts.settings },
        ]}
      />
      {archived_at === null ? (
        <NoDocuments agent={agent} />
      ) : (
        <p className="note note-warn">{texts.archivedHint}</p>
      )}
      <Suspense fallback={<Loading>{texts.loadingAgent}</Loading>}>
        <Switch>
          <Route path="/">
            {/* Another agent is another draft. */}
            <Builder key={agent.id} agent={agent} />
          </Route>
          <Route path="/versions">
            <Versions agent={agent} />
          </Route>
          <Route path="/versions/:a/:b">
            {({ a, b }) => <Comparison key={`${a} ${b}`} agent={agent} a={a} b={b} />}
          </Route>
          {mayImprove && (
            <Route path="/improve">
              <Improve key={agent.id} agent={agent} />
            </Route>
          )}
          <Route path="/settings">
            <AgentSettings key={agent.id} agent={agent} />
          </Route>
        </Switch>
      </Suspense>
    </Page>
  );
}
