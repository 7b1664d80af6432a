import { Icon } from './icons';
import { later } from './lazy';
import { isHere, isOpen } from './model';
import { useUi } from './ui';

/** Who one is talking to, and the way out. */
export function Header() {
  const { session, host, t } = useUi();
  const { log, site } = session.model.value;
  const owner = log?.owner;
  const title = owner?.name || site?.name || t('widget.title');
  return (
    <header class="head">
      {owner && (
        <span class="avatar" aria-hidden="true">
          {initials(owner.name)}
        </span>
      )}
      <div class="who">
        <h1 class="name" dir="auto">
          {title}
        </h1>
        <Status />
      </div>
      {isOpen(log) && later.value && <later.value.Menu />}
      {host.framed && (
        <button type="button" class="tool" aria-label={t('widget.close')} title={t('widget.close')} onClick={() => host.say({ t: 'close' })}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}

function Status() {
  const { session, t } = useUi();
  const { log, site } = session.model.value;
  const state = session.line.state.value;
  if (site === null || state === 'stopped' || state === 'signed_out') return null;
  if (log?.owner) return <p class="status">{log.state === 'closed' ? t('widget.status.ended') : t('widget.status.with', { site: site.name })}</p>;
  const here = site.open !== false && isHere(session.model.value);
  return <p class={here ? 'status here' : 'status away'}>{t(here ? 'widget.status.online' : site.open === false ? 'widget.status.closed' : 'widget.status.away')}</p>;
}

/** One or two letters for a round picture: of the first and last word, or the last sign of a Chinese name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? '')];
  if (/\p{Script=Han}/u.test(name)) return first.at(-1) ?? '';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return ((first[0] ?? '') + last).toUpperCase();
}
