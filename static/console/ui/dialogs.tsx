import { useEffect, useRef } from 'preact/hooks';
import { supervises } from '../colleagues';
import { colleagueOf, isMine, mayAnswer } from '../lists';
import { CloseDialog } from './close-dialog';
import { useSurroundings, type DialogName } from './context';
import { HelpDialog } from './help-dialog';
import { InviteDialog } from './invite-dialog';
import { TakeOverDialog } from './take-over-dialog';
import { TransferDialog } from './transfer-dialog';
import { WhyDialog } from './why-dialog';

/** The dialog that is open, as long as there is something to ask. */
export function Dialogs() {
  const { store, dialog } = useSurroundings();
  const summary = store.open.value;
  const me = store.me.value;
  const above = supervises(me?.role);
  const mine = summary !== undefined && isMine(summary, me?.id);
  const asks: Readonly<Record<DialogName, boolean>> = {
    help: true,
    transfer: mine,
    close: mine,
    invite: summary?.state === 'active' && (mayAnswer(summary, me?.id) || above),
    takeover: summary !== undefined && above && colleagueOf(summary, me?.id) !== undefined,
    why: summary !== undefined && above,
  };
  const name = dialog.value;
  const about = useRef<string | undefined>(undefined);
  if (name === undefined) about.current = summary?.id;
  const idle = name !== undefined && (!asks[name] || (name !== 'help' && about.current !== summary?.id));
  const close = () => {
    dialog.value = undefined;
  };
  useEffect(() => {
    // It was closed, handed on or left while we were asking, or what rang has been accepted.
    if (idle) close();
  }, [idle]);
  if (name === 'help') return <HelpDialog onClose={close} />;
  if (name === undefined || idle || !summary) return null;
  const Asking = { transfer: TransferDialog, close: CloseDialog, invite: InviteDialog, takeover: TakeOverDialog, why: WhyDialog }[name];
  return <Asking summary={summary} onClose={close} />;
}
