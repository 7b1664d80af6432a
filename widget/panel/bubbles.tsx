import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { amendable } from '../core/amend';
import { linkify } from '../core/linkify';
import type { Bubble, Item } from '../core/thread';
import { Icon } from './icons';
import { later } from './lazy';
import { isOpen } from './model';
import { useUi } from './ui';

type GroupItem = Item & { readonly type: 'group' };

/** Lines one person said in a row. `latest` is the key of the visitor's last bubble. */
export function Group({ item, latest }: { item: GroupItem; latest: string }) {
  const { time, t } = useUi();
  const last = item.bubbles.at(-1);
  const at = last?.event && new Date(last.event.at);
  return (
    <div class={item.own ? 'group own' : 'group'} data-key={item.key}>
      <p class={item.own ? 'unseen' : 'author'} dir="auto">
        {item.own ? t('common.you') : item.from.name}
      </p>
      {item.bubbles.map((bubble) => (
        <Line key={bubble.key} bubble={bubble} own={item.own} />
      ))}
      <p class="meta">
        {at && (
          <time dateTime={last.event.at} title={time.full(at)}>
            {time.clock(at)}
          </time>
        )}
        {last && item.own && last.key === latest && <Progress state={last.state} />}
      </p>
    </div>
  );
}

function Line({ bubble, own }: { bubble: Bubble; own: boolean }) {
  return (
    <>
      <Said bubble={bubble} own={own} />
      {bubble.state === 'failed' && <Failed bubble={bubble} />}
    </>
  );
}

/** A line as it is now, and how to change it. */
function Said({ bubble, own }: { bubble: Bubble; own: boolean }) {
  const { session, t } = useUi();
  const [amending, setAmending] = useState(false);
  const { event, file } = bubble;
  const more = later.value;
  if (bubble.deleted) return <p class="bubble gone">{t('common.deleted')}</p>;
  if (amending && more) return <more.Amend bubble={bubble} onDone={() => setAmending(false)} />;
  const { log, editMs } = session.model.value;
  const amend = more && own && isOpen(log) && event && amendable(event, editMs, session.now()) && (
    <button type="button" class="amend" aria-label={t('widget.amend')} title={t('widget.amend')} onClick={() => setAmending(true)}>
      <Icon name="more" />
    </button>
  );
  if (!file || !more) return <Words bubble={bubble}>{amend}</Words>;
  return (
    <div class="sent-file">
      <more.FileView bubble={bubble} file={file} />
      {amend}
    </div>
  );
}

function Words({ bubble, children }: { bubble: Bubble; children: ComponentChildren }) {
  const { t } = useUi();
  const text = bubble.file?.name ?? bubble.text;
  const parts = useMemo(() => linkify(text), [text]);
  return (
    <p class={`bubble ${bubble.state}`} dir="auto">
      {parts.map((part) =>
        part.href === undefined ? (
          part.text
        ) : (
          <a href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
      {bubble.edited && <small> {t('common.edited')}</small>}
      {children}
    </p>
  );
}

function Progress({ state }: { state: Bubble['state'] }) {
  const { t } = useUi();
  if (state === 'failed') return null;
  const icon = state === 'sending' ? 'clock' : state === 'sent' ? 'check' : 'checks'; // read has a colour too
  return (
    <span class={`progress ${state}`}>
      <Icon name={icon} />
      {t(`widget.sent.${state}`)}
    </span>
  );
}

function Failed({ bubble }: { bubble: Bubble }) {
  const { session, t } = useUi();
  const why = bubble.line?.code === 'closed' ? 'widget.failed.closed' : bubble.line?.code === 'too_long' ? 'widget.failed.long' : 'widget.failed';
  return (
    <p class="failed">
      <Icon name="alert" />
      <span>{t(why)}</span>
      <button type="button" class="link" onClick={() => session.retry(bubble.key)}>
        {t('common.retry')}
      </button>
      <button type="button" class="link" onClick={() => session.discard(bubble.key)}>
        {t('common.discard')}
      </button>
    </p>
  );
}
