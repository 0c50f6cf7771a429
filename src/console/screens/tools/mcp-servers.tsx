import type { McpServer } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Badge } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { Lists } from './lists.tsx';

const tones = { ready: 'good', auth_required: 'warn', failed: 'bad' } as const;

export function ServerStatus({ status }: { readonly status: McpServer['status'] }) {
  const texts = useTexts(toolTexts);
  return <Badge tone={tones[status]}>{texts.statuses[status]}</Badge>;
}

export function McpServers() {
  const texts = useTexts(toolTexts);
  const mayWrite = useCan('tools:write');
  const reading = api.useInfiniteQuery('get', '/api/v1/tools/mcp', {}, paged);
  const columns: readonly Column<McpServer>[] = [
    { name: texts.name, cell: ({ name }) => name },
    { name: texts.url, cell: ({ url }) => <code>{url}</code>, isMinor: true },
    { name: texts.access, cell: ({ auth }) => texts.auths[auth.type], isMinor: true },
    { name: texts.status, cell: ({ status }) => <ServerStatus status={status} /> },
    { name: texts.refreshed, cell: ({ refreshed_at }) => <Time value={refreshed_at} /> },
  ];
  const create = mayWrite && (
    <LinkButton to="/mcp/new" kind="primary">
      {texts.newServer}
    </LinkButton>
  );
  return (
    <Lists actions={create}>
      <ListTable
        label={texts.mcp}
        loading={texts.loadingServers}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/mcp/${id}`}
        empty={<Empty title={texts.noServers}>{texts.noServersHint}</Empty>}
      />
    </Lists>
  );
}
