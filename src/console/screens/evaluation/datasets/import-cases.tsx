import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { datasetTexts } from '../../../texts/datasets.ts';
import { Field, SelectField, TextAreaField, TextField } from '../../../ui/field.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

type Format = 'csv' | 'jsonl';
interface Import {
  readonly format: Format;
  readonly content: string;
  readonly columns?: { readonly input: string };
}

/** Adds all cases of a file, or none; each fault is reported with its line. */
export function ImportCases({ dataset }: { readonly dataset: string }) {
  const texts = useTexts(datasetTexts);
  const toast = useToast();
  const draft = useDraft(`dataset.${dataset}.import`, {
    format: 'csv' as Format,
    content: '',
    input: '',
  });
  const { format, content, input } = draft.value;
  const add = useAction(
    (body: Import, header) =>
      client
        .POST('/api/v1/datasets/{dataset}/import', {
          params: { path: { dataset }, header },
          body,
        })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/datasets'],
      onDone: (done) => {
        if (done === undefined) return;
        const { created_count, duplicate_count, ignored_columns } = done;
        toast(
          texts.imported(created_count),
          [
            ...(duplicate_count > 0 ? [texts.duplicates(duplicate_count)] : []),
            ...(ignored_columns.length > 0 ? [texts.ignored(ignored_columns.join(', '))] : []),
          ].join(' '),
        );
      },
    },
  );
  return (
    <FormDialog
      kind="plain"
      button={texts.import}
      title={texts.importTitle}
      action={texts.importAction}
      change={add}
      draft={draft}
      input={() => ({ format, content, ...(input.trim() !== '' && { columns: { input } }) })}
    >
      <p className="muted">{texts.importHint}</p>
      <Field label={texts.file}>
        {(wiring) => (
          <input
            {...wiring}
            type="file"
            className="control"
            accept=".csv,.tsv,.jsonl,.ndjson,.json,.txt,text/csv"
            onChange={async ({ target }) => {
              const [file] = target.files ?? [];
              if (file === undefined) return;
              draft.set({
                format: /\.(?:jsonl|ndjson|json)$/i.test(file.name) ? 'jsonl' : 'csv',
                content: await file.text(),
              });
            }}
          />
        )}
      </Field>
      <SelectField
        label={texts.format}
        pointer="/format"
        value={format}
        onChange={(next) => draft.set({ format: next })}
        choices={[
          { value: 'csv', label: 'CSV' },
          { value: 'jsonl', label: 'JSON Lines' },
        ]}
      />
      <TextAreaField
        label={texts.content}
        pointer="/content"
        className="code-area"
        spellCheck={false}
        rows={6}
        value={content}
        onChange={(next) => draft.set({ content: next })}
        required
      />
      {format === 'csv' && (
        <TextField
          label={texts.inputColumn}
          hint={texts.inputColumnHint}
          pointer="/columns"
          value={input}
          onChange={(next) => draft.set({ input: next })}
        />
      )}
    </FormDialog>
  );
}
