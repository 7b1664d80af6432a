import { useEffect, useState } from 'preact/hooks';
import { backText } from './back';
import { isHere, isWaiting } from './model';
import { placeText } from './news';
import { useUi } from './ui';
import { wish } from './wish';

/** Above the composer: how the wait stands, that a message was left, that it will close soon. */
export function Standing() {
  const { session } = useUi();
  const { log, lines } = session.model.value;
  if (log?.closesAt) return <Idle key={log.closesAt} until={Date.parse(log.closesAt)} />;
  // Between the queue and a message: the server has yet to take it.
  if (!isWaiting(log) || lines.some((line) => line.left && line.state === 'sending')) return null;
  return log.kind === 'message' ? <Kept /> : <Queue />;
}

function Queue() {
  const { session, t } = useUi();
  const here = isHere(session.model.value);
  return (
    <div class={here ? 'queue' : 'queue away'}>
      {here && <span class="pulse" aria-hidden="true" />}
      <div>
        <p class="place">{here ? placeText(session.model.value.place, t) : t('widget.queue.away')}</p>
        <p class="hint">{t(here ? 'widget.queue.hint' : 'widget.queue.away.hint')}</p>
        <button type="button" class="link" onClick={() => (wish.value = 'leave')}>
          {t('widget.leave.instead')}
        </button>
      </div>
    </div>
  );
}

/** A message was left: nobody need wait for the answer. */
function Kept() {
  const { session, t } = useUi();
  return (
    <div class="queue away">
      <p class="place">{t('widget.kept')}</p>
      <p class="hint">{t('widget.kept.hint')}</p>
      <p class="hint">{backText(session.model.value.site, session.now(), t)}</p>
    </div>
  );
}

/** The warning before an idle conversation closes; a word of the visitor's keeps it open. */
function Idle({ until }: { until: number }) {
  const { session, time, t } = useUi();
  const [left, setLeft] = useState(until - session.now());
  useEffect(() => {
    const timer = setInterval(() => setLeft(until - session.now()), 500);
    return () => clearInterval(timer);
  }, []);
  if (left <= 0) return null;
  const stay = () => {
    document.getElementById('text')?.focus();
    session.say(t('widget.idle.here'));
  };
  return (
    <div class="queue idle">
      <div>
        <p class="place">{t('widget.event.idle')}</p>
        <p class="hint" role="timer">
          {t('widget.idle.left', { time: time.stopwatch(left + 999) })}
        </p>
      </div>
      <button type="button" class="button small" onClick={stay}>
        {t('widget.idle.here')}
      </button>
    </div>
  );
}
