import { useState } from 'react';
import { builderTexts } from '../../../texts/agent-builder.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { Badge } from '../../../ui/page.tsx';
import { fieldChanges } from '../config.ts';
import { useBuilder } from './context.tsx';

/** Says what is unsaved, and leads to saving or discarding it. */
export function DraftBar({
  onSave,
  view,
  onView,
}: {
  readonly onSave: () => void;
  readonly view: 'form' | 'json';
  readonly onView: (view: 'form' | 'json') => void;
}) {
  const texts = useTexts(builderTexts);
  const { agent, draft } = useBuilder();
  const [isDiscarding, setDiscarding] = useState(false);
  const changed = fieldChanges(agent.config, draft.config);
  return (
    <div className="draft-bar">
      <div className="draft-state">
        {draft.isChanged ? (
          <Badge tone="warn">{texts.unsaved(changed.length)}</Badge>
        ) : (
          <span className="muted">{texts.asActive(agent.active_version.number)}</span>
        )}
      </div>
      <Button isSmall kind="quiet" onClick={() => onView(view === 'form' ? 'json' : 'form')}>
        {view === 'form' ? texts.asJson : texts.asForm}
      </Button>
      {draft.isChanged && (
        <Button isSmall onClick={() => setDiscarding(true)}>
          {texts.discard}
        </Button>
      )}
      <Button isSmall kind="primary" disabled={!draft.isChanged} onClick={onSave}>
        {texts.review}
      </Button>
      <ConfirmDialog
        isOpen={isDiscarding}
        onClose={() => setDiscarding(false)}
        title={texts.discardTitle}
        action={texts.discard}
        isBusy={false}
        onConfirm={() => {
          draft.discard();
          setDiscarding(false);
        }}
      >
        <p>{texts.discardHint}</p>
        <ul>
          {changed.map(({ pointer }) => (
            <li key={pointer}>
              <code>{pointer.slice(1)}</code>
            </li>
          ))}
        </ul>
      </ConfirmDialog>
    </div>
  );
}

/** Another version was activated meanwhile: whoever saves decides what happens to it. */
export function OutdatedNote() {
  const texts = useTexts(builderTexts);
  const { agent, draft } = useBuilder();
  if (!draft.isOutdated) return null;
  return (
    <div className="note note-warn" role="status">
      <p>{texts.outdated(agent.active_version.number, draft.base.number)}</p>
      <div className="form-actions">
        <Button isSmall onClick={draft.rebase}>
          {texts.rebase(agent.active_version.number)}
        </Button>
      </div>
    </div>
  );
}
