import type { ReactNode } from 'react';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';

/** The frame of both lists of tools. */
export function Lists({
  actions,
  children,
}: {
  readonly actions: ReactNode;
  readonly children: ReactNode;
}) {
  const texts = useTexts(toolTexts);
  return (
    <Page title={texts.title} description={texts.description} actions={actions}>
      <Tabs
        label={texts.kinds}
        tabs={[
          { to: '/', label: texts.http },
          { to: '/mcp', label: texts.mcp },
        ]}
      />
      {children}
    </Page>
  );
}
