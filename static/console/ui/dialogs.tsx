import { useEffect } from 'preact/hooks';
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
  const idle = name !== undefined && !asks[name];
  const close = () => {
    dialog.value = undefined;
  };
  useEffect(() => {
    // It was closed, handed on or left while we were asking.
    if (idle) close();
  }, [idle]);
  if (name === 'help') return <HelpDialog onClose={close} />;
  if (name === undefined || idle || !summary) return null;
  const Asking = { transfer: TransferDialog, close: CloseDialog, invite: InviteDialog, takeover: TakeOverDialog, why: WhyDialog }[name];
  return <Asking key={summary.id} summary={summary} onClose={close} />;
}
