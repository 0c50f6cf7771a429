import { type ReactNode, useState } from 'react';
import { api } from '../../../api/api.ts';
import { agentToolTexts } from '../../../texts/agent-tools.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { CheckField, SearchField } from '../../../ui/field.tsx';
import { Badge } from '../../../ui/page.tsx';
import { Failed, Loading } from '../../../ui/states.tsx';
import { Part, useBuilder } from './context.tsx';
import { McpTools } from './mcp-tools.tsx';
import { MoreTools } from './more-tools.tsx';
import { partPointers } from './parts.ts';
import { WebFields } from './web-fields.tsx';

const builtinTools = [
  'knowledge_search',
  'web_search',
  'fetch_url',
  'run_code',
  'calculator',
  'current_time',
  'hand_over',
  'agent',
] as const;

export interface Choosing {
  readonly chosen: readonly string[];
  readonly toggle: (name: string, isOn: boolean) => void;
  /** Returns whether the search leaves a tool in. */
  readonly isShown: (name: string, description: string) => boolean;
}

export function ToolsPart() {
  const texts = useTexts(agentToolTexts);
  const { draft } = useBuilder();
  const { tools } = draft.config;
  const [wanted, setWanted] = useState('');
  const words = wanted.trim().toLowerCase();
  const choosing: Choosing = {
    chosen: tools,
    toggle: (name, isOn) =>
      draft.change({ tools: isOn ? [...tools, name] : tools.filter((one) => one !== name) }),
    isShown: (name, description) => `${name} ${description}`.toLowerCase().includes(words),
  };
  return (
    <Part
      name="tools"
      title={texts.tools}
      summary={tools.length === 0 ? texts.none : tools.join(', ')}
      pointers={partPointers.tools}
    >
      <SearchField value={wanted} onChange={setWanted} label={texts.searchTools} />
      <Group title={texts.builtin}>
        {builtinTools
          .filter((name) => choosing.isShown(name, texts.builtinTools[name]))
          .map((name) => (
            <ToolChoice
              key={name}
              choosing={choosing}
              name={name}
              description={texts.builtinTools[name]}
            />
          ))}
      </Group>
      <OtherTools choosing={choosing} />
      <MoreTools />
      {tools.some((name) => name === 'web_search' || name === 'fetch_url') && <WebFields />}
    </Part>
  );
}

function OtherTools({ choosing }: { readonly choosing: Choosing }) {
  const texts = useTexts(agentToolTexts);
  const own = api.useQuery('get', '/api/v1/tools', { params: { query: { limit: 100 } } });
  const servers = api.useQuery('get', '/api/v1/tools/mcp', { params: { query: { limit: 100 } } });
  if (own.data === undefined || servers.data === undefined) {
    const error: unknown = own.error ?? servers.error;
    const retry = () => void Promise.all([own.refetch(), servers.refetch()]);
    if (error !== null) return <Failed problem={error} onRetry={retry} />;
    return <Loading>{texts.loadingTools}</Loading>;
  }
  const http = own.data.data;
  const known = (name: string) =>
    (builtinTools as readonly string[]).includes(name) ||
    http.some((tool) => tool.name === name) ||
    servers.data.data.some((server) => name.startsWith(`${server.name}__`));
  const gone = choosing.chosen.filter((name) => !known(name));
  return (
    <>
      {http.length > 0 && (
        <Group title={texts.httpTools}>
          {http
            .filter(({ name, description }) => choosing.isShown(name, description))
            .map(({ name, description, effect }) => (
              <ToolChoice key={name} {...{ choosing, name, description, effect }} />
            ))}
        </Group>
      )}
      {servers.data.data.map((server) => (
        <McpTools key={server.id} server={server} choosing={choosing} />
      ))}
      {gone.length > 0 && (
        <Group title={texts.deletedTools}>
          {gone.map((name) => (
            <ToolChoice key={name} choosing={choosing} name={name} description="" />
          ))}
        </Group>
      )}
      {http.length === 0 && servers.data.data.length === 0 && (
        <p className="small muted">{texts.noTools}</p>
      )}
    </>
  );
}

export const Group = ({
  title,
  children,
}: {
  readonly title: ReactNode;
  readonly children: ReactNode;
}) => (
  <fieldset className="choices">
    <legend className="field-label">{title}</legend>
    {children}
  </fieldset>
);

export function ToolChoice({
  choosing: { chosen, toggle },
  name,
  description,
  effect,
}: {
  readonly choosing: Choosing;
  readonly name: string;
  readonly description: string;
  readonly effect?: 'read' | 'write' | 'destructive';
}) {
  const texts = useTexts(agentToolTexts);
  const index = chosen.indexOf(name);
  return (
    <CheckField
      label={
        <>
          {name}
          {effect !== undefined && effect !== 'read' && (
            <>
              {' '}
              <Badge tone={effect === 'destructive' ? 'bad' : 'warn'}>
                {texts.effects[effect]}
              </Badge>
            </>
          )}
        </>
      }
      hint={description.length > 240 ? `${description.slice(0, 240)} …` : description}
      {...(index >= 0 && { pointer: `/config/tools/${index}` })}
      checked={index >= 0}
      onChange={(isOn) => toggle(name, isOn)}
    />
  );
}
