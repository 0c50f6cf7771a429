import type { ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { HttpTools } from './http-tools.tsx';
import { ImportTools } from './import-tools.tsx';
import { McpServers } from './mcp-servers.tsx';
import { NewServer } from './new-server.tsx';
import { ServerScreen } from './server-screen.tsx';
import { NewTool, ToolScreen } from './tool-screen.tsx';

/** `/tools`: HTTP tools, imports of OpenAPI documents, and MCP servers. */
export default function Tools() {
  return (
    <Switch>
      <Route path="/new">
        <NewTool />
      </Route>
      <Route path="/import">
        <ImportTools />
      </Route>
      <Route path="/mcp/new">
        <NewServer />
      </Route>
      <Route path="/mcp/:server">{({ server }) => <ServerScreen key={server} id={server} />}</Route>
      <Route path="/mcp">
        <Lists>
          <McpServers />
        </Lists>
      </Route>
      <Route path="/:tool">{({ tool }) => <ToolScreen key={tool} id={tool} />}</Route>
      <Route path="/">
        <Lists>
          <HttpTools />
        </Lists>
      </Route>
    </Switch>
  );
}

function Lists({ children }: { readonly children: ReactNode }) {
  const texts = useTexts(toolTexts);
  return (
    <Page title={texts.title} description={texts.description}>
      <Tabs
        label={texts.kinds}
        tabs={[
          { to: '/', label: texts.http },
          { to: '/mcp', label: texts.mcp },
        ]}
      />
      {children}
    </Page>
  );
}
