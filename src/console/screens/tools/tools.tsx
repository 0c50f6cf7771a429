import { Route, Switch } from 'wouter';
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
        <McpServers />
      </Route>
      <Route path="/:tool">{({ tool }) => <ToolScreen key={tool} id={tool} />}</Route>
      <Route path="/">
        <HttpTools />
      </Route>
    </Switch>
  );
}
