import { sha256 } from '../../shared/digest.ts';

/** Some clients allow 60 characters together with the name of the server. */
const maxLength = 48;
const prefix = 'ask_';
const hashLength = 8;
const keptLength = maxLength - prefix.length - hashLength - 1;

/**
 * Returns the name of the tool that asks the agent with this slug: letters, digits and underscores, which every
 * client and model provider accepts. A long slug is cut and gets a hash, so that names stay unique.
 */
export async function toToolName(slug: string): Promise<string> {
  const name = `${prefix}${slug.replaceAll('-', '_')}`;
  if (name.length <= maxLength) return name;
  const hash = (await sha256(slug)).slice(0, hashLength);
  return `${prefix}${slug.replaceAll('-', '_').slice(0, keptLength)}_${hash}`;
}

/** The slugs that a tool of this name can stand for: one slug, or the beginning of some. Null for another name. */
export function slugsOf(
  name: string,
): { readonly slug: string; readonly isPrefix: boolean } | null {
  if (!/^ask_[a-z0-9_]{1,44}$/.test(name)) return null;
  const slug = name.slice(prefix.length).replaceAll('_', '-');
  return name.length < maxLength
    ? { slug, isPrefix: false }
    : { slug: slug.slice(0, keptLength), isPrefix: true };
}
