import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * The wire between one browser and the server: an HTTP proxy (browsers send WebSockets through it by
 * CONNECT) that can be cut in ways no browser offers, while every TCP connection stays open.
 */
export class Wire {
  private readonly ends = new Set<Duplex>();
  private frozen = false;
  private deaf = false;

  private constructor(private readonly proxy: Server) {
    proxy.on('connect', (req, client, head) => this.tunnel(req, client, head));
    proxy.on('request', (req, res) => this.forward(req, res));
  }

  static async lay(): Promise<Wire> {
    const wire = new Wire(createServer());
    wire.proxy.listen(0, '127.0.0.1');
    await once(wire.proxy, 'listening');
    return wire;
  }

  /** For `browser.newContext`. */
  get options(): { proxy: { server: string } } {
    const address = this.proxy.address();
    if (address === null || typeof address === 'string') throw new Error('the wire is not laid');
    return { proxy: { server: `http://127.0.0.1:${address.port}` } };
  }

  /** From now on nothing passes in either direction, also on new connections: the lid of a laptop fell. */
  freeze(): void {
    this.frozen = true;
    for (const end of this.ends) end.pause();
  }

  /** From now on what the server says on its sockets is lost, while it hears everything. */
  deafen(): void {
    this.deaf = true;
  }

  /** All is well again, for new connections; what was cut is closed. */
  mend(): void {
    this.frozen = false;
    this.deaf = false;
    for (const end of this.ends) end.destroy();
  }

  remove(): void {
    for (const end of this.ends) end.destroy();
    this.proxy.close();
    this.proxy.closeAllConnections();
  }

  private tunnel(req: IncomingMessage, client: Duplex, head: Buffer): void {
    this.keep(client);
    if (this.frozen) return void client.pause(); // taken, but never answered
    const [host, port] = (req.url ?? '').split(':');
    const server = connect(Number(port), host);
    this.keep(server);
    server.on('connect', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.write(head);
    });
    client.on('data', (bytes: Buffer) => server.write(bytes));
    server.on('data', (bytes: Buffer) => this.deaf || client.write(bytes));
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  private keep(end: Duplex): void {
    this.ends.add(end);
    end.on('error', () => end.destroy());
    end.on('close', () => this.ends.delete(end));
  }

  private forward(req: IncomingMessage, res: ServerResponse): void {
    if (this.frozen) return; // taken, but never answered
    const onward = request(req.url ?? '', { method: req.method ?? 'GET', headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  }
}
