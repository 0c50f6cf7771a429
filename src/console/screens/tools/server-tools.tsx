import type { McpServerDetail, McpTool } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { mcpServerTexts } from '../../texts/mcp-servers.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { EffectBadge } from './effect-badge.tsx';
import { TestMcp } from './test-tool.tsx';
import { useServerChange } from './use-server-change.ts';

interface ServerProps {
  readonly server: McpServerDetail;
  readonly mayWrite: boolean;
}

/** The tools of a server: what waits to be accepted, their effects, and those that are not used. */
export function ServerTools({ server, mayWrite }: ServerProps) {
  const texts = useTexts(toolTexts);
  const catalog = server.catalog.filter(({ name }) => isUsed(server.tools, name));
  return (
    <>
      <Section title={texts.serverTools(catalog.length)}>
        <Waiting server={{ ...server, catalog }} mayWrite={mayWrite} />
        {catalog.map((tool) => (
          <Entry key={tool.name} server={server} tool={tool} mayWrite={mayWrite} />
        ))}
        {catalog.length === 0 && <p className="muted">{texts.noServerTools}</p>}
      </Section>
      <Excluded server={server} mayWrite={mayWrite} />
    </>
  );
}

/** What is not used is listed as removed, which nobody has to accept. */
const isUsed = ({ include, exclude }: McpServerDetail['tools'], name: string): boolean =>
  (include === null || include.includes(name)) && !exclude.includes(name);

function Waiting({ server: { id, catalog, revision }, mayWrite }: ServerProps) {
  const texts = useTexts(toolTexts);
  const waiting = catalog.filter(({ state }) => state !== 'accepted');
  const accept = useAction(
    () =>
      client.POST('/api/v1/tools/mcp/{server}/accept', {
        params: { path: { server: id }, header: { 'If-Match': `"${revision}"` } },
        body: { tools: waiting.map(({ name, hash }) => ({ name, hash })) },
      }),
    { refresh: ['/api/v1/tools'] },
  );
  if (waiting.length === 0) return null;
  return (
    <div className="note note-warn">
      <p>{texts.waiting(waiting.map(({ name }) => name).join(', '))}</p>
      <ProblemNote problem={accept.problem} />
      {mayWrite && (
        <Button isSmall isBusy={accept.isRunning} onClick={() => accept.run()}>
          {texts.accept}
        </Button>
      )}
    </div>
  );
}

function Entry({ server, tool, mayWrite }: ServerProps & { readonly tool: McpTool }) {
  const texts = useTexts(toolTexts);
  const own = useTexts(mcpServerTexts);
  const { name, state, effect, description, changes } = tool;
  return (
    <details className="card">
      <summary>
        <code>{name}</code> <EffectBadge effect={effect} />{' '}
        {state !== 'accepted' && <Badge tone="warn">{texts.states[state]}</Badge>}
      </summary>
      <p>{description}</p>
      {changes.map(({ field, before, after }) => (
        <div key={field} className="side-by-side">
          <Side label={own.before} value={before} />
          <Side label={own.after} value={after} />
        </div>
      ))}
      {mayWrite && <Rules server={server} tool={tool} />}
      {mayWrite && state === 'accepted' && <TestMcp server={server.id} tool={tool} />}
    </details>
  );
}

const Side = ({ label, value }: { readonly label: string; readonly value: unknown }) => (
  <figure className="plain">
    <figcaption className="muted small">{label}</figcaption>
    <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
  </figure>
);

type Effect = McpTool['effect'];
const effects: readonly Effect[] = ['read', 'write', 'destructive'];

/** The effect of a tool, and whether it is used at all. */
function Rules({
  server,
  tool: { name },
}: {
  readonly server: McpServerDetail;
  readonly tool: McpTool;
}) {
  const texts = useTexts(mcpServerTexts);
  const { effects: names } = useTexts(toolTexts);
  const change = useServerChange(server);
  const { tools } = server;
  const { [name]: chosen, ...others } = tools.effects;
  const setEffect = (effect: Effect | '') =>
    change.run({
      tools: { ...tools, effects: effect === '' ? others : { ...others, [name]: effect } },
    });
  return (
    <>
      <div className="row-fields">
        <SelectField<Effect | ''>
          label={texts.effect}
          hint={texts.effectHint}
          value={chosen ?? ''}
          disabled={change.isRunning}
          choices={[
            { value: '', label: texts.asServerSays },
            ...effects.map((effect) => ({ value: effect, label: names[effect] })),
          ]}
          onChange={setEffect}
        />
      </div>
      <p>
        <Button
          isSmall
          isBusy={change.isRunning}
          onClick={() => change.run({ tools: { ...tools, exclude: [...tools.exclude, name] } })}
        >
          {texts.exclusion}
        </Button>
      </p>
      <ProblemNote problem={change.problem} />
    </>
  );
}

function Excluded({ server, mayWrite }: ServerProps) {
  const texts = useTexts(mcpServerTexts);
  const change = useServerChange(server);
  const { tools } = server;
  if (tools.exclude.length === 0) return null;
  return (
    <Section title={texts.excluded}>
      <ProblemNote problem={change.problem} />
      <ul className="list">
        {tools.exclude.map((name) => (
          <li key={name}>
            <code>{name}</code>{' '}
            {mayWrite && (
              <Button
                isSmall
                isBusy={change.isRunning}
                onClick={() =>
                  change.run({
                    tools: { ...tools, exclude: tools.exclude.filter((one) => one !== name) },
                  })
                }
              >
                {texts.use(name)}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
