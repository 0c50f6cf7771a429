/** How the widget looks and starts; what its tag and the styles of the page say. */
export interface WidgetLook {
  readonly theme: 'system' | 'light' | 'dark';
  readonly language: 'page' | 'en' | 'de' | 'ar';
  readonly direction: 'page' | 'ltr' | 'rtl';
  readonly isOpen: boolean;
  /** null for the colours of the widget. */
  readonly accent: string | null;
  readonly radius: number | null;
}

/** The attributes of the tag. */
const attributesOf = (link: string, look: WidgetLook): Readonly<Record<string, string>> => ({
  'data-link': link,
  ...(look.theme !== 'system' && { 'data-theme': look.theme }),
  ...(look.language !== 'page' && { 'data-lang': look.language }),
  ...(look.direction !== 'page' && { 'data-dir': look.direction }),
  ...(look.isOpen && { 'data-open': '' }),
});

/** Custom properties of the page around the widget. */
export const propertiesOf = ({ accent, radius }: WidgetLook): Readonly<Record<string, string>> => ({
  ...(accent !== null && { '--agentgrid-accent': accent, '--agentgrid-accent-text': '#ffffff' }),
  ...(radius !== null && { '--agentgrid-radius': `${radius}px` }),
});

/** The tag for pages of others. */
export function tagOf(url: string, look: WidgetLook): string {
  const { origin, pathname } = new URL(url);
  const attributes = Object.entries(attributesOf(pathname.split('/').at(-1) ?? '', look));
  const written = attributes.map(([name, value]) => (value === '' ? name : `${name}="${value}"`));
  return `<script src="${origin}/widget.js" ${written.join(' ')} async></script>`;
}

/** The colours for the style sheet of the page; empty for those of the widget. */
export const cssOf = (look: WidgetLook): string => {
  const lines = Object.entries(propertiesOf(look)).map(([name, value]) => `  ${name}: ${value};`);
  return lines.length === 0 ? '' : `agentgrid-chat {\n${lines.join('\n')}\n}`;
};
