import { FileName } from '../../../documents/index.ts';

const maxStemChars = 200;

/** Returns a valid file name with the same extension, as similar as possible. */
export function fileName(name: string): string {
  const [, stem = '', extension = ''] = /^([\s\S]*?)(\.[A-Za-z0-9]{1,10})?$/.exec(name) ?? [];
  // A slash would end the name; a quotation mark, its place in a form.
  const clean = stem
    .replaceAll(/[\\/]+/g, '-')
    .replaceAll('"', "'")
    .replaceAll(/\s+/g, ' ')
    .trim();
  const cut = [...clean.slice(0, maxStemChars)].join('').toWellFormed();
  const visible = cut.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    '',
  );
  const valid = [cut, visible].map((one) => FileName.safeParse(one + extension));
  return valid.find(({ success }) => success)?.data ?? `document${extension}`;
}
