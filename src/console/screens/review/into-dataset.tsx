import { useState } from 'react';
import { Link } from 'wouter';
import type { ReviewItem } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { SelectField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';

/** Keeps the turn as a case, with the better answer of a verdict as the expected one. */
export function IntoDataset({ item }: { readonly item: ReviewItem }) {
  const texts = useTexts(reviewTexts);
  const mayWriteCases = useCan('datasets:write');
  const mayWrite = useCan('reviews:write') && mayWriteCases;
  const [chosen, setChosen] = useState('');
  const { id, content_erased, is_withheld } = item;
  const { data } = api.useQuery(
    'get',
    '/api/v1/datasets',
    { params: { query: { limit: 100 } } },
    { enabled: mayWrite },
  );
  const dataset = chosen === '' ? (data?.data[0]?.id ?? '') : chosen;
  const keep = useAction(
    (body: { dataset: string }, header) =>
      client.POST('/api/v1/review-items/{review_item}/case', {
        params: { path: { review_item: id }, header },
        body,
      }),
    { refresh: ['/api/v1/review-items', '/api/v1/datasets'] },
  );
  if (item.case !== null)
    return (
      <p className="small">
        {texts.isCase}{' '}
        <Link
          href={placeOf(`/evaluation/datasets/${item.case.dataset_id}/cases/${item.case.case_id}`)}
        >
          {texts.toCase}
        </Link>
      </p>
    );
  if (!mayWrite || content_erased || is_withheld) return null;
  return (
    <div>
      <FormDialog
        kind="plain"
        button={texts.keep}
        title={texts.keep}
        action={texts.keepAction}
        change={keep}
        draft={null}
        input={() => ({ dataset })}
      >
        <p className="muted">{texts.keepHint}</p>
        {data?.data.length === 0 ? (
          <p className="note">
            {texts.noDatasets}{' '}
            <Link href={placeOf('/evaluation/datasets')}>{texts.toDatasets}</Link>
          </p>
        ) : (
          <SelectField
            label={texts.dataset}
            pointer="/dataset"
            value={dataset}
            onChange={setChosen}
            choices={(data?.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
          />
        )}
      </FormDialog>
    </div>
  );
}
