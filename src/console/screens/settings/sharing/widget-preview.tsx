import { useEffect, useRef } from 'react';
import type { ShareLink } from '../../../../client/index.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { sharingTexts } from '../../../texts/sharing.ts';
import { propertiesOf, type WidgetLook } from './widget-look.ts';

/**
 * The widget itself in a frame of its own, which ends with it. The document of the frame has no address: it inherits the policy of the
 * console, so that it too loads from and talks to this deployment only.
 */
export function WidgetPreview({
  link,
  look,
}: {
  readonly link: ShareLink;
  readonly look: WidgetLook;
}) {
  const texts = useTexts(sharingTexts);
  const frame = useRef<HTMLIFrameElement>(null);
  const paint = () => {
    const page = frame.current?.contentDocument;
    if (page != null) dress(page, look);
  };
  useEffect(paint);
  const start = () => {
    const page = frame.current?.contentDocument;
    if (page == null) return;
    page.title = texts.previewTitle;
    page.documentElement.lang = document.documentElement.lang;
    paint();
  };
  return (
    <iframe
      // A changed link is opened anew; a changed look is not, so that the conversation and the focus stay; open or closed is how it starts.
      key={`${link.updated_at} ${look.isOpen}`}
      ref={frame}
      className="widget-preview"
      title={texts.previewTitle}
      srcDoc={pageOf(link.url.split('/').at(-1) ?? '', look)}
      onLoad={start}
    />
  );
}

function dress(page: Document, look: WidgetLook): void {
  const { style } = page.documentElement;
  style.cssText = '';
  style.colorScheme = look.theme === 'system' ? 'light dark' : look.theme;
  for (const [name, value] of Object.entries(propertiesOf(look))) style.setProperty(name, value);
  const host = page.querySelector<HTMLElement>('agentgrid-chat');
  if (host === null) return;
  if (look.theme === 'system') delete host.dataset.theme;
  else host.dataset.theme = look.theme;
  const place = host.shadowRoot?.querySelector<HTMLElement>('div');
  const own = look.language === 'ar' ? 'rtl' : 'ltr';
  if (place != null) place.dir = look.direction === 'page' ? own : look.direction;
}

/** The address of a link has letters, digits, `-` and `_` only; anything else is left out. */
function pageOf(address: string, { language, isOpen }: WidgetLook): string {
  const link = address.replace(/[^\w-]/g, '');
  const lang = language === 'page' ? '' : ` data-lang="${language}"`;
  const open = isOpen ? ' data-open' : '';
  return `<!doctype html><html><body><main></main><script src="/widget.js" data-link="${link}"${lang}${open}></script></body></html>`;
}
