import { Link, Route, Switch } from 'wouter';
import { api } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { BaseSettings } from './base-settings.tsx';
import { BatchList } from './batch-list.tsx';
import { BatchView } from './batch-view.tsx';
import { EvaluationList } from './evaluation-list.tsx';
import { EvaluationView } from './evaluation-view.tsx';
import { FileList } from './file-list.tsx';
import { usePlaces } from './places.ts';
import { QuestionList } from './question-list.tsx';
import { RevisionList } from './revision-list.tsx';
import { SearchTester } from './search-tester.tsx';
import { SourceList } from './source-list.tsx';
import { SourceView } from './source-view.tsx';

/** One knowledge base, with its parts as tabs. */
export function BaseScreen({ id }: { readonly id: string }) {
  const texts = useTexts(knowledgeTexts);
  const places = usePlaces();
  const maySearch = useCan('knowledge:search');
  const {
    data: base,
    error,
    refetch,
  } = api.useQuery('get', '/api/v1/knowledge-bases/{kb}', {
    params: { path: { kb: id } },
  });
  const back = { to: places.area, label: texts.title };
  if (base === undefined)
    return (
      <Page title={texts.base} back={back}>
        {error === null ? (
          <Loading>{texts.loadingBase}</Loading>
        ) : (
          <Failed problem={error} onRetry={refetch} />
        )}
      </Page>
    );
  const tabs = [
    { to: '/', label: texts.files },
    ...(maySearch ? [{ to: '/search', label: texts.search }] : []),
    { to: '/questions', label: texts.questions },
    { to: '/evaluations', label: texts.evaluations },
    { to: '/sources', label: texts.sources },
    { to: '/imports', label: texts.imports },
    { to: '/revisions', label: texts.revisions },
    { to: '/settings', label: texts.settings },
  ];
  return (
    <Page
      title={base.name}
      back={back}
      {...(base.description !== '' && { description: base.description })}
    >
      {base.agent_id !== null && (
        <p className="muted">
          {texts.usedBy}{' '}
          <Link href={placeOf(`/agents/${base.agent_id}`)}>
            <AgentName id={base.agent_id} />
          </Link>
        </p>
      )}
      <Tabs label={texts.tabs} tabs={tabs} />
      <Switch>
        {maySearch && (
          <Route path="/search">
            <SearchTester base={base} />
          </Route>
        )}
        <Route path="/questions">
          <QuestionList base={base} />
        </Route>
        <Route path="/evaluations">
          <EvaluationList base={base} />
        </Route>
        <Route path="/evaluations/:evaluation">
          {({ evaluation }) => <EvaluationView base={base} id={evaluation} />}
        </Route>
        <Route path="/sources">
          <SourceList base={base} />
        </Route>
        <Route path="/sources/:source">
          {({ source }) => <SourceView base={base} id={source} />}
        </Route>
        <Route path="/imports">
          <BatchList base={base} />
        </Route>
        <Route path="/imports/:batch">{({ batch }) => <BatchView base={base} id={batch} />}</Route>
        <Route path="/revisions">
          <RevisionList base={base} />
        </Route>
        <Route path="/settings">
          <BaseSettings base={base} />
        </Route>
        <Route>
          <FileList base={base} />
        </Route>
      </Switch>
    </Page>
  );
}
