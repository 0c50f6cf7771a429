import type { Page } from 'playwright-core';

/** One screen of the console, or a dialog on it, as the pictures show it and the tests visit it. */
export interface Screen {
  /** The name of its picture. */
  readonly name: string;
  /** Its address below the workspace, with the names of `Things` for ids, as `src/console` registers it. */
  readonly route: string;
  /** Filters of the address. */
  readonly query?: string;
  /** Name of the button that opens the dialog on it, or of several that lead there, such as a menu and its item. */
  readonly opens?: string | readonly string[];
}

const screen = (
  name: string,
  route: string,
  more: Omit<Screen, 'name' | 'route'> = {},
): Screen => ({
  name,
  route,
  ...more,
});

/** All screens, in the order of the areas. A test compares them with the routes of `src/console`. */
export const screens: readonly Screen[] = [
  screen('agents', '/agents'),
  screen('agents-new', '/agents/new'),
  screen('agents-architect', '/agents/new/architect'),
  screen('agents-architect-session', '/agents/new/architect/:architect'),
  screen('agents-import', '/agents/new/import'),
  screen('builder', '/agents/:agent'),
  screen('agent-menu', '/agents/:agent', { opens: 'Actions on' }),
  screen('agent-archive', '/agents/:agent', { opens: ['Actions on', 'Archive the agent'] }),
  screen('versions', '/agents/:agent/versions'),
  screen('versions-label', '/agents/:agent/versions', {
    opens: ['Actions on version', 'Set a label'],
  }),
  screen('versions-compare', '/agents/:agent/versions/:v1/:v2'),
  screen('improve', '/agents/:agent/improve'),
  screen('agent-settings', '/agents/:agent/settings'),
  screen('knowledge', '/knowledge'),
  screen('knowledge-new', '/knowledge', { opens: 'New knowledge base' }),
  screen('citation', '/knowledge/files/:file', { query: 'start=0&end=20' }),
  screen('base', '/knowledge/:base'),
  screen('file', '/knowledge/:base/files/:file'),
  screen('file-edit', '/knowledge/:base/files/:file', {
    opens: ['Actions', 'Details and readers'],
  }),
  screen('file-passages', '/knowledge/:base/files/:file', {
    opens: ['Actions', 'Try other passages'],
  }),
  screen('passage-new', '/knowledge/:base/files/:file', { opens: 'Add a passage' }),
  screen('file-text', '/knowledge/:base/files/:text_file'),
  screen('search', '/knowledge/:base/search', { query: 'q=descaling' }),
  screen('questions', '/knowledge/:base/questions'),
  screen('questions-new', '/knowledge/:base/questions', { opens: 'New question' }),
  screen('questions-import', '/knowledge/:base/questions', { opens: 'Import' }),
  screen('knowledge-evaluations', '/knowledge/:base/evaluations'),
  screen('knowledge-evaluations-new', '/knowledge/:base/evaluations', {
    opens: 'Run an evaluation',
  }),
  screen('knowledge-evaluation', '/knowledge/:base/evaluations/:knowledge_evaluation'),
  screen('sources', '/knowledge/:base/sources'),
  screen('sources-new', '/knowledge/:base/sources', { opens: 'New source' }),
  screen('source', '/knowledge/:base/sources/:source'),
  screen('source-edit', '/knowledge/:base/sources/:source', { opens: 'Edit the source' }),
  screen('imports', '/knowledge/:base/imports'),
  screen('imports-new', '/knowledge/:base/imports', { opens: 'New import' }),
  screen('import', '/knowledge/:base/imports/:batch'),
  screen('revisions', '/knowledge/:base/revisions'),
  screen('base-settings', '/knowledge/:base/settings'),
  screen('tools', '/tools'),
  screen('tools-new', '/tools/new'),
  screen('tools-import', '/tools/import'),
  screen('tool', '/tools/:tool'),
  screen('mcp', '/tools/mcp'),
  screen('mcp-new', '/tools/mcp/new'),
  screen('mcp-server', '/tools/mcp/:server'),
  screen('mcp-server-edit', '/tools/mcp/:server', { opens: 'Edit' }),
  screen('sessions', '/sessions'),
  screen('sessions-search', '/sessions', { query: 'q=descaling' }),
  screen('session', '/sessions/:session'),
  screen('session-replay', '/sessions/:session', {
    opens: ['Actions on the conversation', 'Answer again'],
  }),
  screen('session-case', '/sessions/:session', { opens: 'Keep as case' }),
  screen('session-handed-over', '/sessions/:handed_over'),
  screen('runs', '/sessions/runs'),
  screen('trace', '/sessions/runs/:run'),
  screen('trace-failed', '/sessions/runs/:failed_run'),
  screen('inbox', '/inbox'),
  screen('approvals', '/approvals'),
  screen('analytics', '/analytics'),
  screen('cost', '/cost'),
  screen('budgets', '/cost/budgets'),
  screen('budgets-new', '/cost/budgets', { opens: 'New budget' }),
  screen('budget', '/cost/budgets/:budget'),
  screen('anomalies', '/cost/anomalies'),
  screen('calls', '/cost/calls'),
  screen('prices', '/cost/prices'),
  screen('prices-new', '/cost/prices', { opens: 'Set a price' }),
  screen('invoices', '/cost/invoices'),
  screen('invoices-billing', '/cost/invoices', { opens: 'Billing details' }),
  screen('invoice', '/cost/invoices/:month'),
  screen('experiments', '/experiments'),
  screen('experiments-new', '/experiments/new'),
  screen('experiment-edit', '/experiments/:draft_experiment/edit'),
  screen('experiment', '/experiments/:experiment'),
  screen('experiment-setup', '/experiments/:experiment/setup'),
  screen('experiment-log', '/experiments/:experiment/log'),
  screen('evaluation', '/evaluation'),
  screen('evaluation-new', '/evaluation/new'),
  screen('evaluation-run', '/evaluation/runs/:evaluation'),
  screen('evaluation-compare', '/evaluation/runs/:evaluation/compare'),
  screen('datasets', '/evaluation/datasets'),
  screen('datasets-new', '/evaluation/datasets', { opens: 'New dataset' }),
  screen('dataset', '/evaluation/datasets/:dataset'),
  screen('dataset-rename', '/evaluation/datasets/:dataset', { opens: ['Actions on', 'Rename'] }),
  screen('cases-import', '/evaluation/datasets/:dataset', { opens: 'Import' }),
  screen('dataset-evaluations', '/evaluation/datasets/:dataset/evaluations'),
  screen('dataset-revisions', '/evaluation/datasets/:dataset/revisions'),
  screen('case-new', '/evaluation/datasets/:dataset/cases/new'),
  screen('case', '/evaluation/datasets/:dataset/cases/:case'),
  screen('judges', '/evaluation/judges'),
  screen('judge-new', '/evaluation/judges/new'),
  screen('judge', '/evaluation/judges/:judge'),
  screen('judge-edit', '/evaluation/judges/:judge/edit'),
  screen('replays', '/evaluation/replays'),
  screen('replay-new', '/evaluation/replays/new'),
  screen('replay', '/evaluation/replays/:replay'),
  screen('shadows', '/evaluation/shadows'),
  screen('shadow-new', '/evaluation/shadows/new'),
  screen('shadow', '/evaluation/shadows/:shadow'),
  screen('review', '/review'),
  screen('review-item', '/review/items/:item'),
  screen('review-item-case', '/review/items/:item', { opens: 'Keep as a case' }),
  screen('review-rules', '/review/rules'),
  screen('review-rules-new', '/review/rules', { query: 'agent=:agent', opens: 'New rule' }),
  screen('review-summary', '/review/summary'),
  screen('settings-workspace', '/settings'),
  screen('settings-members', '/settings/members'),
  screen('settings-members-new', '/settings/members', { opens: 'Invite a person' }),
  screen('settings-keys', '/settings/keys'),
  screen('settings-keys-new', '/settings/keys', { opens: 'Create an API key' }),
  screen('settings-providers', '/settings/providers'),
  screen('settings-provider', '/settings/providers', {
    opens: ['Actions: OpenAI-compatible server', 'Set key and URL'],
  }),
  screen('settings-search', '/settings/search'),
  screen('settings-end-users', '/settings/end-users'),
  screen('settings-end-user', '/settings/end-users/people/:person'),
  screen('settings-memory-new', '/settings/end-users/people/:person', { opens: 'Add a memory' }),
  screen('settings-erasures', '/settings/end-users/erasures'),
  screen('settings-erasure', '/settings/end-users/erasures/:erasure'),
  screen('settings-sign-in', '/settings/end-users/issuers'),
  screen('settings-sign-in-new', '/settings/end-users/issuers', { opens: 'Connect a sign-in' }),
  screen('settings-share-links', '/settings/share-links', { query: 'agent=:agent' }),
  screen('settings-share-link', '/settings/share-links/:share_link'),
  screen('settings-share-link-edit', '/settings/share-links/:share_link', { opens: 'Edit' }),
  screen('settings-channels', '/settings/channels', { query: 'agent=:agent' }),
  screen('settings-channels-new', '/settings/channels', {
    query: 'agent=:agent',
    opens: 'Connect a channel',
  }),
  screen('settings-channel', '/settings/channels/:channel'),
  screen('settings-channel-edit', '/settings/channels/:channel', {
    opens: ['Actions', 'Settings and credentials'],
  }),
  screen('settings-limits', '/settings/limits'),
  screen('settings-webhooks', '/settings/webhooks'),
  screen('settings-webhooks-new', '/settings/webhooks', { opens: 'Add a webhook' }),
  screen('settings-telemetry', '/settings/telemetry'),
  screen('settings-exports', '/settings/exports'),
  screen('settings-audit', '/settings/audit'),
  screen('account', '/account'),
  screen('account-address', '/account', { opens: 'Change the address' }),
  screen('account-two-factor', '/account', { opens: 'Switch on' }),
  screen('account-passkey', '/account', { opens: 'Add a passkey' }),
  screen('person-menu', '/account', { opens: 'Account: ' }),
  screen('palette', '/account', { opens: 'Search and commands' }),
];

/** Screens without anything of a workspace in their address, which a new workspace has, too. */
export const emptyScreens: readonly Screen[] = screens
  .filter(
    ({ route, query, opens }) => !(route + (query ?? '')).includes(':') && opens === undefined,
  )
  .map((one) => ({ ...one, name: `${one.name}-empty` }));

/** Opens the dialog or menu of a screen, if it is one. */
export async function open(page: Page, { opens = [] }: Screen): Promise<void> {
  for (const name of [opens].flat())
    await page
      .getByRole('button', { name })
      .or(page.getByRole('menuitem', { name }))
      .first()
      .click();
  const opened = page.locator('[role=dialog], [role=alertdialog], [role=menu]').first();
  if (opens.length > 0) await opened.waitFor();
}

/** The ids of the things that the addresses name. */
export type Things = Readonly<Record<string, string>>;

/** The address of a screen below the workspace. */
export function pathOf({ route, query }: Screen, things: Things): string {
  const address = query === undefined ? route : `${route}?${query}`;
  return address.replaceAll(/:([a-z]\w*)/g, (_, name: string) => {
    const id = things[name];
    if (id === undefined) throw new Error(`The workspace has no ${name}.`);
    return encodeURIComponent(id);
  });
}
