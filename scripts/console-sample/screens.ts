/** One screen of the console, or a dialog on it, as the pictures show it and the tests visit it. */
export interface Screen {
  /** The name of its picture. */
  readonly name: string;
  /** Its address below the workspace, with the names of `Things` for ids, as `src/console` registers it. */
  readonly route: string;
  /** Filters of the address. */
  readonly query?: string;
  /** Name of the button that opens the dialog on it. */
  readonly opens?: string;
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
  screen('versions', '/agents/:agent/versions'),
  screen('versions-compare', '/agents/:agent/versions/:v1/:v2'),
  screen('agent-settings', '/agents/:agent/settings'),
  screen('knowledge', '/knowledge'),
  screen('knowledge-new', '/knowledge', { opens: 'New knowledge base' }),
  screen('citation', '/knowledge/files/:file', { query: 'start=0&end=20' }),
  screen('base', '/knowledge/:base'),
  screen('file', '/knowledge/:base/files/:file'),
  screen('file-text', '/knowledge/:base/files/:text_file'),
  screen('search', '/knowledge/:base/search', { query: 'q=descaling' }),
  screen('questions', '/knowledge/:base/questions'),
  screen('questions-new', '/knowledge/:base/questions', { opens: 'New question' }),
  screen('knowledge-evaluations', '/knowledge/:base/evaluations'),
  screen('knowledge-evaluation', '/knowledge/:base/evaluations/:knowledge_evaluation'),
  screen('sources', '/knowledge/:base/sources'),
  screen('sources-new', '/knowledge/:base/sources', { opens: 'New source' }),
  screen('source', '/knowledge/:base/sources/:source'),
  screen('imports', '/knowledge/:base/imports'),
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
  screen('sessions', '/sessions'),
  screen('sessions-search', '/sessions', { query: 'q=descaling' }),
  screen('session', '/sessions/:session'),
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
  screen('invoices', '/cost/invoices'),
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
  screen('review-rules', '/review/rules'),
  screen('review-summary', '/review/summary'),
  screen('settings-workspace', '/settings'),
  screen('settings-members', '/settings/members'),
  screen('settings-members-new', '/settings/members', { opens: 'Invite a person' }),
  screen('settings-keys', '/settings/keys'),
  screen('settings-keys-new', '/settings/keys', { opens: 'Create an API key' }),
  screen('settings-providers', '/settings/providers'),
  screen('settings-search', '/settings/search'),
  screen('settings-end-users', '/settings/end-users'),
  screen('settings-end-user', '/settings/end-users/people/:person'),
  screen('settings-erasures', '/settings/end-users/erasures'),
  screen('settings-erasure', '/settings/end-users/erasures/:erasure'),
  screen('settings-sign-in', '/settings/end-users/issuers'),
  screen('settings-share-links', '/settings/share-links', { query: 'agent=:agent' }),
  screen('settings-share-link', '/settings/share-links/:share_link'),
  screen('settings-channels', '/settings/channels', { query: 'agent=:agent' }),
  screen('settings-channel', '/settings/channels/:channel'),
  screen('settings-limits', '/settings/limits'),
  screen('settings-webhooks', '/settings/webhooks'),
  screen('settings-telemetry', '/settings/telemetry'),
  screen('settings-exports', '/settings/exports'),
  screen('settings-audit', '/settings/audit'),
  screen('account', '/account'),
];

/** Screens without anything of a workspace in their address, which a new workspace has, too. */
export const emptyScreens: readonly Screen[] = screens
  .filter(
    ({ route, query, opens }) => !(route + (query ?? '')).includes(':') && opens === undefined,
  )
  .map((one) => ({ ...one, name: `${one.name}-empty` }));

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
