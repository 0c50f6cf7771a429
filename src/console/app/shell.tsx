import { CircleQuestionMark, Menu as MenuIcon, Search, X } from 'lucide-react';
import {
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { Link, useLocation } from 'wouter';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { type Area, areas } from './areas.ts';
import { HelpDialog } from './help-dialog.tsx';
import { Palette } from './palette.tsx';
import { PersonMenu } from './person-menu.tsx';
import { pathOfWorkspace } from './places.ts';
import { useSession } from './session.tsx';
import { useShortcuts } from './shortcuts.ts';

const groups = ['build', 'observe', 'improve', 'manage'] as const;

/** The frame around all screens: navigation, workspace, commands and help. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const texts = useTexts(shellTexts);
  const [path, go] = useLocation();
  const [open, setOpen] = useState<'palette' | 'help' | 'navigation' | null>(null);
  const { permissions } = useSession().member;
  const allowed = areas.filter(({ permission }) => permissions.includes(permission));
  useShortcuts({
    onPalette: () => setOpen('palette'),
    onHelp: () => setOpen('help'),
    onLetter: (letter) => {
      const area = allowed.find((one) => one.letter === letter);
      if (area !== undefined) go(`/${area.path}`);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the navigation closes when the address changes.
  useEffect(() => setOpen(null), [path]);
  useTopOfScreen(path);
  return (
    <div className="shell" data-navigation={open === 'navigation' ? 'open' : undefined}>
      <a className="skip" href="#content">
        {texts.skip}
      </a>
      <header className="topbar">
        <IconButton
          label={open === 'navigation' ? texts.closeNavigation : texts.openNavigation}
          aria-expanded={open === 'navigation'}
          className="topbar-menu"
          onClick={() => setOpen(open === 'navigation' ? null : 'navigation')}
        >
          {open === 'navigation' ? <X size={18} /> : <MenuIcon size={18} />}
        </IconButton>
        <button type="button" className="topbar-search" onClick={() => setOpen('palette')}>
          <Search size={14} aria-hidden="true" />
          <span>{texts.search}</span>
          <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
        </button>
        <IconButton label={texts.help} onClick={() => setOpen('help')}>
          <CircleQuestionMark size={18} aria-hidden="true" />
        </IconButton>
      </header>
      <aside className="sidebar" aria-label={texts.workspace}>
        <WorkspaceMenu />
        <nav aria-label={texts.navigation}>
          {groups.map((group) => (
            <NavigationGroup
              key={group}
              title={texts.groups[group]}
              areas={allowed.filter((area) => area.group === group)}
              path={path}
            />
          ))}
        </nav>
        <PersonMenu />
      </aside>
      <main id="content" tabIndex={-1}>
        <OfflineNote />
        {children}
      </main>
      <Palette isOpen={open === 'palette'} onClose={() => setOpen(null)} areas={allowed} />
      <HelpDialog isOpen={open === 'help'} onClose={() => setOpen(null)} areas={allowed} />
    </div>
  );
}

/** A screen that a link leads to begins at its top; one that is returned to, where it was left. */
function useTopOfScreen(path: string): void {
  const isReturning = useRef(false);
  useEffect(() => {
    const onReturn = () => {
      isReturning.current = true;
    };
    // Before the router, which listens at the window, too.
    addEventListener('popstate', onReturn, { capture: true });
    return () => removeEventListener('popstate', onReturn, { capture: true });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new address is a screen.
  useLayoutEffect(() => {
    if (!isReturning.current) scrollTo(0, 0);
    isReturning.current = false;
  }, [path]);
}

const isMac = navigator.userAgent.includes('Mac');

function NavigationGroup({
  title,
  areas,
  path,
}: {
  readonly title: string;
  readonly areas: readonly Area[];
  readonly path: string;
}) {
  const texts = useTexts(shellTexts);
  if (areas.length === 0) return null;
  return (
    <div className="navigation-group">
      <h2>{title}</h2>
      <ul>
        {areas.map(({ path: to, name, icon: Icon, Waiting }) => (
          <li key={to}>
            <Link
              href={`/${to}`}
              aria-current={path === `/${to}` || path.startsWith(`/${to}/`) ? 'page' : undefined}
            >
              <Icon size={16} aria-hidden="true" />
              {texts.areas[name]}
              {Waiting !== undefined && <Waiting />}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function WorkspaceMenu() {
  const texts = useTexts(shellTexts);
  const { workspace, person } = useSession();
  const items = person.workspaces
    .filter(({ workspace_id }) => workspace_id !== workspace.workspace_id)
    .map(({ workspace_id, name }) => ({
      label: name,
      onSelect: () => location.assign(pathOfWorkspace(workspace_id)),
    }));
  const shown = (
    <>
      <span className="workspace-name">{workspace.name}</span>
      <span className="muted small">{texts.roles[workspace.role]}</span>
    </>
  );
  return (
    <div className="workspace">
      {items.length === 0 ? (
        shown
      ) : (
        <Menu label={texts.switchWorkspace} trigger={shown} items={items} />
      )}
    </div>
  );
}

function OfflineNote() {
  const texts = useTexts(shellTexts);
  const isOnline = useSyncExternalStore(
    (changed) => {
      addEventListener('online', changed);
      addEventListener('offline', changed);
      return () => {
        removeEventListener('online', changed);
        removeEventListener('offline', changed);
      };
    },
    () => navigator.onLine,
  );
  return (
    <div aria-live="polite" className="offline">
      {!isOnline && <p className="note note-warn">{texts.offline}</p>}
    </div>
  );
}
