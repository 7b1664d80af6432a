import { useEffect, useState } from 'preact/hooks';
import type { Summary } from '../../../widget/core/protocol';
import { times, t } from '../boot';
import type { Candidate, Decision, LeftOut, Routing } from '../routing';
import { useSurroundings } from './context';
import { languageName } from './details';
import { Dialog } from './dialog';
import { priorityName } from './more-menu';
import { visitorName } from './person';

/** Why a conversation went where it went: each decision as it was made, and what would be decided now. */
export function WhyDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const [routing, setRouting] = useState<Routing | undefined>(undefined);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    let stale = false;
    store.routing(summary.id).then(
      (found) => stale || setRouting(found),
      (error: unknown) => stale || setFailure(store.explain(error)),
    );
    return () => {
      stale = true;
    };
  }, [summary.fence, summary.priority]);
  return (
    <Dialog title={t('why.title', { name: visitorName(summary.visitor) })} class="why" onClose={onClose}>
      {routing ? (
        <ol class="decisions">
          {routing.decisions.map((decision, i) => (
            <Reason key={i} decision={decision} />
          ))}
          {routing.now ? <Reason decision={routing.now} now /> : null}
          {routing.decisions.length === 0 && !routing.now ? <li class="quiet">{t('why.nothing')}</li> : null}
        </ol>
      ) : failure === '' ? (
        <p class="quiet">{t('loading')}</p>
      ) : null}
      <p class="form-failure" role="alert">
        {failure}
      </p>
    </Dialog>
  );
}

function Reason({ decision, now = false }: { readonly decision: Decision; readonly now?: boolean }) {
  const at = new Date(decision.at);
  return (
    <li class={`decision${now ? ' now' : ''}`}>
      <h3>
        {now ? (
          <span class="decision-at">{t('why.now')}</span>
        ) : (
          <time class="decision-at" dateTime={decision.at} title={times.full(at)}>
            {times.clock(at)}
          </time>
        )}{' '}
        {outcome(decision, now)}
      </h3>
      <p>{t(`why.because.${decision.why}`)}</p>
      <Facts decision={decision} />
      <Candidates decision={decision} />
      {decision.left_out.length === 0 ? null : (
        <>
          <h4>{t('why.left_out')}</h4>
          <ul class="left-out">
            {decision.left_out.map(({ agent, reason }) => (
              <li key={agent.id}>
                <span class="clip">{agent.name}</span> <span class="quiet">{t(`left_out.${reason}`)}</span>
              </li>
            ))}
            {Object.entries(decision.left_out_more ?? {}).map(([reason, n]) => (
              <li key={reason}>
                <span class="clip">{t('why.more', { n })}</span> <span class="quiet">{t(`left_out.${reason as LeftOut['reason']}`)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </li>
  );
}

function outcome(decision: Decision, now: boolean): string {
  const agent = decision.agent?.name ?? '';
  if (decision.what === 'overflow' || decision.what === 'missed') return t(`why.did.${decision.what}`);
  if (decision.what === 'none' || !decision.agent) return t(now ? 'why.would.none' : 'why.did.none');
  if (decision.what === 'offered') return t(now ? 'why.would.offered' : 'why.did.offered', { agent });
  return t(now ? 'why.would.assigned' : 'why.did.assigned', { agent });
}

function Facts({ decision: { facts } }: { readonly decision: Decision }) {
  const told: readonly (readonly [string, string])[] = [
    ...(facts.department ? [[t('fact.department'), facts.department.name] as const] : []),
    ...(facts.position > 0 ? [[t('why.position'), String(facts.position)] as const] : []),
    [t('why.waited'), times.stopwatch(facts.waited_ms)],
    [t('priority'), priorityName(facts.priority)],
    [t('why.mode'), t(`why.mode.${facts.mode}`)],
    [t('why.strategy'), t(`why.strategy.${facts.strategy}`)],
    ...(facts.language === undefined ? [] : [[t('fact.language'), languageName(facts.language)] as const]),
    ...(facts.skills?.length ? [[t('why.skills'), facts.skills.join(', ')] as const] : []),
  ];
  return (
    <dl class="decision-facts">
      {told.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Candidates({ decision }: { readonly decision: Decision }) {
  if (decision.candidates.length === 0) return null;
  return (
    <table class="candidates">
      <caption>{t('why.candidates')}</caption>
      <thead>
        <tr>
          {['agent', 'load', 'tier', 'idle'].map((column) => (
            <th scope="col" key={column}>
              {t(`why.column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {decision.candidates.map((candidate) => (
          <CandidateRow key={candidate.agent.id} candidate={candidate} chosen={candidate.agent.id === decision.agent?.id} />
        ))}
      </tbody>
    </table>
  );
}

function CandidateRow({ candidate, chosen }: { readonly candidate: Candidate; readonly chosen: boolean }) {
  return (
    <tr class={chosen ? 'chosen' : ''}>
      <th scope="row">
        {candidate.agent.name}
        {chosen ? <span class="hidden"> ({t('why.chosen')})</span> : null}
      </th>
      <td>{t('load', { open: candidate.open, limit: candidate.limit })}</td>
      <td>{t(`why.tier.${candidate.tier}`)}</td>
      <td>{candidate.idle_ms === undefined ? t('why.never') : times.stopwatch(candidate.idle_ms)}</td>
    </tr>
  );
}
