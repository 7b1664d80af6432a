/** Longest wait between two tries, ms. */
export const MAX_WAIT = 30_000;

/** How long to wait before try number `n` (from 0), ms: full jitter, so that a crowd does not come back at once. */
export function backoff(n: number, random: () => number): number {
  return random() * Math.min(MAX_WAIT, 500 * 2 ** Math.min(n, 16));
}

/** What a close asks of the client: docs/protocol.md, 'Close codes'. */
export type Verdict =
  | { readonly do: 'retry'; readonly atLeast: number }
  | { readonly do: 'stop' }
  | { readonly do: 'sign_in' }
  | { readonly do: 'reload' }
  | { readonly do: 'drop_token' };

/**
 * Reads a close code. 1001 and codes we do not know are retried: a proxy that restarts may say
 * anything, and a chat that silently ends is the worse mistake.
 */
export function verdict(code: number): Verdict {
  switch (code) {
    case 1000:
    case 1003:
    case 1007:
    case 1008:
    case 1009:
    case 4003:
    case 4007:
      return { do: 'stop' };
    case 4000:
      return { do: 'reload' };
    case 4005:
      return { do: 'sign_in' };
    case 4302:
      return { do: 'drop_token' };
    case 1013:
      return { do: 'retry', atLeast: 2_000 };
    case 4100:
      return { do: 'retry', atLeast: 5_000 };
    default:
      return { do: 'retry', atLeast: 0 };
  }
}
