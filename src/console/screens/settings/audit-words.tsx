import { Link } from 'wouter';
import { api } from '../../api/api.ts';
import { useAllShareLinks } from '../../api/use-all.ts';
import { placeOf } from '../../app/places.ts';
import { auditActionTexts } from '../../texts/audit-actions.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { EndUserName } from '../../ui/end-user-name.tsx';
import { PersonName } from '../../ui/person-name.tsx';

/** Returns an action in words, such as “Agent: version saved”; its id where it has none. */
export function useActionWords(): (action: string) => string {
  const texts = useTexts(auditActionTexts);
  return (action) => {
    const [kind = '', verb = ''] = action.split('.');
    const object = wordOf(texts.objects, kind);
    const done = wordOf(texts.verbs, verb);
    return object === undefined || done === undefined ? action : `${object}: ${done}`;
  };
}

const wordOf = (words: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined;

/** The kinds of things that actions are about, for a filter. */
export function useObjectChoices(): { readonly value: string; readonly label: string }[] {
  const { objects } = useTexts(auditActionTexts);
  return Object.entries(objects)
    .map(([kind, label]) => ({ value: `${kind}.`, label }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** What was acted on: by name where the console has one, otherwise by its id. */
export function TargetName({ type, id }: { readonly type: string; readonly id: string }) {
  switch (type) {
    case 'agent':
      return (
        <Link href={placeOf(`/agents/${id}`)}>
          <AgentName id={id} />
        </Link>
      );
    case 'api_key':
    case 'member':
      return <PersonName id={id} />;
    case 'end_user':
      return <EndUserName id={id} />;
    case 'share_link':
      return <ShareLinkName id={id} />;
    case 'knowledge_base':
      return <BaseName id={id} />;
    case 'tool':
      return <ToolName id={id} />;
    case 'budget':
      return <BudgetName id={id} />;
    default:
      return <code>{id}</code>;
  }
}

interface Named {
  readonly id: string;
  readonly name: string;
}

const Known = ({
  id,
  rows,
  path,
}: {
  readonly id: string;
  readonly rows: readonly Named[] | undefined;
  readonly path: string;
}) => {
  const name = rows?.find((one) => one.id === id)?.name;
  return name === undefined ? (
    <code>{id}</code>
  ) : (
    <Link href={placeOf(`${path}/${id}`)} title={id}>
      {name}
    </Link>
  );
};

const first = { params: { query: { limit: 100 } } } as const;

const ShareLinkName = ({ id }: { readonly id: string }) => (
  <Known id={id} rows={useAllShareLinks(true)} path="/settings/share-links" />
);

function BaseName({ id }: { readonly id: string }) {
  const { data } = api.useQuery('get', '/api/v1/knowledge-bases', first);
  return <Known id={id} rows={data?.data} path="/knowledge" />;
}

function ToolName({ id }: { readonly id: string }) {
  const { data } = api.useQuery('get', '/api/v1/tools', first);
  return <Known id={id} rows={data?.data} path="/tools" />;
}

function BudgetName({ id }: { readonly id: string }) {
  const { data } = api.useQuery('get', '/api/v1/budgets', first);
  return <Known id={id} rows={data?.data} path="/cost/budgets" />;
}
