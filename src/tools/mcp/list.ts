import type { Connection } from './connect.ts';
import { type ListedByServer, type Offer, type Refused, toOffer } from './definition.ts';
import { McpFault } from './fault.ts';
import { isIncluded } from './rules.ts';
import type { McpServerRow } from './store.ts';

/** Maximum number of tools of a server that are used, and of characters of their definitions together. */
const maxTools = 256;
const maxCharacters = 1_000_000;
/** Maximum bytes of the responses with the tools. */
export const maxListBytes = 8 * 2 ** 20;
const maxRefused = 50;

/** The tools that a server offers. */
export interface Listing {
  readonly offers: readonly Offer[];
  readonly refused: readonly Refused[];
  readonly server_info: NonNullable<McpServerRow['server_info']>;
}

/** Lists the tools of a server, all pages, within limits. Throws `McpFault`. */
export async function listTools(
  { client, ask }: Connection,
  server: Pick<McpServerRow, 'name' | 'tools' | 'server_info'>,
): Promise<Listing> {
  const { tools } = await ask((options) =>
    client.listTools(undefined, { ...options, cacheMode: 'bypass' }),
  );
  const wanted = tools.filter(({ name }) => isIncluded(server.tools, name));
  if (wanted.length > maxTools)
    throw new McpFault(
      'too_large',
      `The server has ${wanted.length} tools; at most ${maxTools} can be used. Name those to use in \`tools.include\`.`,
    );
  const offers = new Map<string, Offer>();
  const refused: Refused[] = [];
  let characters = 0;
  for (const tool of wanted) {
    const read = await toOffer(server.name, tool as ListedByServer);
    const offer = 'reason' in read ? read : withUniqueName(read, offers);
    if ('reason' in offer) refused.push(offer);
    else offers.set(offer.tool_name, offer);
    characters += 'reason' in offer ? 0 : JSON.stringify(offer.definition).length;
    if (characters > maxCharacters)
      throw new McpFault(
        'too_large',
        `The definitions of the tools have more than ${maxCharacters} characters. Name those to use in \`tools.include\`.`,
      );
  }
  return {
    offers: [...offers.values()],
    refused: refused.slice(0, maxRefused),
    server_info: infoOf(client, server.server_info),
  };
}

function withUniqueName(offer: Offer, offers: ReadonlyMap<string, Offer>): Offer | Refused {
  const other = offers.get(offer.tool_name);
  if (other === undefined) return offer;
  return {
    name: offer.name,
    reason:
      other.name === offer.name
        ? 'The server lists the tool more than once.'
        : `The tool \`${other.name}\` has the same name ${offer.tool_name}.`,
  };
}

const maxInfo = 200;

/** A connection without negotiation learns no name. */
function infoOf(
  client: Connection['client'],
  before: McpServerRow['server_info'],
): Listing['server_info'] {
  const { name = '', version = '' } = client.getServerVersion() ?? before ?? {};
  const cut = (text: string) => text.slice(0, maxInfo).toWellFormed().replaceAll('\u0000', '');
  const protocol_version = client.getNegotiatedProtocolVersion() ?? '2025-03-26';
  return { name: cut(name), version: cut(version), protocol_version };
}
