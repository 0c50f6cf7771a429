import { useState } from 'react';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { Field } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { type ReadQuestions, readQuestions } from './read-questions.ts';

/** As many as the API takes at once. */
const batchSize = 200;
const shownFaults = 10;
const nothing: ReadQuestions = { questions: [], faults: [] };

/** Adds the questions of a file. */
export function ImportQuestions({ base }: { readonly base: string }) {
  const texts = useTexts(questionTexts);
  const say = useToast();
  const [read, setRead] = useState<ReadQuestions>(nothing);
  const { questions, faults } = read;
  const add = useAction(
    async (data: ReadQuestions['questions'], header) => {
      for (let at = 0; at < data.length; at += batchSize)
        await client.POST('/api/v1/knowledge-bases/{kb}/golden-questions', {
          params: {
            path: { kb: base },
            header: { 'Idempotency-Key': `${header['Idempotency-Key']}.${at}` },
          },
          body: { data: data.slice(at, at + batchSize) },
        });
      return data.length;
    },
    {
      refresh: ['/api/v1/knowledge-bases/{kb}/golden-questions'],
      onDone: (count) => {
        setRead(nothing);
        say(texts.imported(count));
      },
    },
  );
  return (
    <FormDialog
      kind="plain"
      button={texts.import}
      title={texts.importTitle}
      action={texts.importAction(questions.length)}
      change={add}
      draft={null}
      input={() => questions}
    >
      <p className="muted">{texts.importHint}</p>
      <Field label={texts.importFile} pointer="/data">
        {(wiring) => (
          <input
            {...wiring}
            type="file"
            required
            className="control"
            accept=".csv,.jsonl,.ndjson,text/csv"
            onChange={async ({ target }) => {
              const [file] = target.files ?? [];
              const isCsv = !/\.(?:jsonl|ndjson)$/i.test(file?.name ?? '');
              setRead(
                file === undefined ? nothing : await readQuestions(base, await file.text(), isCsv),
              );
            }}
          />
        )}
      </Field>
      {faults.length > 0 && (
        <div className="note note-warn" role="status">
          <p>{texts.importFaults(faults.length)}</p>
          <ul className="small">
            {faults.slice(0, shownFaults).map((fault) => (
              <li key={`${fault.line} ${fault.file ?? ''}`}>
                {texts.lineFault(fault.line, texts.faults[fault.kind], fault.file ?? '')}
              </li>
            ))}
          </ul>
        </div>
      )}
    </FormDialog>
  );
}
