import { Check, ChevronLeft, Copy, ExternalLink, X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Details as Person } from '../../../widget/core/protocol';
import { boot, times, t } from '../boot';
import { device } from '../device';
import { useSurroundings } from './context';
import { Icon } from './icon';
import { Avatar, visitorName } from './person';

/** Who the visitor is and where they are. */
export function Details() {
  const { store, prefs } = useSurroundings();
  const summary = store.open.value;
  if (!summary) return null;
  const details = store.details.value;
  const hide = () => {
    if (store.page.slim.value) store.pane.value = 'thread';
    else prefs.details.value = false;
  };
  return (
    <aside class="details" aria-label={t('details')}>
      <div class="details-top">
        <button type="button" class="icon-button back" aria-label={t('back')} onClick={() => (store.pane.value = 'thread')}>
          <Icon node={ChevronLeft} size={20} />
        </button>
        <h2>{t('details')}</h2>
        <button type="button" class="icon-button hide" aria-label={t('details.hide')} onClick={hide}>
          <Icon node={X} size={18} />
        </button>
      </div>
      <div class="details-who">
        <Avatar id={summary.visitor.id} name={summary.visitor.name} online={summary.visitor.online} />
        <div>
          <p class="details-name">{visitorName(summary.visitor)}</p>
          <p class="quiet">{t(summary.visitor.online ? 'online' : 'offline')}</p>
        </div>
      </div>
      {details ? <Facts details={details} department={summary.department?.name} /> : <p class="quiet details-wait">{t('loading')}</p>}
    </aside>
  );
}

/** The department is the summary's: it changes by transfers. */
/** A visitor's address may hold signs that would add lines to the mail. */
const mailto = (address: string) => `mailto:${encodeURIComponent(address).replace('%40', '@')}`;

function Facts({ details, department }: { readonly details: Person; readonly department: string | undefined }) {
  const { clock } = useSurroundings();
  const { person } = details;
  const machine = device(person.user_agent);
  return (
    <dl class="facts">
      {person.email === '' ? null : (
        <Fact name={t('fact.email')} copy={person.email}>
          <a href={mailto(person.email)}>{person.email}</a>
        </Fact>
      )}
      {person.page.url === '' ? null : (
        <Fact name={t('fact.page')} copy={person.page.url}>
          <Address url={person.page.url} title={person.page.title} />
        </Fact>
      )}
      {person.page.referrer === '' ? null : (
        <Fact name={t('fact.referrer')}>
          <Address url={person.page.referrer} title="" />
        </Fact>
      )}
      {Object.entries(person.fields).map(([name, value]) => (
        <Fact key={name} name={name} copy={value}>
          {value}
        </Fact>
      ))}
      <Fact name={t('fact.site')}>{details.site.name}</Fact>
      {department === undefined ? null : <Fact name={t('fact.department')}>{department}</Fact>}
      {person.locale === '' ? null : <Fact name={t('fact.language')}>{languageName(person.locale)}</Fact>}
      {machine === undefined ? null : <Fact name={t('fact.device')}>{machine}</Fact>}
      <Fact name={t('fact.first')}>
        <time dateTime={person.first_seen_at} title={times.full(new Date(person.first_seen_at))}>
          {times.day(new Date(person.first_seen_at), clock.minute.value)}
        </time>
      </Fact>
      <Fact name={t('fact.conversations')}>{t('fact.conversations.count', { count: person.conversations })}</Fact>
      <Fact name={t('fact.id')} copy={details.id}>
        <code>{details.id}</code>
      </Fact>
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  /** What the copy button copies; without it there is none. */
  readonly copy?: string;
  readonly children: ComponentChildren;
}

function Fact({ name, copy, children }: FactProps) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>
        <span class="fact-value">{children}</span>
        {copy === undefined ? null : <CopyButton text={copy} name={name} />}
      </dd>
    </div>
  );
}

function CopyButton({ text, name }: { readonly text: string; readonly name: string }) {
  const { store } = useSurroundings();
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1_500);
    } catch {
      store.toasts.fail(t('copy.failed'));
    }
  };
  const label = done ? t('copied') : t('copy', { name });
  return (
    <button type="button" class="icon-button copy" aria-label={label} title={label} onClick={() => void copy()}>
      <Icon node={done ? Check : Copy} size={15} />
    </button>
  );
}

/** A visitor may say any address: only web pages become links. */
function Address({ url, title }: { readonly url: string; readonly title: string }) {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const web = parsed !== undefined && (parsed.protocol === 'https:' || parsed.protocol === 'http:');
  const short = web ? parsed.host + (parsed.pathname === '/' ? '' : parsed.pathname) : url;
  return (
    <>
      {title === '' ? null : <span class="fact-title">{title}</span>}
      {web ? (
        <a href={parsed.href} target="_blank" rel="noopener noreferrer nofollow">
          {short} <Icon node={ExternalLink} size={12} />
        </a>
      ) : (
        short
      )}
    </>
  );
}

/** A language as the agent's language calls it. */
export function languageName(locale: string): string {
  try {
    return new Intl.DisplayNames(boot.locale, { type: 'language' }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}
