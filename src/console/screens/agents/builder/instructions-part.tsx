import { useRef } from 'react';
import { estimateTokens } from '../../../../shared/tokens.ts';
import { builderTexts } from '../../../texts/agent-builder.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { TextAreaField } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { variablesIn } from '../config.ts';
import { useBuilder } from './context.tsx';
import { newField } from './inputs-part.tsx';

/** The system prompt, with the variables that it can use. */
export function InstructionsPart() {
  const texts = useTexts(builderTexts);
  const format = useFormat();
  const { draft } = useBuilder();
  const { instructions, inputs } = draft.config;
  const area = useRef<HTMLTextAreaElement>(null);
  const missing = variablesIn(instructions).filter(
    (name) => !inputs.some((field) => field.name === name),
  );
  const insert = (name: string) => {
    const { selectionStart = instructions.length, selectionEnd = instructions.length } =
      area.current ?? {};
    const text = `{{${name}}}`;
    draft.change({
      instructions: instructions.slice(0, selectionStart) + text + instructions.slice(selectionEnd),
    });
    // After the field shows the new text.
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(selectionStart + text.length, selectionStart + text.length);
    });
  };
  return (
    <div className="instructions">
      <TextAreaField
        ref={area}
        label={texts.instructions}
        hint={texts.instructionsHint(format.number(estimateTokens(instructions)))}
        pointer="/config/instructions"
        rows={12}
        value={instructions}
        onChange={(text) => draft.change({ instructions: text })}
      />
      {(inputs.length > 0 || missing.length > 0) && (
        <div className="variables">
          <span className="muted small">{texts.variables}</span>
          {inputs.map(({ name, label }) => (
            <Button
              key={name}
              isSmall
              title={label}
              aria-label={texts.insertVariable(name)}
              onClick={() => insert(name)}
            >
              <code>{`{{${name}}}`}</code>
            </Button>
          ))}
          {missing.map((name) => (
            <Button
              key={name}
              isSmall
              onClick={() => draft.change({ inputs: [...inputs, newField(name)] })}
            >
              {texts.addVariable(name)}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
