import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Api } from './api.ts';
import { Conversation } from './conversation.ts';
import { Icon } from './icon.tsx';
import { pageStyles, styles } from './styles.ts';
import { chooseTexts, directionOf, texts } from './texts/texts.ts';
import type { State } from './types.ts';
import { Chat } from './view.tsx';

/** Starts the chat of a script tag (docs/guides/sharing.md). */
function start(script: HTMLScriptElement): void {
  const { link = '', theme, dir, mode, open, lang, labels } = script.dataset;
  const host = document.createElement('agentgrid-chat');
  const isPage = mode === 'page';
  host.dataset.mode = isPage ? 'page' : 'widget';
  if (theme !== undefined) host.dataset.theme = theme;
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheetOf(styles)];
  const place = document.createElement('div');
  const page = document.documentElement;
  // The page of a link has no language of its own.
  const wanted = isPage ? navigator.languages : [lang ?? page.lang];
  const language = chooseTexts(wanted, labels);
  place.lang = language;
  place.dir = dir ?? (lang === undefined && page.dir !== '' ? page.dir : directionOf(language));
  if (isPage) Object.assign(page, { lang: language, dir: place.dir });
  root.append(place);
  const api = new Api(new URL(script.src).origin, link);
  const parent = isPage ? document.querySelector('main') : document.body;
  (parent ?? document.body).append(host);
  if (isPage) {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheetOf(pageStyles)];
    place.style.blockSize = '100%';
    render(<Page api={api} />, place);
  } else render(<Widget api={api} isOpenAtStart={open !== undefined} />, place);
}

function sheetOf(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

/** Returns the conversation, which starts when `isWanted`, and what it shows. */
function useConversation(
  api: Api,
  isWanted: boolean,
): { readonly conversation: Conversation; readonly state: State | null } {
  const [state, setState] = useState<State | null>(null);
  const made = useRef<Conversation | null>(null);
  made.current ??= new Conversation(api, setState);
  const conversation = made.current;
  useEffect(() => {
    if (isWanted) conversation.start();
  }, [conversation, isWanted]);
  return { conversation, state };
}

function Page({ api }: { readonly api: Api }) {
  const { conversation, state } = useConversation(api, true);
  useEffect(() => {
    if (state !== null && state.title !== '') document.title = state.title;
  }, [state]);
  return state === null ? null : <Chat state={state} conversation={conversation} onClose={null} />;
}

function Widget({ api, isOpenAtStart }: { readonly api: Api; readonly isOpenAtStart: boolean }) {
  const [isOpen, setOpen] = useState(isOpenAtStart);
  const [wasOpen, setWasOpen] = useState(isOpenAtStart);
  const launcher = useRef<HTMLButtonElement>(null);
  const { conversation, state } = useConversation(api, wasOpen);
  const toggle = (next: boolean) => {
    setOpen(next);
    if (next) setWasOpen(true);
    else launcher.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && state?.cited == null) toggle(false);
  };
  return (
    <>
      <button
        ref={launcher}
        type="button"
        class="launcher"
        aria-label={isOpen ? texts.close : texts.open}
        aria-expanded={isOpen}
        onClick={() => toggle(!isOpen)}
      >
        <Icon name={isOpen ? 'close' : 'chat'} />
      </button>
      {isOpen && state !== null ? (
        <div
          class="panel"
          role="dialog"
          aria-label={state.title || texts.loading}
          onKeyDown={onKeyDown}
        >
          <Chat state={state} conversation={conversation} onClose={() => toggle(false)} />
        </div>
      ) : null}
    </>
  );
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  // A script in the head runs before there is a body.
  if (document.body !== null) start(script);
  else addEventListener('DOMContentLoaded', () => start(script), { once: true });
}
