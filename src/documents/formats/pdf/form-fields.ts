import type { PdfRun } from './lines.ts';

/** Fields of an annotation that are read (ISO 32000-2, 12.5 and 12.7). */
interface Annotation {
  readonly subtype?: string;
  readonly rect?: readonly number[];
  readonly rotation?: number;
  readonly annotationFlags?: number;
  readonly hidden?: boolean;
  readonly fieldType?: string;
  readonly fieldValue?: unknown;
  readonly password?: boolean;
  readonly multiLine?: boolean;
  readonly checkBox?: boolean;
  readonly radioButton?: boolean;
  readonly exportValue?: string;
  readonly buttonValue?: string;
  readonly options?: readonly { readonly exportValue: string; readonly displayValue: string }[];
  readonly textContent?: readonly string[];
  readonly contentsObj?: { readonly str?: string };
  readonly defaultAppearanceData?: { readonly fontSize?: number };
}

/** Flags Invisible, Hidden and NoView. */
const unseen = 1 | 2 | 32;

/** Returns values of form fields and free text as runs at their positions. */
export const readFields = (annotations: readonly Annotation[], runs: readonly PdfRun[]): PdfRun[] =>
  annotations.flatMap((annotation) => {
    if (annotation.hidden === true || ((annotation.annotationFlags ?? 0) & unseen) !== 0) return [];
    const lines = linesOf(annotation);
    if (
      lines.length === 0 ||
      annotation.rect?.length !== 4 ||
      isDrawn(lines, annotation.rect, runs)
    )
      return [];
    return place(lines, annotation, annotation.rect);
  });

function linesOf(annotation: Annotation): string[] {
  const { subtype, fieldType, fieldValue, textContent, contentsObj } = annotation;
  if (subtype === 'FreeText')
    return nonEmpty(textContent?.length ? textContent : [contentsObj?.str ?? '']);
  if (subtype !== 'Widget' || annotation.password === true) return [];
  if (fieldType === 'Btn') return buttonOf(annotation);
  const values = (Array.isArray(fieldValue) ? fieldValue : [fieldValue]).filter(
    (one): one is string => typeof one === 'string',
  );
  if (fieldType === 'Ch') {
    const shown = (value: string) =>
      annotation.options?.find(({ exportValue }) => exportValue === value)?.displayValue ?? value;
    return nonEmpty([values.map(shown).join(', ')]);
  }
  return fieldType === 'Tx' ? nonEmpty(values.flatMap((value) => value.split(/\r\n?|\n/))) : [];
}

const nonEmpty = (lines: readonly string[]) =>
  lines.map((line) => line.trim()).filter((line) => line !== '');

function buttonOf({
  checkBox,
  radioButton,
  exportValue,
  buttonValue,
  fieldValue,
}: Annotation): string[] {
  if (checkBox !== true && radioButton !== true) return [];
  const on = checkBox === true ? exportValue : buttonValue;
  return [
    typeof fieldValue === 'string' && fieldValue === on && fieldValue !== 'Off' ? '[x]' : '[ ]',
  ];
}

/** True when the page content already contains the value, as in a partly flattened form. */
function isDrawn(
  lines: readonly string[],
  [left = 0, bottom = 0, right = 0, top = 0]: readonly number[],
  runs: readonly PdfRun[],
): boolean {
  const inside = runs.filter(
    ({ transform: [, , , , x = 0, y = 0] }) =>
      x >= left - 2 && x <= right && y >= bottom - 2 && y <= top,
  );
  const drawn = inside
    .map(({ str }) => str)
    .join('')
    .replaceAll(/\s+/g, '');
  return drawn !== '' && drawn.includes(lines.join('').replaceAll(/\s+/g, ''));
}

function place(
  lines: readonly string[],
  annotation: Annotation,
  [left = 0, bottom = 0, right = 0, top = 0]: readonly number[],
): PdfRun[] {
  const rotation = (((annotation.rotation ?? 0) % 360) + 360) % 360;
  const [width, height] =
    rotation % 180 === 0 ? [right - left, top - bottom] : [top - bottom, right - left];
  const wanted = annotation.defaultAppearanceData?.fontSize ?? 0;
  const size = Math.max(4, Math.min(wanted > 0 ? wanted : 12, height / lines.length));
  const [cosine, sine] = [
    Math.cos((rotation * Math.PI) / 180),
    Math.sin((rotation * Math.PI) / 180),
  ];
  const [x0, y0] = [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ][rotation / 90] ?? [left, bottom];
  // A single line is centred, near the baseline of its label; multiple lines start at the top.
  const first =
    lines.length === 1 && annotation.multiLine !== true
      ? (height - size) / 2 + size * 0.22
      : height - size;
  return lines.map((str, index) => {
    const up = first - index * size * 1.15;
    const transform = [
      size * cosine,
      size * sine,
      -size * sine,
      size * cosine,
      (x0 ?? 0) - up * sine + 2 * cosine,
      (y0 ?? 0) + up * cosine + 2 * sine,
    ];
    return {
      str,
      dir: 'ltr',
      transform,
      width: Math.min(width, str.length * size * 0.5),
      height: size,
    };
  });
}
