import type { SearchHit } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { CheckField, SelectField } from '../../ui/field.tsx';

/** The passage itself answers, or any of its file. */
export type Choice = 'exact' | 'whole';

/** A passage that may answer a golden question. */
export function HitChoice({
  hit: { file_name, page, text },
  choice,
  onChoose,
}: {
  readonly hit: SearchHit;
  readonly choice: Choice | undefined;
  readonly onChoose: (choice: Choice | undefined) => void;
}) {
  const texts = useTexts(questionTexts);
  const search = useTexts(searchTexts);
  return (
    <div className="knowledge-choice">
      <CheckField
        label={`${file_name}${page === null ? '' : `, ${search.page(page)}`}`}
        checked={choice !== undefined}
        onChange={(checked) => onChoose(checked ? 'exact' : undefined)}
      />
      <p className="small muted knowledge-clamp">{text}</p>
      {choice !== undefined && (
        <SelectField
          label={texts.how(file_name)}
          isLabelHidden
          value={choice}
          onChange={onChoose}
          choices={[
            { value: 'exact', label: texts.exact },
            { value: 'whole', label: texts.whole },
          ]}
        />
      )}
    </div>
  );
}
