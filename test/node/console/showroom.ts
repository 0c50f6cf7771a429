import type { Things } from '../../../scripts/console-sample/screens.ts';
import { readShowroom } from '../browser/stage.ts';
import { type ConsoleStage, openConsole } from './stage.ts';

/** The workspace with something on every screen, and what its page does that it should not. */
export interface Showroom extends ConsoleStage {
  readonly root: string;
  readonly things: Things;
  /** Returns the errors that the page has told since the last call, its requests to other hosts, and pages that it opened. */
  complaints(): string[];
}

export async function openShowroom(): Promise<Showroom> {
  const { things, ...place } = await readShowroom();
  const stage = await openConsole({}, place);
  const found: string[] = [];
  const { page, url, site } = stage;
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(message.text());
  });
  page.on('pageerror', ({ message }) => found.push(message));
  page.on('popup', (popup) => found.push(`opened ${popup.url()}`));
  page.on('request', (request) => {
    const address = request.url();
    if (/^(?:blob|data):/.test(address) || address.startsWith(url) || address.startsWith(site))
      return;
    found.push(`asked for ${address}`);
  });
  return {
    ...{ ...stage, things, root: `${url}/console/${place.id}` },
    complaints: () => found.splice(0),
  };
}
