import type { ComponentChildren } from 'preact';
import type { Summary } from '../../../widget/core/protocol';
import { times, t } from '../boot';
import { supervises } from '../colleagues';
import { colleagueOf, isLeft, isWaiting, mayAnswer, ringsAt } from '../lists';
import { Composer } from './composer';
import { useSurroundings } from './context';
import { Answers } from './ringing';

/** What stands below the lines: the composer, or why there is none and what can be done. */
export function Foot({ summary }: { readonly summary: Summary }) {
  const { store } = useSurroundings();
  // The summary keeps the time after somebody wrote; the log knows better.
  const closesAt = store.logs.value.get(summary.id)?.closesAt ?? null;
  const writes = mayAnswer(summary, store.me.value?.id) || store.noting.value;
  return (
    <>
      {closesAt !== null && summary.state === 'active' ? <ClosesSoon at={closesAt} /> : null}
      {writes ? <Composer key={summary.id} summary={summary} /> : <Bystander summary={summary} />}
    </>
  );
}

/** The visitor has been silent for long. */
function ClosesSoon({ at }: { readonly at: string }) {
  const { clock } = useSurroundings();
  const ms = Date.parse(at) - clock.second.value.getTime();
  return (
    <p class="closes-soon" role="timer">
      {t('idle.closes', { left: times.stopwatch(ms + 999) })}
    </p>
  );
}

function Bystander({ summary }: { readonly summary: Summary }) {
  const { store } = useSurroundings();
  const me = store.me.value;
  const colleague = colleagueOf(summary, me?.id);
  if (summary.state === 'closed') return <Says text={t('foot.closed')} />;
  if (ringsAt(summary, me?.id)) {
    return (
      <Says text={t('foot.rings.me')}>
        <Answers summary={summary} />
      </Says>
    );
  }
  if (colleague) return <Colleagues summary={summary} name={colleague.name} />;
  const full = me !== null && store.load.value >= me.limit;
  const text = full ? t('foot.full', { limit: me.limit }) : t(isLeft(summary) ? 'foot.message' : 'foot.waiting');
  return (
    <Says text={text}>
      <button type="button" class="button primary" disabled={full || store.busy.value === `take:${summary.id}`} onClick={() => void store.moves.take(summary.id)}>
        {t('take')}
      </button>
    </Says>
  );
}

/** A colleague has it, or it rings at them. Supervisors watch without being seen, and may take over. */
function Colleagues({ summary, name }: { readonly summary: Summary; readonly name: string }) {
  const { store, dialog } = useSurroundings();
  const above = supervises(store.me.value?.role);
  const text = isWaiting(summary) ? t('foot.rings', { name }) : t(above ? 'foot.watching' : 'foot.theirs', { name });
  return (
    <Says text={text}>
      {above ? (
        <button type="button" class="button" onClick={() => (dialog.value = 'takeover')}>
          {t('takeover')}
        </button>
      ) : null}
    </Says>
  );
}

function Says({ text, children }: { readonly text: string; readonly children?: ComponentChildren }) {
  const { store } = useSurroundings();
  return (
    <footer class="foot">
      <p>{text}</p>
      <div class="foot-buttons">
        <button type="button" class="button" onClick={() => store.write(true)}>
          {t('mode.note')}
        </button>
        {children}
      </div>
    </footer>
  );
}
