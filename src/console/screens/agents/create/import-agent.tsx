import { useQuery } from '@tanstack/react-query';
import { type DragEvent, useId, useState } from 'react';
import { useLocation } from 'wouter';
import {
  type AgentManifestInput,
  type ImportedAgent,
  type NewAgentPlan,
  Problem,
} from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { createTexts } from '../../../texts/agents.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button, LinkButton } from '../../../ui/button.tsx';
import { Loading, ProblemNote } from '../../../ui/states.tsx';

interface Chosen {
  readonly file: string;
  readonly manifest: AgentManifestInput;
}

/** From a manifest: it is checked first, and what the workspace lacks is named. */
export function ImportAgent() {
  const texts = useTexts(createTexts);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [mistake, setMistake] = useState<string | null>(null);
  const choose = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      const manifest = JSON.parse(await file.text()) as AgentManifestInput;
      setChosen({ file: file.name, manifest });
      setMistake(null);
    } catch (error) {
      setChosen(null);
      setMistake(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div className="form">
      <p className="muted">{texts.importHint}</p>
      <Dropzone name={chosen?.file ?? null} onFile={(file) => void choose(file)} />
      {mistake !== null && (
        <p className="note note-bad" role="alert">
          {texts.notManifest(mistake)}
        </p>
      )}
      {chosen !== null && <Checked key={chosen.file} manifest={chosen.manifest} />}
    </div>
  );
}

function Dropzone({
  name,
  onFile,
}: {
  readonly name: string | null;
  readonly onFile: (file: File | undefined) => void;
}) {
  const texts = useTexts(createTexts);
  const id = useId();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    onFile(event.dataTransfer.files[0]);
  };
  return (
    <div
      className="dropzone"
      role="group"
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      <label htmlFor={id}>{name ?? texts.chooseFile}</label>
      <input
        id={id}
        type="file"
        accept="application/json,.json"
        onChange={({ target }) => onFile(target.files?.[0])}
      />
    </div>
  );
}

/** What the API says about a manifest, and the import. */
function Checked({ manifest }: { readonly manifest: AgentManifestInput }) {
  const texts = useTexts(createTexts);
  const [, go] = useLocation();
  const plan = useQuery({
    queryKey: ['plan', manifest],
    queryFn: async () =>
      (await client.POST('/api/v1/agents/plan', { body: { manifest } })).data as NewAgentPlan,
    retry: false,
  });
  const [made, setMade] = useState<ImportedAgent | null>(null);
  const make = useAction(
    async (_, header) =>
      (await client.POST('/api/v1/agents/import', { params: { header }, body: manifest }))
        .data as ImportedAgent,
    {
      refresh: ['/api/v1/agents'],
      onDone: (agent) =>
        agent.warnings.length === 0 ? go(placeOf(`/agents/${agent.id}`)) : setMade(agent),
    },
  );
  if (made !== null)
    return (
      <div className="note note-warn">
        <p>{texts.imported}</p>
        <List texts={made.warnings} />
        <LinkButton to={placeOf(`/agents/${made.id}`)}>{texts.open}</LinkButton>
      </div>
    );
  if (plan.isPending) return <Loading>{texts.checking}</Loading>;
  const refused = plan.error instanceof Problem ? plan.error : null;
  const isTaken = refused?.code === 'slug_taken';
  const isMissing = refused !== null && refused.violations.length > 0 && isManifest(manifest);
  return (
    <>
      {plan.data !== undefined && (
        <div className="note note-good">
          <p>{texts.importReady(manifest.agent.name, plan.data.tools.length)}</p>
          <List texts={plan.data.warnings.map(({ detail }) => detail)} />
        </div>
      )}
      {isTaken && <p className="note note-warn">{texts.importSlug(manifest.agent.slug)}</p>}
      {refused !== null && !isMissing && !isTaken && <ProblemNote problem={refused} />}
      {isMissing && (
        <div className="note note-warn">
          <p>{texts.importLacks}</p>
          <List texts={refused.violations.map(({ detail }) => detail)} />
        </div>
      )}
      <ProblemNote problem={make.problem} />
      {(plan.data !== undefined || isMissing || isTaken) && (
        <div className="form-actions">
          <Button kind="primary" isBusy={make.isRunning} onClick={() => make.run()}>
            {texts.importAgent}
          </Button>
        </div>
      )}
    </>
  );
}

const isManifest = (value: Partial<AgentManifestInput> | null): boolean =>
  value?.kind === 'agentgrid.agent' && typeof value.agent === 'object';

const List = ({ texts }: { readonly texts: readonly string[] }) => (
  <ul>
    {texts.map((text) => (
      <li key={text}>{text}</li>
    ))}
  </ul>
);
