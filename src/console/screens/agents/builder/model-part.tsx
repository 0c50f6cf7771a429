import { Trash2 } from 'lucide-react';
import { api } from '../../../api/api.ts';
import { agentModelTexts } from '../../../texts/agent-model.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { OrderedRows } from '../../../ui/ordered-rows.tsx';
import { Part, useBuilder } from './context.tsx';
import { ModelFacts, ModelField } from './model-field.tsx';
import { partPointers } from './parts.ts';

const maxFallbacks = 5;

export function ModelPart() {
  const texts = useTexts(agentModelTexts);
  const { draft } = useBuilder();
  const { model, fallback_models } = draft.config;
  const set = (models: string[]) => draft.change({ fallback_models: models });
  return (
    <Part
      name="model"
      title={texts.model}
      summary={
        <>
          {model}
          {fallback_models.length > 0 && ` · ${texts.fallbackCount(fallback_models.length)}`}
        </>
      }
      pointers={partPointers.model}
    >
      <ModelField
        label={texts.model}
        pointer="/config/model"
        value={model}
        onChange={(next) => draft.change({ model: next })}
      />
      <Chosen id={model} />
      <h3>{texts.fallbacks}</h3>
      <p className="muted">{texts.fallbacksHint}</p>
      <OrderedRows
        items={fallback_models}
        nameOf={(name, index) => (name === '' ? texts.fallbackNumber(index + 1) : name)}
        onChange={set}
      >
        {(name, index) => (
          <>
            <ModelField
              label={texts.fallbackNumber(index + 1)}
              isLabelHidden
              pointer={`/config/fallback_models/${index}`}
              value={name}
              onChange={(next) =>
                set(fallback_models.map((one, at) => (at === index ? next : one)))
              }
            />
            <IconButton
              label={texts.removeFallback(name)}
              onClick={() => set(fallback_models.filter((_, at) => at !== index))}
            >
              <Trash2 size={16} aria-hidden="true" />
            </IconButton>
          </>
        )}
      </OrderedRows>
      {fallback_models.length < maxFallbacks && (
        <div className="form-actions">
          <Button isSmall onClick={() => set([...fallback_models, ''])}>
            {texts.addFallback}
          </Button>
        </div>
      )}
    </Part>
  );
}

/** What is known of the chosen model. */
function Chosen({ id }: { readonly id: string }) {
  const texts = useTexts(agentModelTexts);
  const { data } = api.useQuery(
    'get',
    '/api/v1/models',
    { params: { query: { q: id.slice(0, 100), limit: 50 } } },
    { enabled: id !== '' },
  );
  const model = data?.data.find((one) => one.id === id);
  if (data === undefined) return null;
  return model === undefined ? (
    <p className="small muted">{texts.unlisted}</p>
  ) : (
    <ModelFacts model={model} />
  );
}
