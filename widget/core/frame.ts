/** What a connection itself looks at in a frame; everything else is its user's. */
export interface Frame {
  readonly t: string;
  readonly n?: unknown;
  readonly dead_ms?: unknown;
  readonly retry_ms?: unknown;
}

/** Reads what came over the socket; undefined when it is no frame. */
export function parseFrame(data: unknown): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data));
    const named = typeof frame === 'object' && frame !== null && 't' in frame && typeof frame.t === 'string';
    return named ? (frame as Frame) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the `retry_ms` of a `bye`: from and to, ms; undefined when it is not that. */
export function retryRange(value: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(value)) return undefined;
  const [low, high] = value as readonly unknown[];
  return typeof low === 'number' && typeof high === 'number' && low >= 0 && high >= low ? [low, high] : undefined;
}
