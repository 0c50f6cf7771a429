import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import type { McpServerDetail } from '../../../../client/index.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { agentToolTexts } from '../../../texts/agent-tools.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Loading } from '../../../ui/states.tsx';
import { ServerSignIn } from './server-sign-in.tsx';

const ServerForm = lazy(async () => ({
  default: (await import('../../tools/server-form.tsx')).ServerForm,
}));

/** Ways to further tools. The draft stays where it is, also on the way to another screen. */
export function MoreTools() {
  const texts = useTexts(agentToolTexts);
  const mayWrite = useCan('tools:write');
  const [isOpen, setOpen] = useState(false);
  const [made, setMade] = useState<McpServerDetail | null>(null);
  if (!mayWrite) return null;
  return (
    <>
      <div className="form-actions">
        <Button isSmall onClick={() => setOpen(true)}>
          {texts.connectServer}
        </Button>
        <Link href={placeOf('/tools/new')}>{texts.newTool}</Link>
        <Link href={placeOf('/tools/import')}>{texts.importTools}</Link>
        <Link href={placeOf('/settings/search')}>{texts.searchProviders}</Link>
      </div>
      <p className="small muted">{texts.draftIsKept}</p>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={texts.connectServer}>
        <Suspense fallback={<Loading>{texts.loadingTools}</Loading>}>
          <ServerForm
            onDone={(server) => {
              setOpen(false);
              if (server.status === 'auth_required' && server.auth.type === 'oauth')
                setMade(server);
            }}
          />
        </Suspense>
      </Dialog>
      <ServerSignIn server={made} onClose={() => setMade(null)} />
    </>
  );
}
