import type { HtmlElement } from './parse.ts';

/** Elements without visible content, and form controls. */
const unseenTags = new Set(
  'area audio base canvas col colgroup datalist embed frame frameset head iframe link map meta noembed noframes noscript object param rp script select source style template textarea title track video'.split(
    ' ',
  ),
);

/** Visibility that text inherits from its ancestors, unless an element in between overrides it. */
export interface Inherited {
  readonly isInvisible: boolean;
  readonly isTiny: boolean;
  readonly isTransparent: boolean;
}

export const nothingInherited: Inherited = {
  isInvisible: false,
  isTiny: false,
  isTransparent: false,
};

export type Style = ReadonlyMap<string, string>;

const noStyle: Style = new Map();

export const attributeOf = (node: HtmlElement, name: string): string | null =>
  node.attrs.find((entry) => entry.name === name)?.value ?? null;

/** Parses a style attribute, in lower case. The last declaration of a property wins. */
export function styleOf(node: HtmlElement): Style {
  const text = attributeOf(node, 'style');
  if (text === null || text.length > 20_000) return noStyle;
  const declarations = text
    .replaceAll(/\/\*[\s\S]*?(?:\*\/|$)/g, '')
    .toLowerCase()
    .split(';');
  return new Map(
    declarations.flatMap((declaration): [string, string][] => {
      const colon = declaration.indexOf(':');
      if (colon < 0) return [];
      return [
        [
          declaration.slice(0, colon).trim(),
          declaration
            .slice(colon + 1)
            .replace(/!\s*important\s*$/, '')
            .trim(),
        ],
      ];
    }),
  );
}

const wordsOf = (node: HtmlElement, name: string): string[] =>
  (attributeOf(node, name) ?? '')
    .split(/\s+/)
    .flatMap((word) => (word === '' ? [] : [word.replace(/^#/, '')]));

const isOpener = (node: HtmlElement) =>
  node.tagName === 'button' ||
  node.tagName === 'a' ||
  /^(?:button|tab)$/.test(attributeOf(node, 'role') ?? '');

/** True for an opener that names no target: it opens the element that follows it. */
const opensNext = (node: HtmlElement) =>
  isOpener(node) &&
  attributeOf(node, 'aria-expanded') !== null &&
  attributeOf(node, 'aria-controls') === null;

/** Elements that a button opens, such as the panels of an accordion: hidden, but one click away. */
export function openableElements(nodes: readonly HtmlElement[]): ReadonlySet<HtmlElement> {
  const opened = new Set<string>();
  const labels = new Set<string>();
  const following = new Set<HtmlElement>();
  for (const node of nodes.filter(isOpener)) {
    const isToggle =
      attributeOf(node, 'data-toggle') !== null || attributeOf(node, 'data-bs-toggle') !== null;
    const names = [
      'aria-controls',
      'data-bs-target',
      'data-target',
      'popovertarget',
      ...(isToggle ? ['href'] : []),
    ];
    for (const id of names.flatMap((name) => wordsOf(node, name))) opened.add(id);
    if (!opensNext(node)) continue;
    for (const box of boxesOf(node)) {
      labels.add(attributeOf(box, 'id') ?? '');
      const next = nextOf(box);
      if (next !== null) following.add(next);
    }
  }
  labels.delete('');
  const isOpened = (node: HtmlElement) =>
    opened.has(attributeOf(node, 'id') ?? '') ||
    following.has(node) ||
    wordsOf(node, 'aria-labelledby').some((id) => labels.has(id));
  return new Set(nodes.filter(isOpened));
}

/** A button, and its parent if that is a heading or a term. */
function boxesOf(node: HtmlElement): HtmlElement[] {
  const parent = node.parentNode;
  const isTitle = parent !== null && 'tagName' in parent && /^(?:h[1-6]|dt)$/.test(parent.tagName);
  return isTitle ? [node, parent] : [node];
}

function nextOf(node: HtmlElement): HtmlElement | null {
  const siblings = node.parentNode?.childNodes ?? [];
  const next = siblings
    .slice(siblings.indexOf(node) + 1)
    .find((one) => 'tagName' in one || ('value' in one && one.value.trim() !== ''));
  return next !== undefined && 'tagName' in next ? next : null;
}

/**
 * True when an element and everything in it is invisible. `hidden=until-found` counts as visible.
 */
export function isUnseen(
  node: HtmlElement,
  style: Style,
  openable: ReadonlySet<HtmlElement>,
): boolean {
  if (unseenTags.has(node.tagName)) return true;
  if (node.tagName === 'dialog' && attributeOf(node, 'open') === null) return true;
  if (node.tagName === 'button' && isControl(node)) return true;
  if (openable.has(node)) return false;
  if (isPushedAway(style)) return true;
  const hidden = attributeOf(node, 'hidden')?.toLowerCase() ?? null;
  return (
    (hidden !== null && hidden !== 'until-found') ||
    attributeOf(node, 'aria-hidden')?.toLowerCase() === 'true' ||
    attributeOf(node, 'popover') !== null ||
    style.get('display') === 'none' ||
    style.get('content-visibility') === 'hidden'
  );
}

/** True for buttons that submit or reset a form. Other buttons may be questions of an accordion. */
const isControl = (node: HtmlElement) =>
  /^(?:submit|reset)$/i.test(attributeOf(node, 'type') ?? '');

/** Opacity below 5 % is invisible. */
const isClear = (opacity: string) =>
  /^(?:0?\.0[0-4]\d*|0(?:\.0\d*)?|[0-4]?(?:\.\d+)?%)$/.test(opacity);
/** Sizes of at most one pixel, as used for text for screen readers only. */
const pixel = /^(?:0(?:\.\d+)?(?:[a-z]+|%)?|1(?:px|pt))$/;
const zero = /^0(?:\.0+)?(?:[a-z]+|%)?$/;
const farAway = /^-\d{3,}(?:\.\d+)?(?:px|em|rem|pt|%|vw|vh)$/;

function isPushedAway(style: Style): boolean {
  if (style.size === 0) return false;
  const declared = (name: string) => style.get(name) ?? '';
  if (
    isClear(declared('opacity')) ||
    /opacity\(\s*0?(?:\.0\d*)?%?\s*\)/.test(declared('filter')) ||
    zero.test(declared('zoom')) ||
    /^scale\(0(?!\.[1-9])/.test(declared('transform')) ||
    farAway.test(declared('text-indent'))
  )
    return true;
  if (
    farAway.test(declared('margin-left')) ||
    farAway.test(declared('margin-top')) ||
    /translate[xy3d]*\([^)]*-\d{4,}px/.test(declared('transform'))
  )
    return true;
  if (
    /^rect\(\s*0?[01]?(?:px)?[\s,]/.test(declared('clip')) ||
    /^inset\(\s*(?:50|100)%/.test(declared('clip-path'))
  )
    return true;
  const isOut =
    /absolute|fixed/.test(declared('position')) &&
    ['left', 'top', 'right', 'bottom'].some((side) => farAway.test(declared(side)));
  const isCut =
    /hidden|clip/.test(declared('overflow')) &&
    ['height', 'max-height', 'width', 'max-width'].some((name) => pixel.test(declared(name)));
  return isOut || isCut;
}

/** Font sizes of at most one pixel are invisible. */
const tiny = /^(?:0?\.\d+|[01](?:\.0+)?)(?:px|pt)?$|^0(?:\.0+)?(?:[a-z]+|%)$/;

export function inherit(from: Inherited, style: Style): Inherited {
  if (style.size === 0) return from;
  const visibility = style.get('visibility');
  const size =
    style.get('font-size') ??
    /(?:^|\s)(\d[\d.]*(?:px|pt|em|rem|%)|0(?=\s*\/))/.exec(style.get('font') ?? '')?.[1];
  const color = style.get('color');
  return {
    isInvisible:
      visibility === undefined || visibility === 'inherit'
        ? from.isInvisible
        : visibility !== 'visible' && visibility !== 'initial',
    isTiny:
      size === undefined || (/^(?:inherit|[\d.]+(?:em|%))$/.test(size) && from.isTiny)
        ? from.isTiny
        : tiny.test(size),
    isTransparent:
      color === undefined || color === 'inherit'
        ? from.isTransparent
        : color === 'transparent' ||
          /^#(?:[\da-f]{3}0|[\da-f]{6}0[\da-f])$/.test(color) ||
          (/^(?:rgba|hsla|rgb|hsl)\(.*[,/]\s*0(?:\.0+)?%?\s*\)$/.test(color) && isAlpha(color)),
  };
}

/** True for colours with an alpha value: the fourth, or one after a slash. */
const isAlpha = (color: string) => color.includes('/') || color.split(',').length === 4;

export const isSeen = ({ isInvisible, isTiny, isTransparent }: Inherited): boolean =>
  !isInvisible && !isTiny && !isTransparent;
