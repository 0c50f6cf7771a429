import { X } from 'lucide-react';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { IconButton } from '../../ui/button.tsx';
import type { Expected } from './question-form.tsx';

/** The passages that a golden question expects already. */
export function KeptPassages({
  expected,
  onRemove,
}: {
  readonly expected: readonly Expected[];
  readonly onRemove: (index: number) => void;
}) {
  const texts = useTexts(questionTexts);
  if (expected.length === 0) return null;
  return (
    <div className="field">
      <span className="field-label">{texts.kept}</span>
      <ul className="knowledge-kept">
        {expected.map(({ file_id, text }, index) => (
          <li key={`${file_id} ${text ?? ''}`}>
            <div>
              <FileName id={file_id} />
              <p className="small muted knowledge-clamp">{text ?? texts.whole}</p>
            </div>
            <IconButton label={texts.remove} onClick={() => onRemove(index)}>
              <X size={14} aria-hidden="true" />
            </IconButton>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The name of a file, which may have been deleted. */
function FileName({ id }: { readonly id: string }) {
  const texts = useTexts(questionTexts);
  const { data, error } = api.useQuery(
    'get',
    '/api/v1/files/{file}',
    { params: { path: { file: id } } },
    { staleTime: 60_000 },
  );
  return <>{data?.name ?? (error === null ? '…' : texts.unknownFile)}</>;
}
