import { useLocation } from 'wouter';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { shellTexts } from '../../texts/shell.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { ServerForm } from './server-form.tsx';

/** `/tools/mcp/new` */
export function NewServer() {
  const texts = useTexts(toolTexts);
  const shell = useTexts(shellTexts);
  const mayWrite = useCan('tools:write');
  const [, go] = useLocation();
  return (
    <Page
      title={texts.newServer}
      back={{ to: placeOf('/tools/mcp'), label: texts.mcp }}
      description={texts.newServerHint}
    >
      {mayWrite ? (
        <ServerForm onDone={({ id }) => go(`/mcp/${id}`)} />
      ) : (
        <Empty title={shell.readOnly} />
      )}
    </Page>
  );
}
