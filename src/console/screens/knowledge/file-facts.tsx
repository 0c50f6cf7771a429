import type { File } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { Copyable } from '../../ui/copy.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';

/** What is known of a file; the rest unfolds. */
export function FileFacts({ file }: { readonly file: File }) {
  const texts = useTexts(fileScreenTexts);
  const { bytes, money, number } = useFormat();
  const { tags, groups, title, author, published_at, metadata, embedding_usage: usage } = file;
  const url = metadata.url;
  const readers =
    groups === null ? texts.everyone : groups.length === 0 ? texts.nobody : groups.join(', ');
  return (
    <details className="knowledge-facts">
      <summary>
        <span className="muted">
          {file.media_type} · {bytes(file.byte_size)}
          {file.pages !== null && ` · ${texts.pages}: ${number(file.pages)}`}
          {file.language !== null && ` · ${file.language}`} · {texts.readers}: {readers}
        </span>{' '}
        {tags.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}{' '}
        <span className="knowledge-more-link">{texts.more}</span>
      </summary>
      <Facts
        facts={[
          [texts.id, <Copyable key="id" text={file.id} />],
          [
            texts.fields,
            [title, author, published_at].filter((one) => one !== null).join(' · ') || '–',
          ],
          [texts.uploaded, <Time key="at" value={file.created_at} form="moment" />],
          ...(usage === null
            ? []
            : [[texts.cost, `${money(usage.cost_usd)}, ${number(usage.tokens)} tokens`] as const]),
          ...(typeof url === 'string' ? [[texts.source, url] as const] : []),
          [
            texts.metadata,
            Object.keys(metadata).length === 0 ? (
              '–'
            ) : (
              <pre key="metadata">{JSON.stringify(metadata, null, 2)}</pre>
            ),
          ],
        ]}
      />
    </details>
  );
}
