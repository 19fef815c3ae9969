/** Runs inside a network namespace: listens on its loopback, gives the socket away, and ends. */

import { createServer } from "node:net";

const server = createServer();
// Both ends hold the socket until the other one says that it has it.
process.once("message", () => server.close());
server.listen(0, "127.0.0.1", () => process.send?.("listening", server));
