import type { FormatKind } from './format.ts';
import { allFormats } from './formats.ts';

/** Maximum size of a file. In base64 an image grows by a third, and 5 MB is the least that a provider accepts (Anthropic, "Vision"). */
export const maxBytes: Readonly<Record<FormatKind, number>> = {
  document: 25 * 1024 * 1024,
  image: 3_750_000,
};

const maxSize: Readonly<Record<FormatKind, string>> = { document: '25 MB', image: '3.75 MB' };

const formatsOf = (kinds: readonly FormatKind[]) =>
  allFormats.filter(({ kind }) => kinds.includes(kind));

/** Extensions of all formats of these kinds, each with its dot. */
export const extensionsOf = (kinds: readonly FormatKind[]): string[] =>
  formatsOf(kinds).flatMap(({ extensions }) => extensions.map((extension) => `.${extension}`));

/** Content types of downloads, without parameters. */
export const servedTypes = (kinds: readonly FormatKind[]): string[] => [
  ...new Set(formatsOf(kinds).map(({ served_as }) => served_as.split(';')[0] ?? '')),
];

/** Phrase for texts: "documents of at most 25 MB (`.txt`, `.md`) and images of at most 3.75 MB (`.png`)". */
export const acceptedFiles = (kinds: readonly FormatKind[]): string =>
  kinds
    .map((kind) => {
      const extensions = extensionsOf([kind]).map((extension) => `\`${extension}\``);
      return `${kind}s of at most ${maxSize[kind]} (${extensions.join(', ')})`;
    })
    .join(' and ');

/** As `acceptedFiles`, without the extensions. */
export const acceptedSizes = (kinds: readonly FormatKind[]): string =>
  kinds.map((kind) => `${kind}s of at most ${maxSize[kind]}`).join(' and ');
