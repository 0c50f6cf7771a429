import { useMemo } from 'react';
import { api } from '../api/api.ts';
import { settingsParts } from '../screens/settings/parts.ts';
import { useTexts } from '../texts/catalogue.ts';
import { commandTexts } from '../texts/commands.ts';
import { settingsPartTexts } from '../texts/settings-parts.ts';
import { shellTexts } from '../texts/shell.ts';
import type { Area } from './areas.ts';
import { type Permission, useSession } from './session.tsx';
import { readVisits } from './visits.ts';

type Kind = keyof (typeof commandTexts)['en']['kinds'];

/** Something that the search of the console leads to. */
export interface Command {
  readonly kind: Kind;
  readonly label: string;
  /** Path below the workspace. */
  readonly to: string;
}

type ActionName = keyof (typeof commandTexts)['en']['actions'];

const actions: readonly (readonly [name: ActionName, to: string, permission: Permission])[] = [
  ['newAgent', '/agents/new', 'agents:write'],
  ['importAgent', '/agents/new/import', 'agents:write'],
  ['newTool', '/tools/new', 'tools:write'],
  ['importTools', '/tools/import', 'tools:write'],
  ['connectServer', '/tools/mcp/new', 'tools:write'],
  ['newExperiment', '/experiments/new', 'agents:write'],
  ['newEvaluation', '/evaluation/new', 'evaluations:write'],
  ['invite', '/settings/members', 'members:manage'],
  ['newKey', '/settings/keys', 'keys:manage'],
];

/** All commands for what is typed: recent places and actions first, then areas, parts of the settings, bases and agents. */
export function useCommands(
  wanted: string,
  isOpen: boolean,
  areas: readonly Area[],
): readonly Command[] {
  const texts = useTexts(commandTexts);
  const shell = useTexts(shellTexts);
  const parts = useTexts(settingsPartTexts);
  const { member, workspace } = useSession();
  const { permissions } = member;
  const has = (path: string) => areas.some((area) => area.path === path);
  const { data: agents } = api.useQuery(
    'get',
    '/api/v1/agents',
    { params: { query: { limit: 8, ...(wanted === '' ? {} : { q: wanted }) } } },
    { enabled: isOpen && has('agents') },
  );
  const { data: bases } = api.useQuery(
    'get',
    '/api/v1/knowledge-bases',
    { params: { query: { limit: 50 } } },
    { enabled: isOpen && has('knowledge'), staleTime: 60_000 },
  );
  // Read again whenever the search is opened.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  const visits = useMemo(() => readVisits(workspace.workspace_id), [workspace, isOpen]);
  const may = (permission: Permission) => permissions.includes(permission);
  const all: readonly Command[] = [
    ...visits.map((visit) => ({ ...visit, kind: 'recent' as const })),
    ...actions
      .filter(([, , permission]) => may(permission))
      .map(([name, to]) => ({ kind: 'action' as const, label: texts.actions[name], to })),
    ...areas.map(({ path, name }) => ({
      kind: 'area' as const,
      label: shell.goTo(shell.areas[name]),
      to: `/${path}`,
    })),
    { kind: 'area', label: shell.goTo(shell.account), to: '/account' },
    ...(has('settings') ? settingsParts : [])
      .filter(({ permission }) => may(permission))
      .map(({ name, path }) => ({
        kind: 'settings' as const,
        label: parts[name],
        to: `/settings${path === '/' ? '' : path}`,
      })),
    ...(agents?.data ?? []).map(({ id, name }) => ({
      kind: 'agent' as const,
      label: name,
      to: `/agents/${id}`,
    })),
    ...(may('knowledge:write') ? (bases?.data ?? []) : []).map(({ id, name }) => ({
      kind: 'action' as const,
      label: texts.upload(name),
      to: `/knowledge/${id}`,
    })),
  ];
  // What was visited is named once, and so is the area that its own part of the settings repeats.
  return all.filter(({ to }, index) => all.findIndex((one) => one.to === to) === index);
}
