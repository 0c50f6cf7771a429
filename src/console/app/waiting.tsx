import { api } from '../api/api.ts';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { Badge } from '../ui/page.tsx';

/** Milliseconds between two looks at what waits for a person. */
const lookEvery = 30_000;
const options = { refetchInterval: lookEvery };
const limit = 20;

/** How many calls of tools wait for a decision. */
export function WaitingApprovals() {
  const { data } = api.useQuery(
    'get',
    '/api/v1/approvals',
    { params: { query: { status: 'pending', limit } } },
    options,
  );
  return <Count page={data} />;
}

/** How many conversations wait for a person. */
export function WaitingConversations() {
  const { data } = api.useQuery(
    'get',
    '/api/v1/inbox',
    { params: { query: { closed: 'false', limit } } },
    options,
  );
  return <Count page={data} />;
}

function Count({
  page,
}: {
  readonly page:
    | { readonly data: readonly unknown[]; readonly next_cursor: string | null }
    | undefined;
}) {
  const texts = useTexts(shellTexts);
  if (page === undefined || page.data.length === 0) return null;
  const { length } = page.data;
  return (
    <Badge tone="info">
      {page.next_cursor === null ? length : `${length}+`}
      <span className="visually-hidden"> {texts.waiting}</span>
    </Badge>
  );
}
