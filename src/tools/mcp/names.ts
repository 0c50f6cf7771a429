import { sha256 } from '../../shared/digest.ts';

/** Separates the namespace of a server from the name of a tool. */
const separator = '__';
/** Maximum length of a function name, and its characters, at all providers. */
const maxLength = 64;
const others = /[^a-zA-Z0-9_-]/g;
const hashLength = 8;

/** Names of servers. They contain no separator, so that two servers never share a name of a tool. */
export const serverName = /^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$/;
export const maxServerName = 32;

/**
 * Returns the name by which models know a tool. A name that providers do not accept is shortened and
 * spelled with their characters, and ends with a hash of the original, which keeps it unique.
 */
export async function toolNameOf(server: string, tool: string): Promise<string> {
  const prefix = `${server}${separator}`;
  const spelled = tool.replaceAll(others, '_');
  if (spelled === tool && prefix.length + tool.length <= maxLength) return `${prefix}${tool}`;
  const hash = (await sha256(tool)).slice(0, hashLength);
  const room = maxLength - prefix.length - hashLength - 1;
  return `${prefix}${spelled.slice(0, room)}_${hash}`;
}

/** Returns the server in a name such as `server__*`, which stands for all its tools; null for other names. */
export const wildcardServer = (name: string): string | null =>
  name.endsWith(`${separator}*`) ? name.slice(0, -separator.length - 1) : null;
