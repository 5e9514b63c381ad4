import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";

/**
 * Keep-alive agents that close an idle connection on which the receiver sends something. What follows a complete response
 * (a body after 204, a second response) would be read as the response to the next request, and could acknowledge a
 * delivery that the receiver never accepted.
 */
export function strictAgents(options: http.AgentOptions): { http: http.Agent; https: https.Agent } {
  return { http: strict(new http.Agent(options)), https: strict(new https.Agent(options)) };
}

function strict<Agent extends http.Agent>(agent: Agent): Agent {
  const keep = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  agent.keepSocketAlive = (socket) => {
    socket.on("data", closeUnasked);
    return keep(socket);
  };
  agent.reuseSocket = (socket, request) => {
    socket.off("data", closeUnasked);
    reuse(socket, request);
  };
  return agent;
}

function closeUnasked(this: Duplex): void {
  this.destroy();
}
