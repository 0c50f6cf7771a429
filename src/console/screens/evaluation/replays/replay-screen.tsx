import { useLocation } from 'wouter';
import { api, client, paged } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { replayTexts } from '../../../texts/replays.ts';
import { Button } from '../../../ui/button.tsx';
import { Failed, Loading, ProblemNote } from '../../../ui/states.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { DeleteReplay, ReplayPage, turnFilterOf, turnFilters } from './replay-page.tsx';
import { ResumeReplay } from './resume-replay.tsx';

/** Milliseconds between two looks while it runs. */
const lookEvery = 2000;

export function ReplayScreen({ id }: { readonly id: string }) {
  const texts = useTexts(replayTexts);
  const [, go] = useLocation();
  const mayWrite = useCan('evaluations:write');
  const [state] = useUrlState(turnFilters);
  const path = { replay: id };
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/replays/{replay}',
    { params: { path } },
    { refetchInterval: (read) => (read.state.data?.status === 'running' ? lookEvery : false) },
  );
  const turns = api.useInfiniteQuery(
    'get',
    '/api/v1/replays/{replay}/turns',
    { params: { path, query: turnFilterOf(state.filter) } },
    { ...paged, refetchInterval: data?.status === 'running' ? lookEvery : false },
  );
  const move = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/replays/{replay}/cancel', { params: { path, header } }),
    { refresh: ['/api/v1/replays'] },
  );
  const remove = useAction(() => client.DELETE('/api/v1/replays/{replay}', { params: { path } }), {
    list: '/api/v1/replays',
    onDone: () => go('/replays'),
  });
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingOne}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  const isOpen = data.status === 'running' || data.status === 'paused';
  return (
    <ReplayPage
      replay={data}
      turns={turns}
      back={{ to: '/replays', label: texts.replays }}
      actions={
        mayWrite && (
          <>
            {data.status === 'paused' && (
              <ResumeReplay
                limit={data.max_cost_usd}
                resume={(input, header) =>
                  client.POST('/api/v1/replays/{replay}/resume', {
                    params: { path, header },
                    body: input,
                  })
                }
                refresh="/api/v1/replays"
                draftKey={`replay.${data.id}`}
              />
            )}
            {isOpen ? (
              <Button isBusy={move.isRunning} onClick={() => move.run(undefined)}>
                {texts.cancel}
              </Button>
            ) : (
              <DeleteReplay remove={remove} count={data.figures.done} />
            )}
            <ProblemNote problem={move.problem} />
          </>
        )
      }
    />
  );
}

export function ShadowScreen({ id }: { readonly id: string }) {
  const texts = useTexts(replayTexts);
  const [, go] = useLocation();
  const mayWrite = useCan('evaluations:write');
  const [state] = useUrlState(turnFilters);
  const path = { shadow: id };
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/shadows/{shadow}',
    { params: { path } },
    { refetchInterval: (read) => (read.state.data?.status === 'running' ? lookEvery : false) },
  );
  const turns = api.useInfiniteQuery(
    'get',
    '/api/v1/shadows/{shadow}/turns',
    { params: { path, query: turnFilterOf(state.filter) } },
    { ...paged, refetchInterval: data?.status === 'running' ? lookEvery : false },
  );
  const move = useAction(
    (to: 'pause' | 'stop', header) =>
      client.POST(`/api/v1/shadows/{shadow}/${to}`, { params: { path, header } }),
    { refresh: ['/api/v1/shadows'] },
  );
  const remove = useAction(() => client.DELETE('/api/v1/shadows/{shadow}', { params: { path } }), {
    list: '/api/v1/shadows',
    onDone: () => go('/shadows'),
  });
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingOne}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  const { status } = data;
  return (
    <ReplayPage
      replay={data}
      turns={turns}
      back={{ to: '/shadows', label: texts.shadows }}
      actions={
        mayWrite && (
          <>
            {(status === 'running' || status === 'paused') && (
              <>
                {status === 'paused' ? (
                  <ResumeReplay
                    limit={data.max_cost_usd}
                    resume={(input, header) =>
                      client.POST('/api/v1/shadows/{shadow}/resume', {
                        params: { path, header },
                        body: input,
                      })
                    }
                    refresh="/api/v1/shadows"
                    draftKey={`shadow.${data.id}`}
                  />
                ) : (
                  <Button isBusy={move.isRunning} onClick={() => move.run('pause')}>
                    {texts.pause}
                  </Button>
                )}
                <Button isBusy={move.isRunning} onClick={() => move.run('stop')}>
                  {texts.stop}
                </Button>
              </>
            )}
            {(status === 'completed' || status === 'cancelled') && (
              <DeleteReplay remove={remove} count={data.figures.done} />
            )}
            <ProblemNote problem={move.problem} />
          </>
        )
      }
    />
  );
}
