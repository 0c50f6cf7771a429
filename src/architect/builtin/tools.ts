import type { Catalog } from '../catalog.ts';

type Tool = Catalog['tools'][number];

const everything =
  /^(?:all(?: of them)?|alle|toutes?|tous|todas?|todos|全部|すべて|كل(?:ها)?)[.!]?$/iu;

/** Returns the tools that a text names; underscores may be spaces. */
export function chosenTools(text: string, tools: readonly Tool[]): Tool[] {
  const said = text.toLowerCase();
  if (everything.test(said.trim())) return [...tools];
  return tools.filter(({ name }) => {
    const plain = name.toLowerCase();
    return mentions(said, plain) || mentions(said, plain.replaceAll(/[_-]+/g, ' '));
  });
}

/** True if a text has a name as a whole word, whatever script surrounds it. */
const mentions = (text: string, name: string): boolean =>
  new RegExp(
    `(?<![a-z0-9_])${name.replaceAll(/[^\p{L}\p{N}_ ]/gu, '\\$&')}(?![a-z0-9_])`,
    'u',
  ).test(text);

/** Returns the tools whose names or descriptions have words of a field, the best first. */
export function fittingTools(words: string, tools: readonly Tool[]): Tool[] {
  const wanted = words.split(' ').filter((word) => word !== '');
  const score = ({ name, description }: Tool) => {
    const text = `${name} ${description}`.toLowerCase();
    return wanted.filter((word) => text.includes(word)).length;
  };
  return tools
    .map((tool) => ({ tool, score: score(tool) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ tool }) => tool);
}
