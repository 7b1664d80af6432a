import { placeText } from './news';
import { useUi } from './ui';

/** The place in the queue, while there is one. */
export function Queue() {
  const { session, t } = useUi();
  const { log, place, site } = session.model.value;
  if (log === null || (log.state !== 'queued' && log.state !== 'offered')) return null;
  if (site?.online === false) {
    return (
      <div class="queue away">
        <p class="place">{t('widget.queue.away')}</p>
        <p class="hint">{t('widget.queue.away.hint')}</p>
      </div>
    );
  }
  const wait = place?.wait;
  return (
    <div class="queue">
      <span class="pulse" aria-hidden="true" />
      <div>
        <p class="place">
          {placeText(place, t)}
          {wait && <span class="wait">{wait.low === wait.high ? t('widget.queue.about', { count: wait.high }) : t('widget.queue.between', wait)}</span>}
        </p>
        <p class="hint">{t('widget.queue.hint')}</p>
      </div>
    </div>
  );
}
