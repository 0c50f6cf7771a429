import { useLocation } from 'wouter';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { createTexts } from '../../../texts/agents.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { type TemplateName, templates } from './templates.ts';

const defaults = { template: 'empty' };

const nameOf = (text: string): TemplateName =>
  text in templates ? (text as TemplateName) : 'empty';

export function FromTemplate() {
  const texts = useTexts(createTexts);
  const [, go] = useLocation();
  const [{ template }, setState] = useUrlState(defaults);
  const chosen = nameOf(template);
  const name = useDraft('agent.new', '');
  const create = useAction(
    (_, header) =>
      client.POST('/api/v1/agents', {
        params: { header },
        body: { name: name.value, config: templates[chosen] },
      }),
    {
      refresh: ['/api/v1/agents'],
      onDone: ({ data }) => {
        name.discard();
        if (data !== undefined) go(placeOf(`/agents/${data.id}`));
      },
    },
  );
  return (
    <Form problem={create.problem} onSubmit={() => create.run()}>
      <fieldset className="choice-cards">
        <legend className="field-label">{texts.templates}</legend>
        {(Object.keys(templates) as TemplateName[]).map((one) => (
          <label key={one} className="choice-card">
            <input
              type="radio"
              name="template"
              value={one}
              checked={one === chosen}
              onChange={() => setState({ template: one })}
            />
            <span>
              <span className="choice-name">{texts.templateNames[one]}</span>
              <span className="muted small">{texts.templateHints[one]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <TextField
        label={texts.name}
        hint={texts.templateHint}
        pointer="/name"
        required
        maxLength={100}
        value={name.value}
        onChange={name.change}
      />
      <div className="form-actions">
        <Button type="submit" kind="primary" isBusy={create.isRunning}>
          {texts.create}
        </Button>
      </div>
    </Form>
  );
}
