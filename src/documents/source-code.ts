import { codeFormats } from './formats/code.ts';

const extensions: ReadonlySet<string> = new Set(
  Object.values(codeFormats).flatMap((format) => format.extensions),
);

/** True for the name of a file with source code. */
export const isSourceCode = (name: string): boolean =>
  extensions.has(/\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
